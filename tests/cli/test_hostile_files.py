"""Files made to be slow or to swell: one line or a table, in bounded time and memory."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from imukick.cli.app import main
from tests.cli.command import Run
from tests.cli.csv_text import NATIVE, still

HEADER = ",".join(NATIVE) + "\n"
NEST = "[" * 9000
FILES = {
    "a column name of many parts": "a_" * 9900 + ",x\n1,2\n",
    "a column name of many words": " a" * 9900 + ",x\n1,2\n",
    "a unit of many brackets": "time " + "( " * 9000 + ",x\n1,2\n",
    "many columns": "x," * 9900 + "\n1,2\n",
    "marks and nothing else": HEADER + "#! 1,set,2\n" * 20_000,
    "a mark behind each row": HEADER + "".join(f"{k},0,0,9.8,0,0,0\n#! 1,set,2\n" for k in range(4_000)),
    "header lines and nothing else": "# a: 1\n" * 20_000,
    "remarks and nothing else": "#\n" * 60_000,
    "nests in a header line": f"# a: {NEST}\n" * 100 + still(),
    "a number of many digits in a header line": f"# height_m: {'9' * 19_000}\n" + still(),
    "quotes": HEADER + '"' * 1_000_000,
    "quoted rows": HEADER + "".join(f'"{k / 100:.2f}",0,0,9.8,0,0,0\n' for k in range(6_000)),
    "blank lines": HEADER + "\n" * 300_000,
    "carriage returns": HEADER + "\r" * 300_000,
    "one line of commas": "a," * 500_000,
    "one row of digits": HEADER + "1" * 1_000_000,
    "one mark of a megabyte": HEADER + "#! 1,note," + "x" * 1_000_000,
    "long numbers": HEADER + "".join(f"{k}.{'1' * 5000},0,0,9.8,0,0,0\n" for k in range(200)),
    "a clock of one sample a year": HEADER + "".join(f"{k}e7,0,0,9.8,0,0,0\n" for k in range(4_000)),
    "holes just short of an hour": HEADER
    + "".join(f"{k // 50 * 3599 + k % 50 / 50},0,0,9.8,0,0,0\n" for k in range(10_000)),
}
LONGEST_S = 60
"""Not a measure of speed: what hangs would hang for minutes."""
ROOM = 40_000_000
"""Bytes beside 40 times the file's own."""


@contextmanager
def memory_watched() -> Iterator[Callable[[], int]]:
    """What gives the most memory (bytes) that was used within this block beside what was used before.

    Linux counts it for nothing; elsewhere tracemalloc does, which takes five times as long as the work itself.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is now what is used now
        before = status("VmRSS")
    except OSError:
        tracemalloc.start()
        try:
            yield lambda: tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    else:
        yield lambda: status("VmHWM") - before


def status(name: str) -> int:
    """A line of Linux's account of this process, in bytes."""
    said = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    if said is None:
        raise OSError(f"no {name} in /proc/self/status")
    return 1024 * int(said[1])


@pytest.fixture(scope="module", autouse=True)
def _everything_is_imported(kicks: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Modules that are loaded where they are used are no file's fault."""
    place = tmp_path_factory.mktemp("warm") / "m.csv"
    with pytest.MonkeyPatch.context() as patch, suppress(SystemExit):
        patch.setattr("sys.argv", ["imukick", "replay", str(kicks), "--motion", str(place)])
        main()
    assert place.exists()


def test_the_watch_sees_memory_that_is_used_for_a_moment() -> None:
    with memory_watched() as most:
        assert len(bytes(50_000_000).replace(b"\0", b"1")) == 50_000_000
    assert 45_000_000 < most() < 150_000_000


@pytest.mark.timeout(LONGEST_S)
@pytest.mark.parametrize("name", FILES)
def test_it_ends_soon_and_stays_small(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(FILES[name], encoding="utf-8")
    with memory_watched() as most:
        done = run("replay", path, "--motion", tmp_path / "m.csv")
        peak = most()
    assert (done.code, len(done.err.splitlines())) in ((0, 0), (2, 1))
    assert (tmp_path / "m.csv").exists() == (done.code == 0)
    assert peak < 40 * path.stat().st_size + ROOM
