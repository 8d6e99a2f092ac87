"""Small multiples: every repetition's angle as a picture of its own, drawn with one scale; lift, pause, lowering filled.

Paths are written here and not by matplotlib, which needs 17 ms and 6.5 kB for each (docs/decisions/0016-report.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

import numpy as np

from imukick.coaching.wording import reason_text, rep_texts
from imukick.events import DISPUTED, Remount, Rep
from imukick.signals import FloatArray
from imukick.sinks.figure_style import PHASES, clock
from imukick.sinks.leg_curve import Curve, curve_of, without_stale
from imukick.sinks.report.data import ReportData

WIDE: Final = 200.0
TALL: Final = 110.0
FOOT: Final = 22.0
"""Units of the drawing: its size, and the band at its foot that holds the phases' signs."""
SIGN: Final = 13.0
"""A sign needs so much; a shorter phase goes without."""
POINTS: Final = 48
"""Of a curve at most; chosen: a kick of 5 s then has a point every 0.1 s, and bends nowhere that one would see."""
AROUND_S: Final = 0.3
"""Shown before and after a repetition."""
BLOCK: Final = 48
"""Pictures under one heading; chosen: four to six rows on paper, so that no block is longer than half a page."""
Angles = np.ma.MaskedArray[tuple[int], np.dtype[np.float64]]
SMALL_SET: Final = 4
"""Sets of at most so many share a heading; chosen: four of them fill a row."""
GRID_DEG: Final = (10.0, 15.0, 30.0, 45.0, 60.0, 90.0)


@dataclass(frozen=True, slots=True)
class Phase:
    """A filled part of a picture: its kind and outline, `left` and `wide` in the band at the foot, its sign where it fits."""

    kind: str
    outline: str
    left: float
    wide: float
    sign: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One repetition: the curve, what is filled, its words; `limits`: heights of the limits it was held against."""

    number: str
    counted: bool
    curve: str
    phases: tuple[Phase, ...]
    limits: tuple[float, ...]
    rom: str
    tempo: str
    words: tuple[str, ...]
    tone: str
    alt: str


@dataclass(frozen=True, slots=True)
class Block:
    """Panels under one heading."""

    heading: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Panels:
    """All of them: `grid` and `target`, heights of the lines every picture has; `scale` says in words what they are.

    `columns`: so many side by side on paper, `across`: on a wide screen.
    """

    blocks: tuple[Block, ...]
    grid: tuple[float, ...]
    target: float | None
    scale: str
    columns: int
    across: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the pictures have in common: so many seconds wide, degrees from `low_deg` to `high_deg`."""

    wide_s: float
    low_deg: float
    high_deg: float

    def x(self, t_s: FloatArray | float) -> FloatArray:
        return np.clip(WIDE * (np.asarray(t_s) + AROUND_S) / self.wide_s, 0.0, WIDE)

    def y(self, angle_deg: FloatArray | float) -> FloatArray:
        share = (np.asarray(angle_deg) - self.low_deg) / (self.high_deg - self.low_deg)
        return np.clip((1.0 - share) * (TALL - FOOT), -TALL, TALL - FOOT)  # above 0 it leaves the picture


def panels_of(data: ReportData) -> Panels:
    """The pictures of every repetition, set by set."""
    curve = curve_of(data.moved)
    for event in data.events:
        if isinstance(event, Remount):
            curve = without_stale(curve, event.t_s, data.reps)
    frame = _frame(data)
    step_deg = next((step for step in GRID_DEG if frame.high_deg / step < 4.4), GRID_DEG[-1])
    lines_deg = np.arange(0.0, frame.high_deg, step_deg)
    target_deg = data.meta["target_rom_deg"]
    scale = f"Each picture: {frame.wide_s:.1f} s, a line every {step_deg:.0f}° from rest."
    scale += "" if target_deg is None else f" Dotted: target, {target_deg:.0f}°."
    if any(verdict.unit == "deg" for rep in data.reps for verdict in rep.verdicts):
        scale += " Dashed: limit of a range."
    blocks = tuple(_blocks(data.reps, curve, frame))
    columns = _columns([len(block.panels) for block in blocks])
    return Panels(
        blocks=blocks,
        grid=tuple(float(y) for y in frame.y(lines_deg)),
        target=None if target_deg is None else float(frame.y(target_deg)),
        scale=scale,
        columns=columns,
        across=columns if columns <= 10 else -(-columns // 2),
    )


def _columns(lengths: Sequence[int]) -> int:
    """So many side by side that the rows are fewest; of equally good ones the fewest, which are largest.

    >>> _columns([11, 10]), _columns([8]), _columns([12, 12]), _columns([3])
    (11, 8, 12, 6)
    """
    if max(lengths, default=0) <= 6:
        return 6
    return min(range(8, 13), key=lambda columns: (sum(-(-n // columns) for n in lengths), columns))


def _frame(data: ReportData) -> _Frame:
    """Wide enough for what counts, and for the rest up to half as much again; high enough for every range."""
    lengths_s = [rep.t_end_s - rep.t_start_s for rep in data.counted]
    others_s = [rep.t_end_s - rep.t_start_s for rep in data.others]
    longest_s = max(lengths_s, default=max(others_s, default=1.0))
    wide_s = min(max([longest_s, *others_s]), 1.5 * longest_s) + 2.0 * AROUND_S
    highest_deg = max([10.0, *(rep.rom_deg for rep in data.counted or data.reps)])
    limits_deg = [v.limit for rep in data.counted for v in rep.verdicts if v.unit == "deg"]
    high_deg = 1.06 * max([highest_deg, data.meta["target_rom_deg"] or 0.0, *limits_deg])
    return _Frame(wide_s, -0.08 * high_deg, high_deg)


def _blocks(reps: Sequence[Rep], curve: Curve, frame: _Frame) -> list[Block]:
    """Set by set; small sets of one leg share a heading."""
    sets = [list(group) for _, group in groupby(reps, key=lambda rep: rep.set)]
    shared: list[list[Rep]] = []
    for own in sets:
        last = shared[-1] if shared else []
        small = len(own) <= SMALL_SET and last and last[0].side == own[0].side
        if small and sum(rep.set == last[-1].set for rep in last) <= SMALL_SET and len(last) + len(own) <= BLOCK:
            last += own
        else:
            shared.append(list(own))
    blocks: list[Block] = []
    for together in shared:
        numbers = list(dict.fromkeys(rep.set for rep in together))
        name = f"Set {numbers[0]}" if len(numbers) == 1 else f"Sets {numbers[0]} to {numbers[-1]}"
        side = "" if together[0].side == "unknown" else f", {together[0].side} leg"
        name = name + side if len(sets) > 1 or side else "All repetitions"
        for at in range(0, len(together), BLOCK):
            panels = [
                _panel(rep, curve, frame, in_set=len(numbers) > 1 and (k == 0 or together[k - 1].set != rep.set))
                for k, rep in enumerate(together[at : at + BLOCK], at)
            ]
            blocks.append(Block(f"{name}, continued" if at else name, tuple(panels)))
    return blocks


def _panel(rep: Rep, curve: Curve, frame: _Frame, *, in_set: bool) -> Panel:
    t_s, angle_deg = _own(rep, curve, frame)
    edges_s = (rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s)
    if rep.counted:
        spans = [(kind, a, b, PHASES[kind][1]) for kind, (a, b) in zip(PHASES, pairwise(edges_s), strict=True)]
    else:
        spans = [("other", rep.t_start_s, rep.t_end_s, "")]
    phases = tuple(
        _phase(kind, a - rep.t_start_s, b - rep.t_start_s, sign, t_s, angle_deg, frame) for kind, a, b, sign in spans
    )
    words = tuple(word.replace("_", " ") for word in rep.words) if rep.counted else (reason_text(rep),)
    quick = rep.counted and not words and rep_texts(rep)[0].startswith("quick")
    words = words or (("not judged",) if not rep.clean else ("clean, quick",) if quick else ("clean",))
    words += (DISPUTED,) if DISPUTED in rep.notes else ()
    return Panel(
        number=str(rep.index) if rep.counted else f"({rep.index})",
        counted=rep.counted,
        curve=_line(t_s, angle_deg, frame),
        phases=phases,
        limits=tuple(float(frame.y(v.limit)) for v in rep.verdicts if v.unit == "deg" and rep.counted),
        rom=f"{rep.rom_deg:.0f}°" + (f" · set {rep.set}" if in_set else ""),
        tempo=rep.tempo,
        words=words,
        tone="fault" if rep.counted and rep.words else "clean" if rep.clean else "other",
        alt=_alt(rep),
    )


def _alt(rep: Rep) -> str:
    """The picture in words."""
    return (
        f"Repetition {rep.index} at {clock(rep.t_start_s)}: range {rep.rom_deg:.0f}°, lift {rep.lift_s:.1f} s, "
        f"pause {rep.pause_s:.1f} s, lowering {rep.lower_s:.1f} s; {'; '.join(rep_texts(rep))}"
    )


def _own(rep: Rep, curve: Curve, frame: _Frame) -> tuple[FloatArray, Angles]:
    """Time from the start (s) and angle above the rest before (deg), at few points, masked where not known."""
    masked = np.flatnonzero(
        np.ma.getmaskarray(curve.angle_deg)
    )  # where it breaks, another zero or nothing stands beyond
    first, last = np.searchsorted(curve.t_s, [rep.t_start_s - AROUND_S, rep.t_start_s - AROUND_S + frame.wide_s])
    last = min(last, int(np.searchsorted(curve.t_s, rep.t_end_s + AROUND_S)))
    before = masked[masked < np.searchsorted(curve.t_s, rep.t_start_s)]
    beyond = masked[masked > np.searchsorted(curve.t_s, rep.t_end_s)]
    first, last = max([first, *before[-1:]]), min([last, *beyond[:1]])
    at = np.unique(np.linspace(first, max(first, last - 1), POINTS).round().astype(np.int64))
    at = at[at < len(curve.t_s)] if last > first else at[:0]
    angle_deg = np.ma.array(curve.angle_deg[at], copy=True)
    start = int(np.searchsorted(curve.t_s, rep.t_start_s))
    known = start < len(curve.t_s) and not np.ma.getmaskarray(curve.angle_deg)[start]
    rest_deg = (
        float(curve.angle_deg[start]) - 0.1 * rep.rom_deg if known else 0.0
    )  # the start lies at 10 % of the range
    if not known:
        angle_deg = np.ma.masked_array(angle_deg.filled(0.0), mask=np.ones(len(angle_deg), dtype=bool))
    return curve.t_s[at] - rep.t_start_s, angle_deg - rest_deg


def _phase(
    kind: str, a_s: float, b_s: float, sign: str, t_s: FloatArray, angle_deg: Angles, frame: _Frame
) -> Phase:  # fmt: skip
    left, right = float(frame.x(a_s)), float(frame.x(b_s))
    known = ~np.ma.getmaskarray(angle_deg)
    outline = ""
    if known.sum() > 1:
        at_s = np.concatenate([[a_s], t_s[known & (t_s > a_s) & (t_s < b_s)], [b_s]])
        heights_deg = np.interp(at_s, t_s[known], angle_deg[known].filled())
        x, y = frame.x(at_s), frame.y(heights_deg)
        floor = float(frame.y(0.0))
        points = [(left, floor), *zip(x.tolist(), y.tolist(), strict=True), (right, floor)]
        outline = _path(points) + "z"
    return Phase(kind, outline, round(left, 1), round(right - left, 1), sign if right - left >= SIGN else "")


def _line(t_s: FloatArray, angle_deg: Angles, frame: _Frame) -> str:
    """The curve, a new piece after each hole."""
    known = ~np.ma.getmaskarray(angle_deg)
    edges = np.flatnonzero(np.diff(known.astype(np.int8), prepend=0, append=0))
    x, y = frame.x(t_s).tolist(), frame.y(angle_deg.filled(0.0)).tolist()
    pieces = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return "".join(_path(list(zip(x[a:b], y[a:b], strict=True))) for a, b in pieces)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " ".join(f"{x:.0f} {y:.0f}" for x, y in points)
