"""Programs that are killed while they keep repetitions, and several that keep at once: what was said to be kept is there."""

from __future__ import annotations

import random
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from imukick.sinks.history import open_history
from tests.sinks.keeping import keeping, kept
from tests.sinks.kept_sessions import nobody

if sys.platform == "win32":
    pytest.skip("kill -9 of POSIX", allow_module_level=True)


def killed_after(db: Path, wait_s: list[float]) -> None:
    """As many programs keep in one history as there are times (s) after which, from its first word on, each is killed; nothing told is lost."""
    told: list[tuple[int, int]] = []
    with ExitStack() as children:
        programs = [children.enter_context(keeping(db, 100_000)) for _ in wait_s]
        for program, wait in sorted(zip(programs, wait_s, strict=True), key=lambda pair: pair[1]):
            assert program.stdout is not None
            session = int(program.stdout.readline().split()[1])
            time.sleep(wait)
            program.kill()
            numbers = program.stdout.read().split("\n")[:-1]  # all but what follows the last line end was said whole
            told.append((session, int(numbers[-1]) if numbers else 0))
    with open_history(db, nobody) as history:
        for session, last in told:
            one = history.session(session)
            reps = one.newest.reps
            assert len(reps) in (last, last + 1), "at most the one that was not said yet is there too"
            assert list(reps) == [kept(number) for number in range(1, len(reps) + 1)]
            assert not one.ended


def test_nothing_that_was_told_is_lost_to_a_kill(tmp_path: Path) -> None:
    chance = random.Random(8)
    killed_after(tmp_path / "h.sqlite3", [chance.uniform(0.0, 0.04) for _ in range(2)])


def test_programs_that_keep_at_once_wait_for_each_other(tmp_path: Path) -> None:
    db = tmp_path / "new.sqlite3"  # all of them would make it
    with ExitStack() as children:
        for program in [children.enter_context(keeping(db, 60)) for _ in range(3)]:
            said, _ = program.communicate()
            assert program.returncode == 0
            assert said.split("\n")[1:-1] == [str(number) for number in range(1, 61)]
    with open_history(db, nobody) as history:
        found = history.glances()
        assert sorted(one.number for one in found) == [1, 2, 3]
        assert {one.counted for one in found} == {60}
