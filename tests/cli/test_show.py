"""What people read: verdicts with their numbers, totals, what was not counted; nothing that was not measured."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from imukick.analysis import Analysis
from imukick.cli.show import Report, event_line, set_line
from imukick.coaching.wording import VERDICTS, language_of, rep_texts, verdict_text
from imukick.events import Doubt, Event, Gap, LiftTold, Prior, Remount, Rep, RepRevised, SetEnded, Verdict
from tests.sinks.rep_rows import a_rep

META = {
    "posture": "auto",
    "load": "ankle-weight",
    "load_kg": 2.0,
    "side": "left",
    "rate_hz": 99.98,
    "clock": "host",
    "losses": {"gaps": 1, "gaps_s": 0.5},
    "pass": "second",
    "second_look": "counts as one pass does",
    "claimed_s": [],
    "pain_s": [],
}
SHORT = Verdict("short", 18.4, 25.6, "deg", "target")


def shown(*reps: Rep, width: int = 80, **meta: Any) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(Report("a.csv", Analysis(reps, (), Prior(), (), META | meta)))
    file = console.file
    assert isinstance(file, io.StringIO)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (Verdict("momentum", 0.524, 0.35, "share", ""), "momentum 0.52 (limit 0.35): swung up"),
        (Verdict("drop", 0.6, 0.35, "share", ""), "drop 0.60 (limit 0.35): let fall"),
        (Verdict("no_pause", -0.03, 0.1, "s", ""), "hold 0.00 s (at least 0.10 s): no hold at the top"),
        (SHORT, "range 18° (at least 26°): short"),
        (Verdict("too_high", 61.0, 50.0, "deg", ""), "range 61° (limit 50°): back or pelvis may be helping"),
        (Verdict("off_plane", 0.31, 0.21, "share", ""), "off plane 0.31 (limit 0.21): keep the leg in line"),
        (Verdict("knee_curl", 0.37, 0.54, "m", ""), "lever 0.37 m (at least 0.54 m): like a bending knee"),
        (Verdict("bounce", 1.0, 0.0, "count", ""), "bounced once at the top"),
        (Verdict("bounce", 3.0, 0.0, "count", ""), "bounced 3 times at the top"),
    ],
)
def test_verdicts_for_people(verdict: Verdict, text: str) -> None:
    assert verdict.word in VERDICTS
    assert verdict_text(verdict) == text


def test_quick_is_a_word_only_for_known_loads_below_the_limit() -> None:
    assert rep_texts(a_rep(momentum_lift=0.27)) == ("quick lift, momentum 0.27",)
    assert rep_texts(a_rep(momentum_lift=0.27, load="band")) == ("clean",)
    assert rep_texts(a_rep(momentum_lift=None)) == ("clean",)
    assert rep_texts(a_rep(momentum_lift=0.27, verdicts=(SHORT,))) == ("range 18° (at least 26°): short",)


def test_the_facts_the_rows_the_totals_and_the_legend() -> None:
    reps = [
        a_rep(),
        a_rep(index=2, t_start_s=65.04, verdicts=(SHORT,), quality=("gap", "axis"), notes=("no momentum: because",)),
        a_rep(index=3, counted=False, reason="knee_curl", notes=("no momentum: because",), momentum_lift=None),
        a_rep(index=4, counted=False, reason="aborted"),
        a_rep(index=5, set=2),
    ]
    lines = shown(*reps)
    text = "\n".join(lines)
    assert lines[:2] == ["a.csv", "standing (recognised) · ankle weight 2 kg · left · 100 Hz · stamped by the"]
    assert lines[2] == "receiver · 1 gap, 0.5 s · second look: counts as one pass does"
    assert "  1 0:01.0   31° 1-?-1-0    96 0.10    - clean" in lines
    assert "  2 1:05.0   31° 1-?-1-0    96 0.10    - range 18° (at least 26°): short [gap," in lines
    assert "  3 0:01.0   31° 1-?-1-0    96    -    - not counted: a bending knee" in lines
    assert "set 1, left: 2 counted, 1 clean, range 31° (median)" in text
    assert "2 not counted: 1 × a bending knee, 1 × turned back early" in text.replace("\n", " ")
    assert "set 2, left: 1 counted, 1 clean" in text
    assert "no momentum: because: 1 rep" in lines
    assert "[gap] samples are missing inside" in lines
    assert "[axis] the kick axis was still being learned" in lines
    legend = " ".join(lines[-4:])
    assert "tempo = lower-rest-lift-hold in s; deg/s = quickest turn of the lower leg in the lift" in legend
    assert legend.endswith("mom. = share that muscle did not pay for at the time, 0 to 1; ? and - = not known")


def test_pain_is_said_before_any_number() -> None:
    lines = shown(a_rep(), pain_s=[75.2, 80.0])
    assert lines[1].startswith("PAIN at 1:15.2, 1:20.0. It hurt")


def test_a_wide_terminal_shows_more() -> None:
    head = " ".join(shown(a_rep(), width=120))
    assert "hold s" in head
    assert "1.25" in head
    assert "hold s" not in " ".join(shown(a_rep(), width=100))


def test_nothing_found_is_said() -> None:
    assert shown()[-1] == "no repetition found"
    assert "posture not recognised" in shown()[1]


def test_a_set_without_a_counted_rep() -> None:
    rep = a_rep(counted=False, reason="not_a_kick", side="unknown")
    assert set_line(3, [rep, rep]) == "set 3: 0 counted; 2 not counted: 2 × another movement"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (a_rep(verdicts=(SHORT,)), "  0:03.0  rep 1      31°  1-?-1-0   range 18° (at least 26°): short"),
        (
            a_rep(counted=False, reason="cut"),
            "  0:03.0  (1)        31°  1-?-1-0   not counted: cut by a gap or the end",
        ),
        (RepRevised(1, a_rep(revision=1)), "          rep 1      31°  1-?-1-0   clean (measured again, of 0:03.0)"),
        (Gap(1.0, 1.5), "  0:01.5  gap of 0.50 s"),
        (Remount(61.0), "  1:01.0  the sensor now sits otherwise"),
        (Doubt(61.0, "the leg slips"), "  1:01.0  warning: the leg slips"),
        (SetEnded(2, 10, 61.0), "          set 2 ended at 1:01.0: 10 counted"),
        (LiftTold(1.0, 0.2), None),
    ],
)
def test_events_as_they_are_told(event: Event, line: str | None) -> None:
    assert event_line(event) == line


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("de", "Satz 1, links: 1 gezählt, 0 sauber, Umfang 31° (Median)"),
        ("fr", "série 1, gauche: 1 comptées, 0 propres, amplitude 31° (médiane)"),
        ("es", "serie 1, izquierda: 1 contadas, 0 limpias, recorrido 31° (mediana)"),
    ],
)
def test_the_table_speaks_the_language(code: str, says: str) -> None:
    console = Console(file=io.StringIO(), width=120)
    analysis = Analysis((a_rep(verdicts=(SHORT,), momentum_lift=0.31),), (), Prior(), (), META)
    console.print(Report("a.csv", analysis, language_of(code)))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert says in text
    assert "0,31" in text
    assert "counted" not in text
