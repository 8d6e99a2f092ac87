"""Writes the vectors into the tables of v1.md, between their marks: `python tables.py [PAGE]`; a test compares."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "v1.md"
Row = dict[str, Any]


def octets(row: Row) -> str:
    """The packet in hex; long ones by their beginning."""
    digits = str(row["hex"])
    if not digits:
        return "(none)"
    shown = digits if len(digits) <= 74 else digits[:40] + "…"
    return f"`{shown}` ({len(digits) // 2})"


def refused(row: Row) -> str:
    """Where it is refused."""
    return f"refused at byte {row['error']['offset']}"


def stream(row: Row) -> list[str]:
    """Name, meaning, bytes, what it decodes to."""
    if "error" in row:
        return [row["name"], row["what"], octets(row), refused(row)]
    value = row["value"]
    first = " ".join(str(c) for c in value["counts"][0])
    more = f" and {len(value['counts']) - 1} more" if len(value["counts"]) > 1 else ""
    return [row["name"], row["what"], octets(row), f"seq {value['seq']}, t_us {value['t_us']}, ({first}){more}"]


def config(row: Row) -> list[str]:
    """Name, meaning, bytes, what differs from the first vector."""
    if "error" in row:
        return [row["name"], row["what"], octets(row), refused(row)]
    default = vectors("config")[0]["value"]
    changed = [f"{key} {value}" for key, value in row["value"].items() if row is not default and value != default[key]]
    values = ", ".join(f"{key} {value}" for key, value in default.items())
    return [row["name"], row["what"], octets(row), ", ".join(changed) or values]


def control(row: Row) -> list[str]:
    """Kind, name, meaning, bytes, what it decodes to."""
    if "error" in row:
        return [row["kind"], row["name"], row["what"], octets(row), refused(row)]
    rest = {key: value for key, value in row["value"].items() if key != "order" and value is not None}
    said = ", ".join(f"{value}" if key == "status" else f"{key} {value}" for key, value in rest.items())
    return [row["kind"], row["name"], row["what"], octets(row), f"{row['value']['order']} {said}".strip()]


def values(row: Row) -> list[str]:
    """Raw reading, g, deg/s, what it means."""
    sign = "at or beyond this" if row["saturated"] else ""
    return [f"{row['raw']}", f"{row['acc_g']:.6f}", f"{row['gyr_dps']:.4f}", row["what"], sign]


def sizes(row: Row) -> list[str]:
    """MTU, rate, delay, samples, bytes, packets per second, START."""
    numbers = [row["mtu"], row["rate_hz"], row["max_latency_ms"], row["n"], row["bytes"]]
    return [*(str(n) for n in numbers), f"{row['rate_hz'] / row['n']:.1f}", row["start"]]


def sessions(row: Row) -> list[str]:
    """Name, what happens, what a host has told at the end."""
    told = [one for step in row["steps"] for one in step.get("told", [])]
    samples = sum(len(one["t_s"]) for one in told if "t_s" in one)
    holes = [one["lost"] for one in told if "lost" in one]
    said = [f"{samples} samples"]
    for _, _, packets, missing in holes:
        said.append("a hole" if packets is None else f"lost {packets} packets, {missing} samples")
    said += [f"{len([0 for one in told if 'repeated' in one])} repeated"] * any("repeated" in one for one in told)
    errors = len([0 for step in row["steps"] if "error" in step])
    said += [f"{errors} refused"] * (errors > 0)
    return [row["name"], row["what"], "; ".join(said)]


TABLES: dict[str, tuple[list[str], Callable[[Row], list[str]]]] = {
    "stream": (["vector", "what", "bytes (length)", "decodes to"], stream),
    "config": (["vector", "what", "bytes (length)", "decodes to (not shown: as in the first)"], config),
    "control": (["kind", "vector", "what", "bytes (length)", "decodes to"], control),
    "values": (["raw", "acceleration, g", "rate, deg/s", "means", "true value"], values),
    "sizes": (["MTU", "rate, Hz", "max latency, ms", "n", "bytes", "packets a second", "START"], sizes),
    "sessions": (["session", "what happens", "what a host tells"], sessions),
}


def vectors(name: str) -> list[Row]:
    """The vectors of one file."""
    rows: list[Row] = json.loads((HERE / "v1" / f"{name}.json").read_text(encoding="utf-8"))["vectors"]
    return rows


def table(name: str) -> str:
    """The table of one file, in Markdown."""
    heads, cells = TABLES[name]
    rows = [heads, ["---"] * len(heads), *(cells(row) for row in vectors(name))]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def page(text: str) -> str:
    """The page with all its tables as the vectors have them."""
    for name in TABLES:
        begin, end = f"<!-- vectors/v1/{name}.json -->\n", f"<!-- end of {name}.json -->"
        before, rest = text.split(begin)
        after = rest.split(end)[1]
        text = before + begin + table(name) + "\n" + end + after
    return text


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    out.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
