"""Repetitions -> one row a set and one for the whole session: how many, how far, how fast, how evenly."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median, median_low
from typing import Any

import numpy as np

from imukick.events import Rep, column


@dataclass(frozen=True, slots=True)
class SetRow:
    """One set, or (`scope` "session") all of them; numbers are over counted repetitions, None when no repetition counts.

    `side`, `posture`, `load`: joined by `;` where they change. `clean_share`: without any verdict, of the counted.
    `volume_kg`: counted times mass, when one known mass was used throughout. `time_under_tension_s`: lift, pause
    and lowering together. `..._iqr`: middle half of the values, from two on. `..._loss_from_best_pct`: how much the
    last lies below the largest. `momentum_lift_median`, `momentum_drop_median`: shares, 0 to 1.
    """

    scope: str = field(metadata=column("", "set, or session for all sets together"))
    set: int | None
    side: str
    posture: str
    load: str
    load_kg: float | None = field(metadata=column("kg", "mass of the load, where one known mass was used throughout"))
    t_start_s: float
    t_end_s: float
    counted: int
    not_counted: int = field(metadata=column("count", "rows that were listed but do not count"))
    knee_curl: int = field(metadata=column("count", "of these: a bending knee"))
    aborted: int = field(metadata=column("count", "of these: turned back early"))
    cut: int = field(metadata=column("count", "of these: cut by a gap or an end"))
    not_a_kick: int = field(metadata=column("count", "of these: another movement"))
    paused: int = field(metadata=column("count", "of these: done before the start or in a break"))
    other_leg: int = field(metadata=column("count", "of these: moved by the other leg"))
    clean: int = field(metadata=column("count", "counted repetitions that were judged and have no verdict"))
    clean_share: float | None = field(metadata=column("share", "clean of counted"))
    volume_kg: float | None = field(metadata=column("kg", "counted x load_kg"))
    time_under_tension_s: float = field(
        metadata=column("s", "lift, pause and lowering of the counted repetitions together")
    )
    tempo: str
    lift_median_s: float | None = field(metadata=column("s", "median of lift_s"))
    pause_median_s: float | None = field(metadata=column("s", "median of pause_s"))
    lower_median_s: float | None = field(metadata=column("s", "median of lower_s"))
    rom_median_deg: float | None = field(metadata=column("deg", "median of rom_deg"))
    rom_iqr_deg: float | None = field(metadata=column("deg", "interquartile range of rom_deg"))
    rom_loss_from_best_pct: float | None = field(
        metadata=column("%", "how far the last rom_deg lies below the largest")
    )
    peak_lift_median_degps: float | None = field(metadata=column("deg/s", "median of peak_lift_degps"))
    peak_lift_iqr_degps: float | None = field(metadata=column("deg/s", "interquartile range of peak_lift_degps"))
    peak_lift_loss_from_best_pct: float | None = field(
        metadata=column("%", "how far the last peak_lift_degps lies below the largest")
    )
    momentum_lift_median: float | None = field(metadata=column("share", "median of momentum_lift"))
    momentum_drop_median: float | None = field(metadata=column("share", "median of momentum_drop"))


def set_rows(reps: Sequence[Rep], meta: Mapping[str, Any]) -> list[SetRow]:
    """A row a set in order, then one for the session; none when nothing was listed. `meta`: `Analysis.meta`."""
    if not reps:
        return []
    by_set = [list(group) for _, group in groupby(reps, key=lambda rep: rep.set)]
    said = [(-math.inf, meta["load_kg"]), *((t_s, load_kg) for t_s, _, load_kg in meta["load_marks"])]
    return [*(_row("set", group, said) for group in by_set), _row("session", reps, said)]


def _row(scope: str, reps: Sequence[Rep], said: Sequence[tuple[float, float | None]]) -> SetRow:
    """`said`: since when (s) the load weighs how much (kg)."""
    counted = [rep for rep in reps if rep.counted]
    masses = {next(load_kg for t_s, load_kg in reversed(said) if t_s <= rep.t_end_s) for rep in reps}
    loads = {rep.load for rep in reps}
    load_kg = masses.pop() if len(masses) == len(loads) == 1 else None
    reasons = [rep.reason for rep in reps if not rep.counted]
    clean = sum(rep.clean for rep in counted)

    def middle(of: Callable[[Rep], float | None]) -> float | None:
        values = [value for value in map(of, counted) if value is not None]
        return median(values) if values else None

    rom, peak = [rep.rom_deg for rep in counted], [rep.peak_lift_degps for rep in counted]
    return SetRow(
        scope=scope,
        set=reps[0].set if scope == "set" else None,
        side=_words(rep.side for rep in reps),
        posture=_words(rep.posture for rep in counted or reps),
        load=_words(rep.load for rep in reps),
        load_kg=load_kg,
        t_start_s=min(rep.t_start_s for rep in reps),
        t_end_s=max(rep.t_end_s for rep in reps),
        counted=len(counted),
        not_counted=len(reasons),
        knee_curl=reasons.count("knee_curl"),
        aborted=reasons.count("aborted"),
        cut=reasons.count("cut"),
        not_a_kick=reasons.count("not_a_kick"),
        paused=reasons.count("paused"),
        other_leg=reasons.count("other_leg"),
        clean=clean,
        clean_share=clean / len(counted) if counted else None,
        volume_kg=None if load_kg is None else len(counted) * load_kg,
        time_under_tension_s=sum(rep.t_end_s - rep.t_start_s for rep in counted),
        tempo=_tempo([rep.tempo for rep in counted]),
        lift_median_s=middle(lambda rep: rep.lift_s),
        pause_median_s=middle(lambda rep: rep.pause_s),
        lower_median_s=middle(lambda rep: rep.lower_s),
        rom_median_deg=middle(lambda rep: rep.rom_deg),
        rom_iqr_deg=_iqr(rom),
        rom_loss_from_best_pct=_loss_pct(rom),
        peak_lift_median_degps=middle(lambda rep: rep.peak_lift_degps),
        peak_lift_iqr_degps=_iqr(peak),
        peak_lift_loss_from_best_pct=_loss_pct(peak),
        momentum_lift_median=middle(lambda rep: rep.momentum_lift),
        momentum_drop_median=middle(lambda rep: rep.momentum_drop),
    )


def _words(words: Any) -> str:
    return ";".join(dict.fromkeys(words))


def _iqr(values: Sequence[float]) -> float | None:
    if len(values) < 2:
        return None
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high - low)


def _loss_pct(values: Sequence[float]) -> float | None:
    return 100.0 * (1.0 - values[-1] / max(values)) if values else None


def _tempo(tempos: Sequence[str]) -> str:
    """The middle value at each of the four places, unknown ones left out.

    >>> _tempo(["3-?-2-1", "2-4-2-0", "2-6-1-0"])
    '2-4-2-0'
    """
    places = [
        [int(part) for part in parts if part != "?"] for parts in zip(*(t.split("-") for t in tempos), strict=True)
    ]
    return "-".join(str(median_low(parts)) if parts else "?" for parts in places)
