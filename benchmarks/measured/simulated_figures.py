"""Every figure that sessions with exact truth can give, with the bar it is held against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from measured.chance import auc, mean_size, median_size
from measured.figures import NO_BAR, Bars, Each, Figure
from measured.scoring import Pair, Scored

Row = list[tuple[float, ...]]
STANDING_FAIR_DEG: Final = 16.0
"""Momentum of a standing leg is judged from this range on: nearer to hanging gravity hardly asks for work."""
HIGH, LOW, CLEAR = 0.35, 0.20, 0.45
"""True shares: from `HIGH` told from up to `LOW` (AUC); the word should be said from `CLEAR`, not up to `LOW`."""
HARDLY_S, HELD_S = 0.05, 0.5
"""Under the first there is truly no hold, from the second on there is (chosen, on both sides of the 0.25 s of `no_pause`)."""
KNOWN: Final = ("none", "ankle_weight")


def figures(level: str) -> list[Figure]:
    """For `nominal` or `harsh` sessions; most bars are for nominal ones."""
    nominal = level == "nominal"

    def bar(value: float, harsh: float | None = None) -> Bars:
        return (None, value if nominal else harsh)

    postures = ("standing", "quadruped", "prone") if nominal else ()
    f1_bars: Bars = (0.97, 0.99) if nominal else (0.95, 0.97)
    out = [Figure(f"F1, {p}", f1_bars, _f1, weight=2.0, where=_posture(p)) for p in postures]
    out += [
        Figure("F1, all postures", f1_bars, _f1, weight=2.0),
        Figure("kicks found", NO_BAR, lambda s: [(len(s.pairs), len(s.pairs) + len(s.missed))]),
        Figure("sessions exactly right", bar(0.90), lambda s: [(s.exact, 1)]),
        Figure("posture right", bar(1.0), lambda s: [(s.posture_right, 1)], where=_recognised),
        Figure("curls and aborted lifts counted", bar(0.02, 0.02), lambda s: [(len(s.wrongly), s.traps)], most=True),
        Figure("lever given", bar(0.98), _share(lambda p: p.rep.lever_m is not None)),
        Figure("range, mean error", bar(0.8, 1.5), _error("rom_deg", "rom_shank_deg"), mean_size, "deg", 2, most=True),
        Figure("lift, mean error", bar(30), _span("lift_s", "t_move_s", "t_arrive_s"), mean_size, "ms", 0, most=True),
        Figure(
            "pause, mean error", bar(30), _span("pause_s", "t_arrive_s", "t_depart_s"), mean_size, "ms", 0, most=True
        ),
        Figure("lower, mean error", bar(30), _span("lower_s", "t_depart_s", "t_back_s"), mean_size, "ms", 0, most=True),
        Figure("start, median error", NO_BAR, _error("t_start_s", "t_move_s", 1e3), median_size, "ms", 0, most=True),
        Figure("top, median error", NO_BAR, _error("t_top_s", "t_arrive_s", 1e3), median_size, "ms", 0, most=True),
        Figure("lower, median error", NO_BAR, _error("t_lower_s", "t_depart_s", 1e3), median_size, "ms", 0, most=True),
        Figure("end, median error", NO_BAR, _error("t_end_s", "t_back_s", 1e3), median_size, "ms", 0, most=True),
        Figure("peak rate of the lift, median error", bar(1.5), _peak("lift"), median_size, "%", 2, most=True),
        Figure("peak rate of the lowering, median error", bar(1.5), _peak("lower"), median_size, "%", 2, most=True),
        Figure("lever, mean error", bar(6.0), _lever, mean_size, "%", 1, most=True),
    ]
    for way, word in (("lift", "momentum"), ("drop", "drop")):
        out += [
            Figure(f"momentum_{way} given", bar(0.98), _momentum_given(way)),
            Figure(f"momentum_{way}, AUC", bar(0.995), _momentum_order(way), auc),
            Figure(f"momentum_{way}, mean error", bar(0.06), _momentum_error(way), mean_size, "", 3, most=True),
            Figure(f"`{word}` sensitivity", bar(0.97), _momentum_said(way, word, high=True)),
            Figure(f"`{word}` false-positive rate", bar(0.005), _momentum_said(way, word, high=False), most=True),
            Figure(f"`{word}` positive predictive value", NO_BAR, _momentum_right(way, word)),
            Figure(
                f"`{word}` false-positive rate, band or cable",
                bar(0.0),
                _said(word),
                most=True,
                where=_unknown_load,
            ),
        ]
    out += [
        Figure("`off_plane` sensitivity", bar(0.95), _said("off_plane", _fault("off_plane"))),
        Figure("`off_plane` false-positive rate", bar(0.02), _said("off_plane", _fault("ok")), most=True),
        Figure("`off_plane` positive predictive value", NO_BAR, _right("off_plane", _fault("off_plane"), _fault("ok"))),
        Figure("`bounce` sensitivity", bar(0.95), _said("bounce", _fault("double_bounce"))),
        Figure("`bounce` false-positive rate", bar(0.02), _said("bounce", _fault("ok")), most=True),
        Figure("`bounce` positive predictive value", NO_BAR, _right("bounce", _fault("double_bounce"), _fault("ok"))),
        Figure("`short` sensitivity, no target", bar(0.80), _said("short", _fault("low_rom"))),
        Figure("`short` false-positive rate, no target", bar(0.02), _said("short", _fault("ok")), most=True),
        Figure(
            "`short` positive predictive value, no target", NO_BAR, _right("short", _fault("low_rom"), _fault("ok"))
        ),
        Figure("`short` sensitivity, target", bar(0.95), _aimed(short=True)),
        Figure("`short` false-positive rate, target", bar(0.02), _aimed(short=False), most=True),
        Figure("`too_high` sensitivity", NO_BAR, _too_high),
        Figure("`too_high` false-positive rate, controlled", bar(0.02), _said("too_high", _controlled), most=True),
        Figure("`no_pause` sensitivity", bar(0.97), _said("no_pause", _not_held)),
        Figure("`no_pause` false-positive rate", bar(0.01), _said("no_pause", _held), most=True),
        Figure("`no_pause` positive predictive value", NO_BAR, _right("no_pause", _not_held, _held)),
        Figure("`knee_curl` sensitivity", bar(0.9), lambda s: [(sum(s.curls), len(s.curls))]),
        Figure("`knee_curl` false-positive rate", bar(0.005), _said("knee_curl"), most=True),
    ]
    return out


def _posture(word: str) -> Callable[[Scored], bool]:
    return lambda s: s.case.posture == word


def _recognised(s: Scored) -> bool:
    """Postures that are never told in the benchmark, in sessions with enough kicks."""
    return s.case.posture in ("standing", "quadruped") and len(s.pairs) + len(s.missed) >= 5


def _load(s: Scored) -> str:
    return str(s.case.truth["equipment"]["type"])


def _unknown_load(s: Scored) -> bool:
    return _load(s) not in KNOWN


def _f1(s: Scored) -> Row:
    hits = 2 * len(s.pairs)
    return [(hits, hits + len(s.missed) + len(s.false))]


def _share(true: Callable[[Pair], bool]) -> Each:
    return lambda s: [(sum(map(true, s.pairs)), len(s.pairs))]


def _error(column: str, key: str, factor: float = 1.0) -> Each:
    return lambda s: [(factor * (float(getattr(p.rep, column)) - float(p.kick[key])),) for p in s.pairs]


def _span(column: str, since: str, until: str) -> Each:
    return lambda s: [
        (1e3 * (float(getattr(p.rep, column)) - (float(p.kick[until]) - float(p.kick[since]))),) for p in s.pairs
    ]


def _peak(way: str) -> Each:
    return lambda s: [
        (100.0 * (float(getattr(p.rep, f"peak_{way}_degps")) / max(float(p.kick[f"w_{way}_peak_dps"]), 1.0) - 1.0),)
        for p in s.pairs
    ]


def _lever(s: Scored) -> Row:
    true_m = float(s.case.truth["hip_to_sensor_m"])
    return [(100.0 * (p.rep.lever_m / true_m - 1.0),) for p in s.pairs if p.rep.lever_m is not None]


def _fair(s: Scored, way: str) -> list[tuple[float | None, float, Pair]]:
    """(measured, true share, pair) of the kicks on which momentum can be judged."""
    if _unknown_load(s):
        return []
    return [
        (getattr(p.rep, f"momentum_{way}"), float(p.kick[f"share_{way}"]), p)
        for p in s.pairs
        if p.kick[f"share_{way}"] is not None and s.case.posture in ("standing", "quadruped")
        if s.case.posture != "standing" or float(p.kick["rom_shank_deg"]) >= STANDING_FAIR_DEG
    ]


def _momentum_given(way: str) -> Each:
    return lambda s: [(measured is not None, 1) for measured, _, _ in _fair(s, way)]


def _momentum_order(way: str) -> Each:
    return lambda s: [
        (measured, float(true >= HIGH))
        for measured, true, _ in _fair(s, way)
        if measured is not None and (true >= HIGH or true <= LOW)
    ]


def _momentum_error(way: str) -> Each:
    return lambda s: [(measured - true,) for measured, true, _ in _fair(s, way) if measured is not None]


def _momentum_said(way: str, word: str, *, high: bool) -> Each:
    return lambda s: [
        (pair.said(word), 1) for _, true, pair in _fair(s, way) if (true >= CLEAR if high else true <= LOW)
    ]


def _momentum_right(way: str, word: str) -> Each:
    """Of those that the word was said of, which are truly so: a true share from `HIGH` on."""
    return lambda s: [(true >= HIGH, 1) for _, true, pair in _fair(s, way) if pair.said(word)]


def _right(word: str, true: Callable[[Pair], bool], good: Callable[[Pair], bool]) -> Each:
    """Of those that the word was said of, truly so or truly good, which are truly so."""
    return lambda s: [(true(p), 1) for p in s.pairs if p.said(word) and (true(p) or good(p))]


def _said(word: str, which: Callable[[Pair], bool] = lambda _: True) -> Each:
    return lambda s: [(p.said(word), 1) for p in s.pairs if which(p)]


def _aimed(*, short: bool) -> Each:
    """Short on purpose and truly under the target, or good and truly not under it."""

    def of(s: Scored) -> Row:
        under = [(p, float(p.kick["rom_shank_deg"]) < s.target_deg) for p in s.aimed]
        wanted = "low_rom" if short else "ok"
        return [(p.said("short"), 1) for p, low in under if p.kick["fault"] == wanted and low == short]

    return of


def _too_high(s: Scored) -> Row:
    """Kicks truly over 1.3 x the median of the session's good ones, and standing over 50 deg."""
    good = sorted(float(p.kick["rom_shank_deg"]) for p in s.pairs if p.kick["fault"] == "ok")
    if not good:
        return []
    limit_deg = min(1.3 * good[len(good) // 2], 50.0 if s.case.posture == "standing" else 180.0)
    return [(p.said("too_high"), 1) for p in s.pairs if float(p.kick["rom_shank_deg"]) > limit_deg]


def _fault(word: str) -> Callable[[Pair], bool]:
    return lambda p: bool(p.kick["fault"] == word)


def _controlled(p: Pair) -> bool:
    return bool(p.kick["fault"] == "ok" and p.kick["style"] == "controlled")


def _held(p: Pair) -> bool:
    return _hold_s(p) >= HELD_S


def _not_held(p: Pair) -> bool:
    return _hold_s(p) < HARDLY_S


def _hold_s(p: Pair) -> float:
    return float(p.kick["t_depart_s"]) - float(p.kick["t_arrive_s"])
