"""One function a verdict: a word, the number behind it, its limit, unit and source. Wording lives elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from imukick.events import Rep, Verdict, not_judged
from imukick.exercises import MOMENTUM_LIMIT_SHARE
from imukick.plans import Target, tolerance_s

TEMPO: Final = "the plan's tempo less max(0.3 s, 25 %)"


@dataclass(frozen=True, slots=True)
class VerdictParams:
    """Limits that hold without a plan, each with its source in docs/verdicts.md.

    `momentum`, `drop`: shares (0..1) above which the word is said; `off_plane`: sideways angle over range.
    `sure_share`: a standard error up to this may leave open on which side of its limit a share lies (chosen: half the
    way from the true shares that are low to those that are high). `high_standing_deg`: behind vertical. `good_reps`: so many show what is usual.
    """

    momentum: float = MOMENTUM_LIMIT_SHARE
    drop: float = MOMENTUM_LIMIT_SHARE
    sure_share: float = 0.1
    short_share: float = 0.72
    high_share: float = 1.3
    high_standing_deg: float = 50.0
    off_plane: float = 0.21
    good_reps: int = 3


@dataclass(frozen=True, slots=True)
class JudgingContext:
    """What a repetition is judged against: the median range of earlier good ones (None: too few), and the plan.

    `rest_deg`: how far behind vertical the leg of a person who stands upright hung before it; None of any other, and
    while that is not known.
    """

    target: Target
    known_load: bool
    good_deg: float | None
    rest_deg: float | None = None


def momentum(rep: Rep, b: JudgingContext, p: VerdictParams) -> Verdict | None:
    """The leg was swung up: more of the lift than the limit was not paid for by muscle at the time."""
    if not b.known_load or not _surely_over(rep.momentum_lift, rep.momentum_lift_sd, p.momentum):
        return None
    return Verdict("momentum", rep.momentum_lift or 0.0, p.momentum, "share", "chosen between simulated 0.2 and 0.45")


def drop(rep: Rep, b: JudgingContext, p: VerdictParams) -> Verdict | None:
    """The leg was let fall: more of the lowering than the limit was not resisted."""
    if not b.known_load or not _surely_over(rep.momentum_drop, rep.momentum_drop_sd, p.drop):
        return None
    return Verdict("drop", rep.momentum_drop or 0.0, p.drop, "share", "chosen between simulated 0.2 and 0.45")


def uncertain(rep: Rep, b: JudgingContext, p: VerdictParams) -> tuple[str, ...]:
    """Notes on numbers that say neither yes nor no: the limit lies within their standard error, and that is large."""
    shares = (
        ("momentum", rep.momentum_lift, rep.momentum_lift_sd, p.momentum),
        ("drop", rep.momentum_drop, rep.momentum_drop_sd, p.drop),
    )
    return tuple(
        not_judged(word, f"{share:.2f} ± {sd_share:.2f}")
        for word, share, sd_share, limit_share in shares
        if b.known_load and share is not None and sd_share is not None
        if sd_share > p.sure_share and abs(share - limit_share) <= sd_share
    )


def _surely_over(share: float | None, sd_share: float | None, limit_share: float) -> bool:
    """Is it over the limit by more than its standard error?"""
    return share is not None and share - (sd_share or 0.0) > limit_share


def no_pause(rep: Rep, b: JudgingContext, p: VerdictParams) -> Verdict | None:
    """The leg did not stop at the top for as long as a hold takes."""
    if rep.pause_s >= b.target.pause_s:
        return None
    return Verdict("no_pause", rep.pause_s, b.target.pause_s, "s", "half the plan's hold, else 0.25 s")


def quick_lift(rep: Rep, b: JudgingContext, p: VerdictParams) -> Verdict | None:
    """The lift took less time than the plan's tempo gives it, by more than people miscount seconds."""
    least_s = _least_s(b.target.lift_s)
    return None if rep.lift_s >= least_s else Verdict("quick_lift", rep.lift_s, least_s, "s", TEMPO)


def quick_lower(rep: Rep, b: JudgingContext, p: VerdictParams) -> Verdict | None:
    """The lowering took less time than the plan's tempo gives it, by more than people miscount seconds."""
    least_s = _least_s(b.target.lower_s)
    return None if rep.lower_s >= least_s else Verdict("quick_lower", rep.lower_s, least_s, "s", TEMPO)


def _least_s(aim_s: float | None) -> float:
    """The shortest time that keeps the tempo; 0 without one."""
    return 0.0 if aim_s is None else aim_s - tolerance_s(aim_s)


def short(rep: Rep, b: JudgingContext, p: VerdictParams) -> Verdict | None:
    """Under the plan's range; without one, well under the person's own good repetitions."""
    if b.target.rom_deg is not None:
        if rep.rom_deg < b.target.rom_deg:
            return Verdict("short", rep.rom_deg, b.target.rom_deg, "deg", "plan")
        return None
    if b.good_deg is None or rep.rom_deg >= p.short_share * b.good_deg:
        return None
    return Verdict("short", rep.rom_deg, p.short_share * b.good_deg, "deg", "0.72 x median of good repetitions")


def too_high(rep: Rep, b: JudgingContext, p: VerdictParams) -> Verdict | None:
    """So high that the back or the pelvis is likely to help: an inference, not a measurement of either."""
    if b.target.rom_max_deg is not None:
        limit_deg, source = b.target.rom_max_deg, "plan"
        return Verdict("too_high", rep.rom_deg, limit_deg, "deg", source) if rep.rom_deg > limit_deg else None
    limits: list[tuple[float, str]] = []
    if b.good_deg is not None:
        limits.append((p.high_share * b.good_deg, "1.3 x median of good repetitions"))
    if b.rest_deg is not None:
        source = f"{p.high_standing_deg:g} deg behind vertical; hip extension ends at 10-30 deg"
        limits.append((p.high_standing_deg - b.rest_deg, source))
    over = [(limit_deg, source) for limit_deg, source in limits if rep.rom_deg > limit_deg]
    if not over:
        return None
    limit_deg, source = min(over)
    return Verdict("too_high", rep.rom_deg, limit_deg, "deg", source)


def off_plane(rep: Rep, b: JudgingContext, p: VerdictParams) -> Verdict | None:
    """The leg left the plane of the earlier repetitions."""
    if rep.off_plane is None or rep.off_plane <= p.off_plane:
        return None
    return Verdict("off_plane", rep.off_plane, p.off_plane, "share", "chosen: good p98 0.19, tilted p5 0.22")


def bounce(rep: Rep, b: JudgingContext, p: VerdictParams) -> Verdict | None:
    """The leg reversed at the top before it was lowered."""
    return Verdict("bounce", float(rep.bounces), 0.0, "count", "any reversal") if rep.bounces else None


VERDICTS: Final = (momentum, drop, no_pause, quick_lift, quick_lower, short, too_high, off_plane, bounce)
"""In the order in which they are said; `knee_curl` is given by the counter, which needs it to count."""


def judge(rep: Rep, background: JudgingContext, params: VerdictParams) -> tuple[Verdict, ...]:
    """All verdicts on one counted repetition."""
    found = (verdict(rep, background, params) for verdict in VERDICTS)
    return tuple(v for v in found if v is not None)
