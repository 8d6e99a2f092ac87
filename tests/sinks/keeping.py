"""A program that keeps repetitions in a history and says each number once it is kept, until it is killed: `keeping.py DB COUNT`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from imukick.events import Rep, Verdict
from tests.children import running

ROOT: Final = Path(__file__).resolve().parents[2]
ONE: Final = Rep(
    1, 1, "left", "standing", "none", True, None, 1.0, 2.0, 3.0, 4.5, 1.0, 1.0, 1.5, None, "2-?-1-1", 30.25, 60.0, 55.5, 50.0,
    45.5, None, None, None, 0.1, 0.02, 0.1, 0.02, None, -1.5, -1.6, 0, (Verdict("momentum", 0.5, 0.35, "share", "chosen" * 20),), ("axis",),
)  # fmt: skip


def kept(number: int) -> Rep:
    """The repetition that is kept as the so-manieth."""
    return replace(ONE, index=number, t_start_s=float(number), rom_deg=30.0 + number / 7)


@contextmanager
def keeping(db: Path, count: int) -> Iterator[subprocess.Popen[str]]:
    """The same program as a process of its own, killed when the block ends."""
    command = [sys.executable, __file__, str(db), str(count)]
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONUNBUFFERED": "1"}
    with running(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        yield program


def main() -> None:
    """Keep, and say so; between repetitions it pauses for as long as keeping the last one took.

    A session keeps one repetition every few seconds. A program that never pauses takes the lock again at once, and another
    one may wait for it in vain: SQLite has no queue. With this pause the lock is free half of the time on any machine.
    """
    from imukick.sinks.history import open_history
    from imukick.sinks.history.writing import Beginning, SessionWriter

    meta = {"package": "imukick test", "metrics_version": 1, "load_kg": None, "load_marks": []}
    with open_history(Path(sys.argv[1]), print) as history:
        writer = SessionWriter(history.connection, Beginning("me", "live", None, meta), datetime.now(UTC))
        print(f"session {writer.number}")
        for number in range(1, int(sys.argv[2]) + 1):
            began_s = time.monotonic()
            writer.tell([kept(number)])
            print(number)
            time.sleep(time.monotonic() - began_s)


if __name__ == "__main__":
    main()
