"""`imukick plans`, and a plan in a live session and in a replay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imukick.cli.live_view import pace_text
from imukick.coaching.coach import Coach
from imukick.coaching.wording import SAYINGS
from imukick.live.preflight import first_words
from imukick.sources.plan_files import SHIPPED, find_plan
from imukick.sources.recordings import read_recording
from tests.cli.command import Run

pytestmark = pytest.mark.usefixtures("waits_skipped")

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
BOTH_LEGS = RECORDINGS / "ankle_weight_both_legs.csv"
FOUR = """
name = "four and four"
purpose = "warm-up"
sets = 1
reps = 4
sides = ["left", "right"]
switch_s = 9
tempo = "1-2-1-1"
[range]
lower_deg = 20
upper_deg = 40
"""


def test_the_plans_are_listed_shown_and_written(run: Run, tmp_path: Path) -> None:
    listed = run("plans")
    assert [line.split(":")[0] for line in listed.out.splitlines()] == list(SHIPPED)
    mine = tmp_path / "mine.toml"
    assert run("plans", "cool-down", "-o", mine).code == 0
    assert find_plan(str(mine)) == find_plan("cool-down")
    assert run("plans", mine).out == run("plans", "cool-down").out == mine.read_text(encoding="utf-8")
    again = run("plans", "warm-up", "-o", mine)
    assert (again.code, "--force" in again.err) == (2, True)
    assert find_plan(str(mine)).name == "cool-down"
    assert run("plans", "warm-up", "-o", mine, "--force").code == 0
    assert find_plan(str(mine)).name == "warm-up"


@pytest.mark.parametrize(
    "command", [("plans",), ("replay", BOTH_LEGS, "--plan"), ("live", "--sensor", "virtual", "--plan")]
)
def test_a_plan_that_cannot_be_is_one_line_and_2(command: tuple[object, ...], run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(FOUR.replace("sets = 1", "sets = 0"))
    done = run(*command, bad)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"imukick: {bad}: sets 0 cannot be; expected 1 to 20\n"
    missing = run(*command, tmp_path / "no.toml")
    assert (missing.code, missing.err.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == [bad]


def test_a_plan_without_one_to_write(run: Run, tmp_path: Path) -> None:
    done = run("plans", "-o", tmp_path / "x.toml")
    assert (done.code, "name it" in done.err, list(tmp_path.iterdir())) == (2, True, [])


def test_a_planned_session_changes_legs_by_itself_and_replays(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The marks of the second leg, and the whole target, stand in the recording: without the plan it tells the same."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    plan = tmp_path / "four.toml"
    plan.write_text(FOUR)
    recording, table = tmp_path / "live.csv", tmp_path / "live.reps.csv"
    live = ("live", "--sensor", "virtual", "--play", BOTH_LEGS, "--speed", 120)
    lived = run(*live, "--plan", plan, "--record", recording, "--out", table)
    assert lived.code == 0, lived.err
    assert "coach: Set 1, right leg" not in lived.out
    assert "coach: Set 1 of 1, right leg: 4 repetitions" in lived.out  # the recording says that the right leg begins
    assert "Switch legs: the left leg" in lived.out
    assert "coach: Set 1 of 1, left leg: go on when you are ready" in lived.out
    assert "plan four and four: 2 of 2 sets" in lived.out
    told = read_recording(recording)
    assert [(mark.kind, mark.value) for mark in told.marks] == [("side", "left")]
    assert (told.meta["plan"], told.meta["target_rom_deg"], told.meta["target_rom_max_deg"]) == (
        "four and four",
        20.0,
        40.0,
    )
    assert told.meta["target_pause_s"] == 0.5
    again = run("replay", recording, "--one-pass", "--out", "-")
    assert again.out.splitlines() == table.read_text(encoding="utf-8").splitlines()
    sides = [line.split(",")[2] for line in again.out.splitlines() if line[:1].isdigit()]
    assert sides == ["right"] * 4 + ["left"] * 4
    planned = run("replay", recording, "--plan", plan)
    ends = [line for line in planned.out.splitlines() if line.startswith("plan")]
    assert ends == [line for line in lived.out.splitlines() if line.startswith("plan")]
    assert len(ends) == 3


def test_the_question_is_one_of_the_first_words_until_it_is_answered() -> None:
    plan = find_plan("rehabilitation")
    asked = [SAYINGS[key].shown for key in ("known_conditions", "under_guidance")]
    assert first_words(plan).lines == (plan.about, *asked)
    assert first_words(plan, [plan.name]).lines == (plan.about,)


def test_the_panel_says_what_is_left_of_a_rest_and_where_the_metronome_is() -> None:
    state = Coach(find_plan("accessory-strength")).state
    assert pace_text(state) == ""
    assert pace_text(replace(state, t_s=21.0, cycle_from_s=20.0)) == "lift  ▮▮▮▮▮      1.0 s"
    assert pace_text(replace(state, t_s=19.0, cycle_from_s=20.0)) == "rest             1.0 s"
    assert pace_text(replace(state, rest_left_s=31.4)) == "rest 31 s"
    assert pace_text(replace(state, rest_left_s=0.0)) == "go on when you are ready"


def test_a_plan_for_another_posture_is_a_warning(run: Run, root: Path) -> None:
    recording = root / "recordings" / "quadruped_faults.csv"
    done = run("replay", recording, "--plan", "warm-up", "--posture", "standing")
    assert "the plan warm-up is for standing, but this looks like on all fours; choose another plan" in done.err
    assert run("replay", recording, "--plan", "cool-down").err == ""
