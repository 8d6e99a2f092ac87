"""What the command line does around a plan: which one, what came of it, the list of those that ship."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from imukick.analysis import Analysis
from imukick.coaching.wording import say
from imukick.exercises import leg_shape, recognised
from imukick.plans import Plan, SetDone
from imukick.sinks.whole_file import whole_file
from imukick.sources.plan_files import SHIPPED, find_plan
from imukick.sources.plan_files import TABLE as PLAN_FILES
from imukick.variants import VARIANTS

ENDED: Final = {
    "count": "",
    "rest": "ended by a rest",
    "mark": "ended by you",
    "loss": "ended by a stop rule",
    "pain": "ended by pain",
    "finish": "ended with the session",
}


def asked_plan(named: str | None) -> Plan | None:
    """The plan of `--plan`. Raises `ImukickError` for what cannot be used."""
    return None if named is None else find_plan(named)


def result_lines(plan: Plan, done: Sequence[SetDone]) -> list[str]:
    """One line a set that was done, and how many the plan has."""
    lines = []
    for one in done:
        side = say(one.side, {})[0]
        text = f"plan, set {one.set}, {side}: {one.reps} of {one.aim} repetitions, {one.clean} clean"
        text += (
            "" if one.adherence_share is None else f", tempo {plan_tempo(plan)} kept {100 * one.adherence_share:.0f} %"
        )
        text += f"; {ENDED[one.ended]}" if ENDED[one.ended] else ""
        lines.append(text)
    completed = sum(one.completed for one in done)
    return [*lines, f"plan {plan.name}: {completed} of {len(plan.steps)} sets completed"]


def unfit_line(plan: Plan, analysis: Analysis) -> str | None:
    """A warning where the leg hung otherwise than the plan's posture asks; None where it fits or cannot be told."""
    for strapping in reversed(analysis.prior.strappings):
        if strapping.lever_deg is None or strapping.rom_deg is None:
            continue
        height_m = analysis.meta["height_m"]
        shape = leg_shape(strapping.lever_deg, strapping.pooled_m, strapping.pooled_sd_m, height_m)
        seen = recognised(strapping.lever_deg, shape, strapping.rom_deg)
        if seen != "unknown" and plan.posture in VARIANTS and seen != plan.posture:
            planned, was = VARIANTS[plan.posture].in_words, VARIANTS[seen].in_words
            return f"the plan {plan.name} is for {planned}, but this looks like {was}; choose another plan, or say --posture {seen}"
        return None
    return None


def plan_tempo(plan: Plan) -> str:
    """The target tempo with its order, empty without one."""
    return "" if plan.tempo is None else f"{plan.tempo.text} (lower-rest-lift-hold)"


def listed_plans() -> list[str]:
    """A line for each plan that ships."""
    lines = []
    for name in SHIPPED:
        plan = find_plan(name)
        legs = "each leg" if len(plan.sides) == 2 else f"{plan.sides[0]} leg"
        lines.append(f"{name}: {plan.sets} x {plan.reps}, {legs}, {plan.posture}, tempo {plan_tempo(plan)}")
    return lines


def checked_text(named: str) -> str:
    """The text of a plan that can be used. Raises `ImukickError` for any other."""
    find_plan(named)
    return PLAN_FILES.text(named)


def write_plan(named: str, out: str, *, force: bool) -> None:
    """A copy of a plan. Raises `ImukickError` for a plan that cannot be used and a place that cannot be written."""
    text = checked_text(named)
    with whole_file(Path(out), force=force) as part:
        part.write_text(text, encoding="utf-8")
