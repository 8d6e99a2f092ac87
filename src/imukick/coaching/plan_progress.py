"""Where one is in a plan: which step is under way, what comes next, and what becomes of a leg that is changed early."""

from __future__ import annotations

from dataclasses import replace

from imukick.plans import Plan, PlanStep


class PlanProgress:
    """The steps of a plan, one after the other; without a plan sets without an aim, as many as are done."""

    def __init__(self, plan: Plan | None) -> None:
        self._free = plan is None
        self._steps = [PlanStep(1, "unknown", None, 0.0)] if plan is None else list(plan.steps)
        self._switch_s = 0.0 if plan is None else plan.switch_s
        self._rest_s = 0.0 if plan is None else plan.rest_s

    @property
    def step(self) -> PlanStep:
        """The one under way; after the end the last one."""
        return self._steps[0]

    def onwards(self) -> tuple[PlanStep, PlanStep] | None:
        """Go to the next: (the one that is over, with the rest that now follows; the next), None when all are done."""
        over = self._steps[0]
        if self._free:
            self._steps = [replace(over, set=over.set + 1)]
        elif len(self._steps) > 1:
            self._steps = self._steps[1:]
        else:
            return None
        then = self._steps[0]
        return replace(over, rest_s=self._rest_s if then.side == over.side else self._switch_s), then

    def turn_to(self, side: str) -> None:
        """The other leg comes now: its next step goes first; where it has none left, this step is done with it."""
        at = next((n for n, step in enumerate(self._steps) if step.side == side), None)
        if at is None:
            self._steps[0] = replace(self._steps[0], side=side)
        else:
            self._steps.insert(0, self._steps.pop(at))
