"""Reports: what they say is what was measured, no difference without its noise, hostile text does nothing, the same every time."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from imukick import analyse, read_recording
from imukick.coaching.wording import VERDICTS
from imukick.events import Remount, Rep, Verdict
from imukick.marks import Mark
from imukick.plans import Tempo
from imukick.signals import LegMotion
from imukick.sinks.report.charts import charts_of
from imukick.sinks.report.data import ReportData
from imukick.sinks.report.definitions import BLIND, limit_rows
from imukick.sinks.report.page import report_html
from imukick.sinks.report.panels import AROUND_S, WIDE, panels_of
from imukick.sinks.report.quality import quality_rows
from imukick.sinks.report.sentence import doubts
from imukick.sinks.report.symmetry import MEASURED, scatter_noise, symmetry_of
from imukick.sinks.report.symmetry_chart import symmetry_chart
from tests.sinks.rep_rows import a_rep

ROOT = Path(__file__).resolve().parents[2]
MOMENTUM = Verdict("momentum", 0.6, 0.35, "share", "chosen")
DROP = Verdict("drop", 0.6, 0.35, "share", "chosen")
SHORT = Verdict("short", 20.0, 25.0, "deg", "chosen")
HOSTILE = "\"'><script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'></style>{{ 7 * 7 }}\u202e\n=1+1"


@cache
def shipped(name: str) -> ReportData:
    recording = read_recording(ROOT / "recordings" / f"{name}.csv")
    analysis = analyse(recording)
    span_s = float(recording.samples.t_s[-1] - recording.samples.t_s[0])
    return ReportData(
        recording.path.name, analysis.moved, analysis.reps, analysis.events, analysis.meta, span_s, recording.marks
    )


def at(t_s: float, **changes: Any) -> Rep:
    """A repetition of 2 s at a time."""
    times = {"t_start_s": t_s, "t_top_s": t_s + 0.8, "t_lower_s": t_s + 1.1, "t_end_s": t_s + 2.0}
    return a_rep(**(times | {"momentum_drop": 0.1} | changes))


def report_data(*reps: Rep, **changes: Any) -> ReportData:
    """Repetitions of nobody, on a leg that rises as they say."""
    end_s = max([10.0, *(rep.t_end_s + 1.0 for rep in reps)])
    t_s = np.arange(0.0, end_s, 0.01)
    angle_rad = np.zeros(len(t_s))
    for rep in reps:
        knots_s = [rep.t_start_s - 0.1, rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s, rep.t_end_s + 0.1]
        angle_rad += np.radians(rep.rom_deg) * np.interp(t_s, knots_s, [0.0, 0.1, 1.0, 1.0, 0.1, 0.0])
    rates = np.gradient(angle_rad, t_s)
    three, none = np.zeros((len(t_s), 3)), np.zeros(len(t_s), dtype=bool)
    moved = [LegMotion(t_s, three, three, three, none, none, angle_rad, rates)]
    meta = {**shipped("standing_controlled").meta, "posture": "standing", "side": "unknown"}
    return replace(ReportData("a.csv", moved, list(reps), [], meta, end_s), **changes)


def two_legs(left_deg: list[float], right_deg: list[float]) -> ReportData:
    """Sets of two legs with these ranges, alike in everything else but a little scatter of it."""
    ranges = [("left", deg) for deg in left_deg] + [("right", deg) for deg in right_deg]
    reps = [
        at(
            3.0 * k + 1.0,
            index=k + 1,
            side=side,
            set=1 if side == "left" else 2,
            rom_deg=deg,
            lift_s=0.8 + 0.01 * (k % 3),
        )
        for k, (side, deg) in enumerate(ranges)
    ]
    return report_data(*reps)


def test_doubts_stand_beside_the_sentence() -> None:
    meta = {**shipped("standing_controlled").meta, "clock": "host", "warnings": ["the rates look halved"]}
    said = doubts(report_data(at(1.0, load="band"), meta=meta))
    assert all(
        word in text for word, text in zip(("The rates look halved.", "resistance", "less sure"), said, strict=True)
    )
    assert doubts(report_data(at(1.0))) == []


def test_a_sensor_moved_without_a_mark_raises_the_question_of_the_side() -> None:
    (asked,) = doubts(shipped("ankle_weight_both_legs"))
    assert "strapped on again at 0:37" in asked
    assert "--add-mark" in asked


def test_a_difference_within_its_noise_is_not_called_one() -> None:
    alike = symmetry_of(two_legs([30.0, 31.0, 32.0, 31.0], [31.0, 32.0, 30.5, 32.0]))
    assert [one.larger for one in alike.differences] == [None] * len(alike.differences)
    assert "Beyond the noise: none." in symmetry_chart(alike.differences)


def test_a_difference_beyond_it_has_size_and_direction() -> None:
    data_of_report = two_legs([30.0, 31.0, 32.0, 31.0], [40.0, 41.0, 42.0, 41.0])
    found = {one.quantity.name: one for one in symmetry_of(data_of_report).differences}
    assert (found["Range"].larger, found["Lift"].larger) == ("right", None)
    assert found["Range"].difference == pytest.approx(10.0)
    assert "right by 10° (24 %)" in report_html(data_of_report)
    turned = symmetry_of(two_legs([40.0, 41.0, 42.0, 41.0], [30.0, 31.0, 32.0, 31.0])).differences[0]
    assert turned.larger == "left"
    assert turned.difference == pytest.approx(-10.0)


def test_the_sensor_alone_makes_noise() -> None:
    """Repetitions that do not scatter at all: a difference of a degree is still within the sensor's error."""
    one = symmetry_of(two_legs([30.0] * 4, [31.0] * 4)).differences[0]
    assert (one.scatter_noise, one.larger) == (0.0, None)
    assert 1.5 < one.noise < 3.0


def test_the_scatter_is_that_of_welch() -> None:
    ours, theirs = [30.0, 33.0, 31.5, 29.0, 30.2], [28.0, 36.0, 33.0]
    interval = stats.ttest_ind(theirs, ours, equal_var=False).confidence_interval(0.95)
    assert scatter_noise(ours, theirs) == pytest.approx(0.5 * (interval.high - interval.low))


@pytest.mark.parametrize(
    ("reps", "why"),
    [
        ([], "Nothing was counted"),
        ([at(1.0, side="unknown")], "one sensor cannot tell"),
        ([at(1.0, side="right")], "Only the right leg"),
        ([at(1.0), at(4.0, index=2), at(7.0, index=3), at(10.0, index=4, side="right")], "The right leg has 1 counted"),
    ],
)
def test_legs_that_cannot_be_compared_are_not(reps: list[Rep], why: str) -> None:
    symmetry = symmetry_of(report_data(*reps))
    assert symmetry.differences == ()
    assert why in symmetry.why_not


def measured_rows(section: str) -> dict[str, float]:
    """Row of a table of docs/validation.md -> its refined figure, in deg, s or share."""
    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    table = text.split(f"<!-- measured: {section} -->")[1].split("<!-- end -->")[0]
    units = {"deg": 1.0, "ms": 0.001, "%": 0.01, "": 1.0}
    rows = {}
    for name, figure in re.findall(r"^\| ([^|]+) \|[^|]*\|[^|]*\| ([^|]+) \|", table, flags=re.MULTILINE):
        found = re.match(r"([\d.]+) ?(deg|ms|%|)", figure)
        if found and name in MEASURED:
            rows[name] = float(found[1]) * units[found[2]]
    return rows


def test_the_sensors_error_is_not_smaller_than_what_was_measured() -> None:
    for kind, which in (("nominal", 0), ("harsh", 1)):
        for whose in ("own", "other"):
            rows = measured_rows(f"{whose}-{kind}")
            assert rows.keys() == MEASURED.keys()
            assert {name: value for name, value in rows.items() if value > MEASURED[name][which] + 1e-9} == {}


def test_what_cannot_be_seen_is_what_the_documents_say() -> None:
    text = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8").split("## What one ankle sensor cannot see")[1]
    assert tuple(re.findall(r"^- (.+)$", text, flags=re.MULTILINE)) == BLIND


def test_every_word_has_its_limit() -> None:
    rows = limit_rows(report_data())
    pelvic = {"arched", "rotated", "rocking"}
    assert {word.replace(" ", "_") for word, _, _ in rows} == VERDICTS.keys() - {"knee_curl"} - pelvic
    together = limit_rows(report_data(meta={**report_data().meta, "clocks": {}}))
    assert {word for word, _, _ in together} - {word for word, _, _ in rows} == pelvic
    planned = {**report_data().meta, "target_rom_deg": 40.0, "target_rom_max_deg": 60.0}
    limits = {word: (limit, source) for word, limit, source in limit_rows(report_data(meta=planned))}
    assert limits["short"] == ("the leg rose less than 40°", "the target")
    assert limits["too high"] == ("the leg rose more than 60°", "the target")


def test_a_picture_shows_what_was_measured() -> None:
    reps = [at(2.0, rom_deg=40.0), at(6.0, index=2, rom_deg=20.0, counted=False, reason="aborted")]
    panels = panels_of(report_data(*reps))
    kick, other = panels.blocks[0].panels
    per_s = WIDE / (2.0 + 2.0 * AROUND_S)
    assert [phase.wide / per_s for phase in kick.phases] == pytest.approx([0.8, 0.3, 0.9], abs=0.01)
    assert [phase.kind for phase in kick.phases] == ["lift", "pause", "lower"]
    assert [phase.kind for phase in other.phases] == ["other"]
    assert (kick.words, other.words) == (("clean",), ("turned back early",))
    lowest, *_, highest = sorted((float(y) for y in re.findall(r"\d+ (\d+)", kick.curve)), reverse=True)
    lowest_other, *_, highest_other = sorted((float(y) for y in re.findall(r"\d+ (\d+)", other.curve)), reverse=True)
    assert (lowest - highest) / (lowest_other - highest_other) == pytest.approx(2.0, rel=0.05)
    assert "range 40°, lift 0.8 s, pause 0.3 s, lowering 0.9 s; clean" in kick.alt.replace(
        "0.8 s, pause", "0.8 s, pause"
    )


def test_an_angle_that_was_not_known_is_not_drawn() -> None:
    data_of_report = report_data(at(2.0), at(6.0, index=2))
    unknown = replace(data_of_report.moved[0], angle_rad=None, rate_radps=None)
    panels = panels_of(replace(data_of_report, moved=[unknown])).blocks[0].panels
    assert [panel.curve for panel in panels] == ["", ""]
    assert panels_of(replace(data_of_report, moved=[])).blocks[0].panels[0].curve == ""
    assert "known yet" in report_html(replace(data_of_report, moved=[unknown]))


def test_sets_keep_their_heading_and_small_ones_share_it() -> None:
    many = [at(3.0 * k, index=k + 1, set=1 if k < 50 else 2) for k in range(60)]
    assert [block.heading for block in panels_of(report_data(*many)).blocks] == [
        "Set 1, left leg", "Set 1, left leg, continued", "Set 2, left leg",
    ]  # fmt: skip
    few = [at(3.0 * k, index=k + 1, set=k + 1, side="left" if k < 3 else "right") for k in range(5)]
    assert [block.heading for block in panels_of(report_data(*few)).blocks] == [
        "Sets 1 to 3, left leg", "Sets 4 to 5, right leg",
    ]  # fmt: skip


def test_a_tempo_is_held_against_its_target() -> None:
    reps = [at(4.0 * k, index=k + 1, lift_s=2.0, pause_s=1.0, lower_s=3.0 if k else 1.0) for k in range(4)]
    (tempo, _), _ = charts_of(report_data(*reps, tempo=Tempo(3.0, 0.0, 2.0, 1.0)))
    assert tempo.title == "Tempo against its target"
    assert "92 % of the phases were" in tempo.says  # 11 of 12: one lowering of 1 s


def test_loss_is_named_against_the_best() -> None:
    reps = [at(3.0 * k, index=k + 1, rom_deg=rom, peak_lift_degps=rate) for k, (rom, rate) in enumerate([(40, 80), (50, 100), (45, 60)])]  # fmt: skip
    _, (rom, velocity) = charts_of(report_data(*reps))
    assert rom.says.startswith("★ best of its set. From it to the last: 10 % less.")
    assert velocity.says == "★ quickest of its set. From it to the last: 40 % less."


def test_momentum_of_an_unknown_resistance_has_no_limit() -> None:
    (tempo, momentum), _ = charts_of(report_data(at(1.0, load="band")))
    assert "No tempo was asked for" in tempo.says
    assert "Resistance unknown: compare within a set only" in momentum.says
    assert "limit" not in momentum.says


def test_the_data_speak_for_themselves() -> None:
    rows = dict(quality_rows(shipped("quadruped_gap_and_loss")))
    assert rows["Received"].endswith("2.5 % of those that should be there are missing")
    assert rows["Gaps"].startswith("4 gaps, 1.4 s together: ")
    assert "cut by a gap" in rows["Not counted"]
    assert "stamped by the receiving computer" in dict(quality_rows(shipped("standing_walk_fidget_host")))["Time"]
    assert "momentum is left out" in dict(quality_rows(shipped("quadruped_clipped")))["Clipped"]
    moved = report_data(at(1.0, notes=("disputed by the person",)), events=[Remount(3.0)])
    assert "from 0:03 on" in dict(quality_rows(moved))["Mounting"]
    assert "“that was not one” of 1; it stays counted" in dict(quality_rows(moved))["The person said"]


class Tags(HTMLParser):
    """Tags, attributes and ids of a page, what stands in its style, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.ids: list[str] = []
        self.style = ""
        self.policy = ""
        self.text = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._inside = tag
        for name, value in attrs:
            self.names.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name == "content" and value is not None and value.startswith("default-src"):
                self.policy = value

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.style += data
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = ""


PLAIN = ("quadruped_gap_and_loss", "no_kick_at_all")


@pytest.mark.parametrize("name", PLAIN)
def test_a_page_is_whole_and_needs_nothing_else(name: str) -> None:
    data_of_report = shipped(name)
    page = report_html(data_of_report)
    tags = Tags(page)
    assert tags.tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base", "form", "image"})
    assert tags.names.isdisjoint({"src", "srcset", "xlink:href", "action", "background"})
    assert not [name for name in tags.names if name.startswith("on")]
    assert re.findall(r"(?:https?:)?//|@import|url\((?!#)", page) == []
    digest = base64.b64encode(hashlib.sha256(tags.style.encode()).digest()).decode()
    assert f"style-src-elem 'sha256-{digest}'" in tags.policy
    assert tags.policy.startswith("default-src 'none';")
    assert len(tags.ids) == len(set(tags.ids))
    assert len(re.findall(r'<figure class="(?:clean|fault|other)">', page)) == len(data_of_report.reps)
    assert page.count('role="img"') == page.count('aria-label="') - page.count('role="region"')
    assert page == report_html(data_of_report)


def test_hostile_text_does_nothing() -> None:
    meta = {**report_data().meta, "sensor": HOSTILE, "started": HOSTILE, "package": HOSTILE}
    reps = [at(1.0, notes=(HOSTILE,)), at(4.0, index=2, counted=False, notes=(HOSTILE,))]
    marks = [Mark(1.0, "note", HOSTILE), Mark(2.0, "pain", HOSTILE), Mark(3.0, "note", "x" * 10_000_000)]
    data_of_report = report_data(
        *reps,
        name=HOSTILE,
        person=HOSTILE,
        remarks=[HOSTILE],
        plan=HOSTILE,
        plan_lines=[HOSTILE],
        meta=meta,
        marks=marks,
    )
    page = report_html(data_of_report)
    tags = Tags(page)
    harmless = Tags(
        report_html(report_data(*reps, marks=[Mark(1.0, "note", "a"), Mark(2.0, "pain")], plan_lines=["a"]))
    )
    assert tags.tags == harmless.tags
    assert tags.names == harmless.names
    assert tags.text.count("<script>window.pwned = 1</script>") >= 6, "it stands there to be read"
    assert "{{ 7 * 7 }}" in tags.text
    assert "\u202e" not in page
    assert len(page) < 100_000


def test_two_hundred_repetitions_stay_a_small_page() -> None:
    reps = [at(3.0 * k + 1.0, index=k + 1, set=1 + k // 20, verdicts=(MOMENTUM, SHORT)) for k in range(200)]
    page = report_html(report_data(*reps))
    assert len(page.encode()) < 1_500_000
    assert page.count('<figure class="fault">') == 200
