"""Plans: what they mean, what they refuse, the files they are read from, what comes of them."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.coaching.language import Saying
from imukick.coaching.metronome import adherence_share, phases, pulse
from imukick.coaching.progress import advice
from imukick.coaching.safety import first_start_keys, pain_key
from imukick.coaching.wording import ENGLISH, SAYINGS, VERDICTS
from imukick.errors import ImukickError
from imukick.exercises import SUPPORTS, Exercise
from imukick.plans import Plan, SetDone, Tempo, read_tempo
from imukick.sources.plan_files import SHIPPED, find_plan, parse_plan
from imukick.sources.plan_files import TABLE as PLAN_FILES
from imukick.variants import postures
from tests.coaching.script import Mat, a_plan
from tests.sinks.rep_rows import a_rep

PLAIN = 'name = "mine"\npurpose = "accessory"\nsets = 3\nreps = 10\n'


@pytest.mark.parametrize("name", SHIPPED)
def test_the_plans_that_ship(name: str) -> None:
    """Each is named like its file, slow (lowering at least as long as the lift), pauses, and ends one leg before the other."""
    plan = find_plan(name)
    assert plan.name == name
    assert plan.tempo is not None
    assert plan.tempo.lower_s >= plan.tempo.lift_s >= 2
    assert plan.tempo.hold_s >= 1
    assert plan.load == "none"
    assert plan.upper_deg is not None
    assert plan.velocity_loss_pct is None
    assert plan.range_loss_pct is None
    assert plan.about
    assert Exercise(posture=plan.posture, support=plan.support, target=plan.target).target == plan.target


def test_what_the_plans_are_for() -> None:
    plans = [find_plan(name) for name in SHIPPED]
    assert sorted(plan.purpose for plan in plans) == ["accessory", "cool-down", "rehabilitation", "warm-up"]
    assert {plan.posture for plan in plans} == {"standing", "quadruped"}


def test_a_plan_knows_the_words_of_the_exercises() -> None:
    for posture in postures():
        assert a_plan(posture=posture).posture == posture
    for support in SUPPORTS:
        assert a_plan(support=support).support == support


def test_one_leg_before_the_other_or_both_in_every_set() -> None:
    def order(plan: Plan) -> list[tuple[int, str, float]]:
        return [(step.set, step.side, step.rest_s) for step in plan.steps]

    assert order(a_plan()) == [(1, "left", 20.0), (2, "left", 30.0), (1, "right", 20.0), (2, "right", 0.0)]
    both = order(a_plan(order="set-by-set", sides=("right", "left")))
    assert both == [(1, "right", 30.0), (1, "left", 30.0), (2, "right", 30.0), (2, "left", 0.0)]


BAD = [
    ("sets", "sets = 3", "sets = 0", "sets 0 cannot be; expected 1 to 20"),
    ("reps", "reps = 10", "reps = 1000", "reps 1000 cannot be"),
    ("a number as text", "sets = 3", 'sets = "3"', "key 'sets' is '3'; expected a whole number"),
    ("a true number", "sets = 3", "sets = true", "key 'sets' is 'True'; expected a whole number"),
    ("half a set", "sets = 3", "sets = 2.5", "key 'sets' is '2.5'; expected a whole number"),
    (
        "purpose",
        '"accessory"',
        '"fun"',
        "purpose 'fun' is not known; known: warm-up, accessory, cool-down, rehabilitation",
    ),
    ("missing", "reps = 10\n", "", "key 'reps' is missing; a plan needs name, purpose, sets, reps"),
    ("unknown key", "reps = 10", "reps = 10\nrep = 3", "key 'rep' is not known; known: name, purpose"),
    (
        "unknown in a table",
        "reps = 10",
        "reps = 10\n[range]\nlow = 3",
        "key 'low' in [range] is not known; known: lower_deg",
    ),
    ("no table", "reps = 10", "reps = 10\nrange = 3", "range is a table; write [range]"),
    ("posture", "reps = 10", 'reps = 10\nposture = "lying"', "posture 'lying' is not known"),
    ("load", "reps = 10", 'reps = 10\nload = "chain"', "load 'chain' is not known"),
    (
        "mass of nothing",
        "reps = 10",
        "reps = 10\nload_kg = 2",
        "load_kg is the mass of an ankle weight, but load is none",
    ),
    ("sides", "reps = 10", 'reps = 10\nsides = ["left", "left"]', "sides: expected left, right, or both, each once"),
    ("sides of numbers", "reps = 10", "reps = 10\nsides = [1]", "key 'sides' is '[1]'; expected a list of texts"),
    ("order", "reps = 10", 'reps = 10\norder = "any"', "order 'any' is not known; known: leg-by-leg, set-by-set"),
    ("explosive", "reps = 10", 'reps = 10\ntempo = "2-0-X-1"', "tempo '2-0-X-1'; expected four numbers of seconds"),
    ("tempo", "reps = 10", 'reps = 10\ntempo = "2-0-1"', "tempo '2-0-1'; expected four numbers of seconds"),
    ("no lift", "reps = 10", 'reps = 10\ntempo = "2-0-0-1"', "tempo: lift 0 s cannot be; expected 0.1 to 20 s"),
    ("rest", "reps = 10", "reps = 10\nrest_s = nan", "rest_s nan cannot be; expected 0 to 1800"),
    (
        "range",
        "reps = 10",
        "reps = 10\n[range]\nlower_deg = 50\nupper_deg = 40",
        "upper_deg 40 must be over lower_deg 50",
    ),
    ("range too far", "reps = 10", "reps = 10\n[range]\nupper_deg = 400", "upper_deg 400 cannot be; expected 1 to 180"),
    (
        "stop",
        "reps = 10",
        "reps = 10\n[stop]\nvelocity_loss_pct = 200",
        "velocity_loss_pct 200 cannot be; expected 1 to 99",
    ),
    (
        "feedback",
        "reps = 10",
        'reps = 10\n[feedback]\nschedule = "never"',
        "feedback 'never' is not known; known: bandwidth",
    ),
    ("name", '"mine"', '""', "name ''; expected 1 to 80 letters in one line"),
    ("no TOML", "sets = 3", "sets 3", "not TOML: "),
]


@pytest.mark.parametrize(("old", "new", "told"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_plan_that_cannot_be_is_told_in_one_line(old: str, new: str, told: str) -> None:
    with pytest.raises(ImukickError) as refused:
        parse_plan(PLAIN.replace(old, new), "my.toml")
    assert str(refused.value).startswith(f"my.toml: {told}")
    assert "\n" not in str(refused.value)


def test_the_plain_plan_is_one() -> None:
    assert parse_plan(PLAIN, "my.toml") == Plan("mine", "accessory", 3, 10)


def test_a_plan_from_a_windows_editor_is_read(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b"\xef\xbb\xbf" + PLAN_FILES.text("warm-up").encode())
    assert find_plan(str(tmp_path / "p.toml")) == find_plan("warm-up")


def test_a_number_without_end_is_told_in_one_line() -> None:
    with pytest.raises(ImukickError, match="p: not TOML: "):
        parse_plan("sets = 1" + 5000 * "0", "p")


def test_files_that_are_no_plan(tmp_path: Path) -> None:
    (tmp_path / "big.toml").write_text("#" * 200_000)
    (tmp_path / "bytes.toml").write_bytes(b"name = '\xff'")
    for name, told in (("big", "too large for a plan"), ("bytes", "not UTF-8"), ("none", "nor a plan that ships")):
        with pytest.raises(ImukickError, match=told):
            find_plan(str(tmp_path / f"{name}.toml"))
    with pytest.raises(ImukickError, match="a folder"):
        find_plan(str(tmp_path))


KEYS = st.sampled_from(
    [*tomllib.loads(PLAN_FILES.text("rehabilitation")), "lower_deg", "schedule", "[range]", "[stop]"]
)
VALUES = st.sampled_from(
    ['"left"', "3", "-1", "1e400", "nan", "true", "[]", '["right"]', "{}", '"3-1-2-1"', "1979-05-27"]
)


@settings(max_examples=150)
@given(
    st.text(max_size=60)
    | st.lists(st.tuples(KEYS, VALUES), max_size=12).map(
        lambda pairs: PLAIN + "\n".join(key if key[0] == "[" else f"{key} = {value}" for key, value in pairs)
    )
)
def test_any_text_is_a_plan_or_one_line(text: str) -> None:
    told = ""
    try:
        steps = parse_plan(text, "x.toml").steps
    except ImukickError as error:
        steps, told = (), str(error)
    assert steps or told.startswith("x.toml: ")


TEMPO = Tempo(lower_s=3, rest_s=1, lift_s=2, hold_s=1)


@given(st.floats(0, 5000))
def test_a_metronome_goes_round(t_s: float) -> None:
    now = pulse(TEMPO, 10.0, 10.0 + t_s)
    assert 0 <= now.share <= 1
    took_s = dict(phases(TEMPO))[now.phase]
    assert now.left_s == pytest.approx(took_s * (1 - now.share), abs=1e-6)
    later = pulse(TEMPO, 10.0, 10.0 + t_s + now.left_s + 1e-6)
    order = [phase for phase, _ in phases(TEMPO)]
    assert later.phase == order[(order.index(now.phase) + 1) % 4]


def test_a_metronome_that_has_not_begun_rests() -> None:
    assert pulse(TEMPO, 10.0, 8.5) == pulse(read_tempo("2-0-2-0"), 10.0, 8.5)
    assert (pulse(TEMPO, 10.0, 8.5).phase, pulse(TEMPO, 10.0, 8.5).left_s) == ("rest", 1.5)
    assert [phase for phase, _ in phases(read_tempo("2-0-2-0"))] == ["lift", "lower"]


def test_adherence_counts_phases() -> None:
    kept = a_rep(lift_s=2.2, pause_s=0.75, lower_s=3.7, rest_before_s=9.0)
    off = a_rep(lift_s=1.2, pause_s=0.6, lower_s=3.8, rest_before_s=1.2)
    assert adherence_share(TEMPO, [kept]) == 1.0  # the rest before the first is none of the tempo's
    assert adherence_share(TEMPO, [kept, off]) == 4 / 7
    assert adherence_share(TEMPO, []) is None


def test_pain_again_within_four_weeks() -> None:
    today = date(2026, 5, 30)
    assert pain_key(today, []) == pain_key(today, [today]) == pain_key(today, [date(2026, 5, 2)]) == "pain_stop"
    assert pain_key(today, [date(2026, 5, 3)]) == "pain_again"
    assert pain_key(today, [date(2026, 6, 1)]) == "pain_stop"  # a clock that was wrong
    mat = Mat(a_plan(), pain_key="pain_again")
    assert [cue.key for cue in mat.happen(1.0, "pain")] == ["begin", "pain_again"]


def test_what_is_asked_before_the_first_start() -> None:
    assert first_start_keys(a_plan(), []) == ("known_conditions",)
    assert first_start_keys(a_plan(purpose="rehabilitation"), ["other"]) == ("known_conditions", "under_guidance")
    assert first_start_keys(a_plan(), ["a test"]) == ()


def done(reps: int = 10, clean: int = 10, kept: float | None = None) -> SetDone:
    return SetDone(1, "left", reps, 10, reps, clean, "count" if reps == 10 else "rest", kept)


@pytest.mark.parametrize(
    ("sets", "pain", "before", "key"),
    [
        ([done(), done()], False, False, "advice_more"),
        ([done(), done()], False, True, "advice_more_again"),
        ([done(), done()], True, True, "advice_pain"),
        ([done()], False, False, "advice_finish"),
        ([done(), done(reps=9, clean=9)], False, False, "advice_finish"),
        ([done(), done(clean=7)], False, True, "advice_form"),
        ([done(clean=9), done(clean=9)], False, False, "advice_more"),
        ([done(kept=0.9), done(kept=0.3)], False, True, "advice_tempo"),
    ],
)
def test_form_before_weight_and_never_through_pain(sets: list[SetDone], pain: bool, before: bool, key: str) -> None:
    assert advice(sets, 2, pain=pain, ready_before=before)[0] == key


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_verdict_can_be_said() -> None:
    assert VERDICTS.keys() <= SAYINGS.keys()
    assert all(SAYINGS[word].spoken for word in VERDICTS)


def test_another_language_fills_the_same_table() -> None:
    """Every sentence is taken from the table that one is given, spoken and shown."""
    german = {
        key: Saying(f"D {saying.shown}", saying.spoken and f"D {saying.spoken}") for key, saying in SAYINGS.items()
    }
    mat = Mat(a_plan(reps=2, tempo=TEMPO, feedback="every"), language=replace(ENGLISH, sayings=german))
    for t_s, words in [(0.0, "-"), (5.0, "rep drop"), (10.0, "rep"), (33.0, "-"), (36.0, "pain")]:
        mat.happen(t_s, words)
    assert len(mat.cues) >= 6
    assert all(cue.text.startswith("D ") for cue in mat.cues)
    assert all(cue.spoken.startswith("D ") for cue in mat.cues if cue.spoken)
    assert all(
        gaps(saying.spoken) <= gaps(saying.shown) | {"count", "aim", "rest", "side"} for saying in SAYINGS.values()
    )
