"""The history under kill -9 and under many writers: `pytest tests/acceptance/history.py` (about three minutes).

Fifty kills of a program that writes half of its time, alone or beside another; ten kills of `imukick live`; four writers of 2,000 repetitions at once.
"""

from __future__ import annotations

import random
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from imukick.sinks.history import open_history
from tests.acceptance.programs import Program, said_reps
from tests.sinks.keeping import keeping
from tests.sinks.kept_sessions import nobody
from tests.sinks.test_history_killed import killed_after

PLAY = Path(__file__).resolve().parents[2] / "recordings" / "quadruped_faults.csv"
SEEDS = range(25)

if sys.platform == "win32":
    pytest.skip("kill -9 of POSIX", allow_module_level=True)


def test_fifty_kills_lose_nothing(tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    chance = random.Random(50)
    for _ in SEEDS:
        killed_after(db, [chance.uniform(0.0, 0.6) for _ in range(2)])
    with open_history(db, nobody) as history:
        assert len(history.glances()) == 2 * len(SEEDS)


@pytest.mark.parametrize("seed", range(10))
def test_a_live_session_that_is_killed_has_kept_every_repetition_that_it_told_a_second_before(
    seed: int, tmp_path: Path
) -> None:
    db = tmp_path / "h.sqlite3"
    options = ("--sensor", "virtual", "--play", PLAY, "--speed", 8, "--record", tmp_path / "live.csv", "--db", db)
    with Program(tmp_path, "live", *options) as program:
        program.until("rep 1 ")
        time.sleep(random.Random(seed).uniform(0.0, 4.0))
        told = said_reps(program.out)
        time.sleep(1.0)
        program.kill()
    with open_history(db, nobody) as history:
        one = history.session(1)
        assert {rep.index for rep in one.newest.reported} >= told
        assert not one.ended
        assert one.recording is not None
        assert one.recording.is_file()


def test_four_writers_at_once(tmp_path: Path) -> None:
    db, count = tmp_path / "h.sqlite3", 2000
    with ExitStack() as children:
        for program in [children.enter_context(keeping(db, count)) for _ in range(4)]:
            program.communicate()
            assert program.returncode == 0
    with open_history(db, nobody) as history:
        assert [one.counted for one in history.glances()] == [count] * 4
