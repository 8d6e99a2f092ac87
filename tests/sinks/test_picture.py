"""Pictures: no text over another or beyond the page, what is drawn is what was measured, the same every time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from imukick import analyse
from imukick.errors import ImukickError
from imukick.events import Remount, Rep, Verdict
from imukick.signals import LegMotion
from imukick.sinks.figure_style import style
from imukick.sinks.leg_curve import curve_of, without_stale
from imukick.sinks.leg_rows import labels_of
from imukick.sinks.picture import ENDINGS, Story, draw, write_picture
from imukick.sinks.timeline import TimelineRow
from tests.sinks.rep_rows import a_rep

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
SHORT = Verdict("short", 18.4, 25.6, "deg", "target")
SAID = (Verdict("momentum", 0.5, 0.35, "share", ""), Verdict("no_pause", 0.0, 0.1, "s", ""), SHORT)
LIMITS = {"count": {"verdicts": {"momentum": 0.35, "drop": 0.35}}}
META: dict[str, Any] = {"parameters": LIMITS, "target_rom_deg": None}


def motion(from_s: float, to_s: float, angle_deg: float | None = 0.0) -> LegMotion:
    """A leg that keeps its angle; None: of unknown axis."""
    t_s = np.arange(from_s, to_s, 0.01)
    n = len(t_s)
    angle_rad = None if angle_deg is None else np.full(n, np.radians(angle_deg))
    none = np.zeros(n, dtype=bool)
    three = np.zeros((n, 3))
    return LegMotion(t_s, three, three, three, none, none, angle_rad, None if angle_rad is None else np.zeros(n))


def a_story(*reps: Rep, until_s: float = 60.0, **changes: Any) -> Story:
    facts = "standing · no load · 3 counted, 2 clean"
    return replace(Story("a.csv", facts, [motion(0.0, until_s)], list(reps), [], META), **changes)


def at(t_s: float, length_s: float = 2.0, **changes: Any) -> Rep:
    """A repetition at a time."""
    times = {
        "t_start_s": t_s,
        "t_top_s": t_s + 0.4 * length_s,
        "t_lower_s": t_s + 0.55 * length_s,
        "t_end_s": t_s + length_s,
    }
    return a_rep(**(times | changes))


def crowd(n: int, every_s: float) -> list[Rep]:
    """Repetitions in close order, of all kinds, each with much to say."""
    kinds: list[dict[str, Any]] = [
        {"verdicts": SAID},
        {"counted": False, "notes": ("cut",)},
        {"momentum_drop": 0.7, "quality": ("axis",)},
        {"counted": False, "notes": ("not_a_kick",)},
        {"verdicts": (SHORT,), "notes": ("no momentum: because",), "momentum_lift": None},
    ]
    return [at(2.0 + k * every_s, 0.8 * every_s, index=k + 1, set=1 + k // 7, **kinds[k % 5]) for k in range(n)]


@cache
def shipped(name: str) -> Story:
    analysis = analyse(RECORDINGS / f"{name}.csv")
    return Story(f"{name}.csv", "standing · no load", analysis.moved, analysis.reps, analysis.events, analysis.meta)


class Listening(RendererAgg):
    """Draws as usual, but keeps where each text would be instead of drawing its letters.

    matplotlib does not type its Agg renderer: the call of it below is untyped for that.
    """

    def __init__(self, figure: Figure) -> None:
        wide, tall = figure.get_size_inches() * figure.dpi
        super().__init__(wide, tall, figure.dpi)  # type: ignore[no-untyped-call]
        self.texts: list[tuple[str, Bbox]] = []

    def draw_text(self, *drawn: Any, **named: Any) -> None:
        text = next(part for part in (*drawn, *named.values()) if isinstance(part, Text))
        self.texts.append((drawn[3], text.get_window_extent(self)))


def texts_of(story: Story) -> list[tuple[str, Bbox]]:
    """Every text of the picture, checked."""
    with style():
        return checked(draw(story))


def checked(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text that is really drawn, with the space it takes in pixels; none beyond the page, none over another."""
    renderer = Listening(figure)
    figure.draw(renderer)
    page = figure.bbox
    for said, box in renderer.texts:
        assert box.x0 >= 0, said
        assert box.y0 >= 0, said
        assert box.x1 <= page.x1, said
        assert box.y1 <= page.y1, said
    low, high = (np.array([getattr(box, corner) for _, box in renderer.texts]) for corner in ("min", "max"))
    over = (np.minimum(high[:, None], high) - np.maximum(low[:, None], low)).min(axis=2)
    for one, other in np.argwhere(np.triu(over, 1) >= 1.5):
        raise AssertionError(f"{renderer.texts[one][0]!r} stands over {renderer.texts[other][0]!r}")
    return renderer.texts


def said(story: Story) -> list[str]:
    return [text for text, _ in texts_of(story)]


@pytest.mark.parametrize(
    "name",
    [
        *("ankle_weight_both_legs", "no_kick_at_all", "quadruped_faults", "quadruped_gap_and_loss"),
        "standing_walk_fidget_host",
    ],
)
def test_text_is_readable_on_recordings(name: str) -> None:
    story = shipped(name)
    texts = said(story)
    assert f"{name}.csv" in texts
    for rep in story.reps:
        if rep.counted:
            assert str(rep.index) in texts


@pytest.mark.parametrize(
    "story",
    [
        a_story(),
        a_story(until_s=20000.0),
        a_story(at(1.0)),
        a_story(at(0.0), at(57.9, index=2)),
        a_story(*crowd(3, 5.0)),
        a_story(*crowd(21, 2.5)),
        a_story(*crowd(40, 1.0)),
        a_story(*crowd(80, 4.0), until_s=500.0),
        a_story(*(at(5.0 + 300 * k, index=k + 1, set=k + 1) for k in range(4)), until_s=2000.0),
        a_story(*crowd(9, 3.0), moved=[motion(1.7e9, 1.7e9 + 30)]),
        a_story(*(at(3.0 * k, side=("left", "right")[k % 2], set=k, index=k + 1) for k in range(12))),
        a_story(
            at(5.0, rom_deg=131.4), at(12.0, rom_deg=5.2, index=2, verdicts=SAID), meta=META | {"target_rom_deg": 60.0}
        ),
        a_story(at(5.0), title="a_long_name_" * 20 + ".csv", facts="many facts · " * 30),
        a_story(moved=[motion(0.0, 30.0, None)]),
        a_story(moved=[]),
    ],
)
def test_text_is_readable_whatever_there_is(story: Story) -> None:
    assert "angle of the lower leg" in said(story)


def test_the_check_sees_text_over_text() -> None:
    figure = Figure()
    for x in (0.5, 0.51):
        figure.text(x, 0.5, "short")
    with pytest.raises(AssertionError, match="'short' stands over 'short'"):
        checked(figure)


def test_verdicts_reasons_sets_and_doubts_stand_in_words() -> None:
    reps = [
        at(2.0, verdicts=(SHORT,), quality=("clipped",)),
        at(8.0, index=2, counted=False, reason="aborted"),
        at(14.0, index=3, set=2, side="right", quality=("clipped",)),
        at(20.0, index=4, set=2, side="right", momentum_lift=None, notes=("no momentum: because",)),
    ]
    texts = said(a_story(*reps))
    for text in (
        "short",
        "clean",
        "turned back early",
        "(2)",
        "set 1 · left",
        "set 2 · right",
        "next set",
        "not counted",
    ):
        assert text in texts
    assert "clipped: the sensor reached its limit (reps 1, 3)" in texts
    assert "no momentum: because (rep 4)" in texts
    assert "line: limit" in texts
    assert "0.35" in texts
    assert any("dashed: limit" in text for text in texts)


def test_a_load_of_unknown_moment_has_no_limit() -> None:
    texts = said(a_story(at(2.0, load="band")))
    assert any("within a set" in text for text in texts)


def test_neighbours_not_counted_for_one_reason_share_a_label() -> None:
    reps = [at(3.0 * k, index=k + 1, counted=False, reason="not_a_kick" if k < 3 else "cut") for k in range(5)]
    labels = labels_of(reps, TimelineRow(0.0, 40.0))
    assert [(label.number, " ".join(label.words)) for label in labels] == [
        ("(1–3)", "another movement"),
        ("(4–5)", "cut by a gap or the end"),
    ]


def test_what_is_left_out_is_said() -> None:
    texts = said(a_story(at(130.0), at(500.0, index=2), until_s=1000.0))
    assert "0:00 to 2:07 left out: nothing listed there" in texts
    assert "2:15 to 8:17 left out: nothing listed there" in texts
    assert "8:25 to 16:40 left out: nothing listed there" in texts


def test_the_curve_breaks_where_nothing_is_known() -> None:
    pieces = [motion(0.0, 1.0, None), motion(1.0, 2.0, 10.0), motion(5.0, 6.0, 40.0)]
    filled = np.arange(100) // 10 == 5  # a tenth of a second of the last piece
    pieces[2] = replace(pieces[2], filled=filled)
    curve = curve_of(pieces)
    shown_s = curve.t_s[~np.ma.getmaskarray(curve.angle_deg)]
    assert shown_s.min() == pytest.approx(1.0)
    assert not ((shown_s > 2.0) & (shown_s < 5.0)).any()
    assert not ((shown_s > 5.495) & (shown_s < 5.595)).any()
    assert [(round(a, 2), round(b, 2)) for a, b in curve.holes] == [(1.99, 5.0), (5.5, 5.59)]
    assert [(round(a, 2), round(b, 2)) for a, b in curve.unknown] == [(0.0, 0.99)]


def test_a_new_zero_is_no_movement_of_the_leg() -> None:
    curve = curve_of([motion(0.0, 1.0, 0.0), motion(1.0, 2.0, 3.0)])
    masked = np.flatnonzero(np.ma.getmaskarray(curve.angle_deg))
    assert curve.t_s[masked].tolist() == [1.0]


def test_what_the_strapping_before_measured_is_left_out() -> None:
    reps = [at(1.0), at(5.0, index=2)]
    moved = [motion(0.0, 7.5, 120.0), motion(7.5, 12.0, 0.0)]
    curve = without_stale(curve_of(moved), 5.0, reps)
    shown_s = curve.t_s[~np.ma.getmaskarray(curve.angle_deg)]
    assert not ((shown_s >= 5.0) & (shown_s < 7.5)).any()
    assert [(round(a, 2), round(b, 2)) for a, b in curve.unknown] == [(5.0, 7.5)]
    assert "kick axis not known yet" in said(a_story(*reps, moved=moved, events=[Remount(5.0)]))
    untouched = curve_of([motion(0.0, 12.0)])
    assert without_stale(untouched, 5.0, reps) == untouched


@pytest.mark.parametrize(("ending", "begins"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_each_format_and_the_same_bytes_again(tmp_path: Path, ending: str, begins: bytes) -> None:
    assert ending in ENDINGS
    story = a_story(*crowd(5, 5.0))
    for name in ("one", "two"):
        write_picture(tmp_path / name, ending, story)
    assert (tmp_path / "one").read_bytes().startswith(begins)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_users_own_settings_change_nothing(tmp_path: Path) -> None:
    story = a_story(at(5.0))
    write_picture(tmp_path / "one", ".png", story)
    with mpl.rc_context({"font.size": 30.0, "axes.facecolor": "black", "savefig.bbox": "tight", "text.usetex": True}):
        write_picture(tmp_path / "two", ".png", story)
        assert mpl.rcParams["font.size"] == 30.0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("title", ["a$_{x$.csv", "キック.csv", "\\frac{.csv", "a^2 & b%.csv"])
def test_any_name_of_a_file_is_drawn_as_it_is(title: str) -> None:
    assert title in said(a_story(at(5.0), title=title))


def test_what_no_page_holds_is_refused() -> None:
    with pytest.raises(ImukickError, match="too long for one picture; cut it with imukick edit"):
        draw(a_story(*crowd(1300, 5.0), until_s=6600.0))
