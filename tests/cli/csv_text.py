"""Small recordings as text: a sensor lying still, to be spoiled in one place."""

from __future__ import annotations

from collections.abc import Sequence

NATIVE = ("t_s", "ax_mps2", "ay_mps2", "az_mps2", "gx_radps", "gy_radps", "gz_radps")


def still_rows(n: int = 150, rate_hz: float = 50.0) -> list[list[float]]:
    """`n` rows of a sensor that lies still: gravity along z, a little bias on every rate."""
    return [[k / rate_hz, 0.25, -0.5, 9.75 + 0.01 * (k % 2), 0.01, -0.02, 0.005] for k in range(n)]


def table(
    rows: Sequence[Sequence[object]], headers: Sequence[str] = NATIVE, *, delimiter: str = ",", decimal: str = "."
) -> str:
    """A CSV of these rows."""
    lines = [delimiter.join(headers)]
    lines += [delimiter.join(str(cell).replace(".", decimal) for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


def still(n: int = 150) -> str:
    """A good small recording."""
    return table(still_rows(n))


def spoiled(row: int, column: int, cell: object) -> str:
    """A good recording with one cell changed; row 0 stands on line 2."""
    rows: list[list[object]] = [list(r) for r in still_rows()]
    rows[row][column] = cell
    return table(rows)
