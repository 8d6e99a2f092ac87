"""The same session at 400, 200, 100, 50 and 25 Hz, each properly thinned out of one: counts and ranges must not move."""

from __future__ import annotations

from collections.abc import Sequence

from scipy.signal import resample_poly

from imukick import Samples
from imukick.sources.simulator import Spec
from measured.cases import Case, case_of
from measured.chance import mean_size
from measured.figures import Line, Reached, rows, spanned
from measured.scoring import Pair, Scored, run

FULL_HZ = 400.0
FACTORS = (1, 2, 4, 8, 16)
SPECS = tuple(
    Spec(posture=posture, rate_hz=FULL_HZ, noise="bmi270", seed=seed, reps=8, **style)
    for posture in ("standing", "quadruped")
    for seed, style in (
        (41, {"extras": ("knee-curl", "walk")}),
        (42, {"swing": 0.5, "pause_s": 1.0, "extras": ("fidget",)}),
        (43, {"lift_s": 0.6, "lower_s": 0.7, "pause_s": 0.4, "extras": ("short", "aborted")}),
        (44, {"drop": 0.5, "pause_s": 1.5, "extras": ("shuffle",)}),
    )
)


def thinned(samples: Samples, factor: int) -> Samples:
    """Every `factor`-th sample behind a zero-phase low-pass (FIR, Kaiser, at the new half rate); ends held."""
    if factor == 1:
        return samples
    acc, gyr = (
        resample_poly(values, 1, factor, axis=0, padtype="edge") for values in (samples.acc_mps2, samples.gyr_radps)
    )
    return Samples(
        t_s=samples.t_s[::factor],
        acc_mps2=acc,
        gyr_radps=gyr,
        clock=samples.clock,
        acc_range_mps2=samples.acc_range_mps2,
        gyr_range_radps=samples.gyr_range_radps,
    )


def measure(*, refine: bool) -> dict[int, list[Scored]]:
    """Factor -> every session at that rate."""
    whole = [case_of(spec) for spec in SPECS]
    return {
        factor: [run(Case(c.name, thinned(c.samples, factor), c.truth), refine=refine, aim=False) for c in whole]
        for factor in FACTORS
    }


def lines(one: dict[int, list[Scored]], refined: dict[int, list[Scored]]) -> list[Line]:
    """Against the bars."""
    both = (one, refined)
    out = []
    for factor in FACTORS:
        reached = [Reached(_f1(p[factor]), cases=sum(len(s.pairs) + len(s.missed) for s in p[factor])) for p in both]
        out.append(Line(f"F1 at {FULL_HZ / factor:g} Hz", (None, None), (reached[0], reached[1])))
    spread = [Reached(max(f) - min(f)) for f in ([_f1(p[factor]) for factor in FACTORS] for p in both)]
    out.append(
        Line(
            "F1, largest less smallest",
            (0.01, 0.01),
            (spread[0].against(0.01, most=True), spread[1].against(0.01, most=True)),
            most=True,
        )
    )
    for factor in FACTORS[1:]:
        moved = [_moved(p, factor) for p in both]
        name = f"range at {FULL_HZ / factor:g} Hz against {FULL_HZ:g} Hz, mean difference of the same kicks"
        out.append(
            Line(
                name,
                (0.3, 0.3),
                (moved[0].against(0.3, most=True), moved[1].against(0.3, most=True)),
                "deg",
                2,
                most=True,
            )
        )
    return out


def _f1(sessions: Sequence[Scored]) -> float:
    hits = 2 * sum(len(s.pairs) for s in sessions)
    return hits / max(hits + sum(len(s.missed) + len(s.false) for s in sessions), 1)


def _moved(scored: dict[int, list[Scored]], factor: int) -> Reached:
    """Mean absolute difference of the range of kicks found at both rates."""
    parts = []
    for full, thin in zip(scored[1], scored[factor], strict=True):
        ours = {_key(pair): pair.rep.rom_deg for pair in full.pairs}
        parts.append(rows([(p.rep.rom_deg - ours[_key(p)],) for p in thin.pairs if _key(p) in ours]))
    return spanned(parts, mean_size)


def _key(pair: Pair) -> float:
    return float(pair.kick["t_move_s"])
