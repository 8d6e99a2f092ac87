"""What is done in a session: the order of its repetitions and interludes, and what each repetition aims at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from math import degrees, radians, tan

import numpy as np

from imukick.errors import ImukickError
from imukick.sources.simulator.activities import do
from imukick.sources.simulator.kick import USUAL_S, LegPendulum, Stroke, solve
from imukick.sources.simulator.script import BOUNCE, PULSE, RETURN_S, Script
from imukick.sources.simulator.shape import shaped
from imukick.sources.simulator.spec import CHANGES, EXTRA_REPS, FAULTS, INTERLUDES, Spec

FAULT_WORDS = {
    "short": "low_rom",
    "high": "arch",
    "off-plane": "off_plane",
    "bounce": "double_bounce",
    "pulse": "pulse",
    "aborted": "aborted",
    "half-way": "half_way",
    "slip": "slip",
}
"""Our words and the truth's."""
REACH = {"short": 0.55, "high": 1.4, "aborted": 0.28}
"""Range of a special repetition as a share of the usual one (chosen: clearly past the limits of the verdicts)."""
HALF_WAY = 0.4
"""Chosen: share of the range above rest where a lowering that stops half-way stops."""
OFF_PLANE = tan(radians(27.0))
"""Chosen: a foot that drifts 27 deg out of the plane has an off-plane share of 0.4, well over the limit of 0.21."""
PLANE_SPREAD = 0.05
"""Chosen: standard deviation of the same in good repetitions (3 deg)."""
LOWER_S = 1.4
BEGIN_S, END_S = 3.0, 2.0
"""Chosen: the still times a session begins and ends with."""
SWING_THROUGH = 0.12
"""Chosen: a dropped leg that hovers runs past rest by up to so much of its range; one that lands, by a third of it."""
CALM = 0.75
"""Chosen: the slow ends of two movements take at most so much of the rest between them, the leg is calm in between."""
SETTLED_RAD = radians(0.01)
UPRIGHT_RAD = radians(175.0)


@dataclass(frozen=True, slots=True)
class RepAim:
    """What one repetition aims at; times, and the shares `swing` and `drop`, as in `Spec`."""

    rom_rad: float
    lift_s: float | None
    lower_s: float | None
    swing: float | None
    drop: float | None
    shape: str | None = None

    def strokes(
        self, leg: LegPendulum, hover: bool, pause_s: float, rest_s: float, from_rad: float = 0.0, low_rad: float = 0.0
    ) -> tuple[Stroke, Stroke]:
        """Lift and lowering as the leg can do them, with their slow ends kept inside pause and rest where they can.

        The lift begins `from_rad` above rest, the lowering ends `low_rad` above it; a shorter way takes less time.
        """
        if self.shape is not None:
            up, down = self._above(from_rad), self._above(low_rad)
            lift = shaped(self.shape, up.rom_rad, up.lift_s or USUAL_S, leg.above(from_rad))
            lower = shaped(self.shape, down.rom_rad, down.lower_s or LOWER_S, leg.above(low_rad), lowering=True)
            return lift, lower
        through = SWING_THROUGH * float(np.clip(((self.drop or 0.0) - 0.25) / 0.5, 0.0, 1.0)) * self.rom_rad
        past = through if hover else through / 3
        easy = partial(
            solve,
            beyond_s=pause_s / 2 if pause_s > 0 else np.inf,
            below_s=CALM * rest_s / 2,
        )
        up, down = self._above(from_rad), self._above(low_rad)
        lift = easy("a lift", up.rom_rad, up.lift_s, self.swing, leg.above(from_rad))
        lower = easy(
            "a lowering", down.rom_rad, down.lower_s, self.drop, leg.above(low_rad), lowering=True, past_rad=past
        )
        return lift, lower

    def _above(self, start_rad: float) -> RepAim:
        """The aim for the part of the way above `start_rad`: a shorter way takes less time."""
        if not start_rad:
            return self
        left = 1.0 - start_rad / self.rom_rad
        times = (None if seconds is None else seconds * left**0.5 for seconds in (self.lift_s, self.lower_s))
        lift_s, lower_s = times
        return replace(self, rom_rad=self.rom_rad * left, lift_s=lift_s, lower_s=lower_s)


@dataclass(frozen=True, slots=True)
class SimulatedSession:
    """Everything a session's repetitions are made from."""

    spec: Spec
    script: Script
    legs: Mapping[str, LegPendulum]
    rng: np.random.Generator
    hover: bool

    @property
    def leg(self) -> LegPendulum:
        """The leg as a pendulum in the posture of now."""
        return self.legs[self.script.posture]

    def run(self) -> None:
        """Still, repetitions with everything asked for between them, still."""
        spec, script = self.spec, self.script
        self.check(self.plain())
        order = _order(spec, self.rng)
        script.wait(BEGIN_S)
        for word in spec.before:
            do(script, word)
        for change in ("", *(word for word in spec.extras if word in CHANGES)):
            if change:
                do(script, change)
            plain = self.plain()
            self.check(plain)
            for word, following in pairwise([*order, ""]):
                if word in INTERLUDES:
                    do(script, word)
                elif word == "half-way" and following not in ("ok", *FAULTS):
                    self.repetition(plain, "ok")
                else:
                    self.repetition(plain, word)
            order = ["ok"] * spec.reps
        script.wait(END_S)
        script.body.hold(script.t_s, shocks=True)

    def plain(self) -> RepAim:
        """What a repetition without a special word aims at."""
        spec = self.spec
        return RepAim(
            rom_rad=radians(spec.rom_deg if spec.rom_deg is not None else self.script.pose.rom_deg),
            lift_s=spec.lift_s if spec.lift_s is not None or spec.swing is not None else USUAL_S,
            lower_s=spec.lower_s if spec.lower_s is not None or spec.drop is not None else LOWER_S,
            swing=spec.swing,
            drop=spec.drop,
            shape=spec.shape,
        )

    def check(self, plain: RepAim) -> None:
        """Refuse what the plain repetition cannot do."""
        spec = self.spec
        highest = plain.rom_rad * (REACH["high"] if "high" in spec.extras else 1.0) * (1.0 + 2 * spec.variation)
        if self.leg.psi0_rad + highest > UPRIGHT_RAD:
            most_deg = degrees((UPRIGHT_RAD - self.leg.psi0_rad) * plain.rom_rad / highest)
            raise ImukickError(
                f"a range of {degrees(plain.rom_rad):.0f} deg is too far up: at most {most_deg:.0f} deg here"
            )
        lift, lower = plain.strokes(self.leg, self.hover, spec.pause_s, spec.rest_s)
        returning = RETURN_S if (spec.drop or 0.0) > 0.25 else 0.0
        least_s = lift.below_s + lower.below_s + returning
        if 0.0 < spec.rest_s < least_s:
            raise ImukickError(
                f"a rest of {spec.rest_s:g} s is too short for these movements: at least {least_s:.2f} s; 0 turns at once"
            )

    def _around(self, value: float | None, size: float) -> float | None:
        """A value as a living being repeats it."""
        spread = 1.0 + size * float(np.clip(self.rng.standard_normal(), -2, 2))
        return None if value is None else value * spread

    def repetition(self, plain: RepAim, word: str) -> None:
        """One repetition of the set, done as its `word` says."""
        spec, script = self.spec, self.script
        size = spec.variation
        reach = REACH.get(word, 1.0)
        aim = RepAim(
            rom_rad=plain.rom_rad * reach * (self._around(1.0, 0.8 * size) or 1.0),
            lift_s=self._around(plain.lift_s, size),
            lower_s=self._around(plain.lower_s, size),
            swing=plain.swing,
            drop=plain.drop,
            shape=plain.shape,
        )
        if reach != 1.0:
            # a shorter way takes less time, one that is given up began like the whole; with a chosen share the time follows
            power = 1.0 if word == "aborted" else 0.5
            aim = replace(
                aim,
                lift_s=None if aim.lift_s is None or aim.swing is not None else aim.lift_s * reach**power,
                lower_s=None if aim.lower_s is None or aim.drop is not None else aim.lower_s * reach**power,
            )
        pause, rest = self._around(spec.pause_s, size) or 0.0, self._around(spec.rest_s, size) or 0.0
        tilt = float(np.clip(self.rng.standard_normal(), -2, 2)) * PLANE_SPREAD * min(1.0, 20 * size)
        if word == "knee-curl":
            bend = radians(40.0 if script.pose.knee_rad > 1.0 else 70.0)
            script.curl(aim.lift_s or USUAL_S, pause, aim.lower_s or LOWER_S, rest, bend)
            return
        low_rad = HALF_WAY * plain.rom_rad if word == "half-way" else 0.0
        from_rad = script.height_rad if script.height_rad > SETTLED_RAD else 0.0
        if low_rad or from_rad:
            tilt = 0.0
        try:
            lift, lower = aim.strokes(self.leg, self.hover, pause, rest, from_rad, low_rad)
        except ImukickError:
            if reach != 1.0 or low_rad or from_rad:
                raise
            # the plain repetition can be done (`_check`), only this one's spread cannot
            lift, lower = plain.strokes(self.leg, self.hover, spec.pause_s, spec.rest_s)
            aim = plain
        script.kick(
            lift,
            lower,
            rom_rad=aim.rom_rad,
            pause_s=0.0 if word == "aborted" else pause,
            rest_s=rest,
            fault=FAULT_WORDS.get(word, "ok"),
            kind="aborted" if word == "aborted" else "kick",
            tilt=OFF_PLANE if word == "off-plane" else tilt,
            dips={"bounce": BOUNCE, "pulse": PULSE}.get(word, ()),
            tap=not self.hover and not low_rad,
            low_rad=low_rad,
            clear_rad=radians(spec.clear_deg),
            slips=word == "slip",
        )


def _order(spec: Spec, rng: np.random.Generator) -> list[str]:
    """The order of a set: special repetitions after the first three where there is room, the others evenly between."""
    words = ["ok"] * spec.reps
    faults = [word for word in spec.extras if word in FAULTS]
    first = min(3, spec.reps - len(faults))
    chosen = sorted(rng.choice(spec.reps - first, size=len(faults), replace=False)) if faults else []
    for place, word in zip(chosen, faults, strict=True):
        words[first + int(place)] = word
    others = [word for word in spec.extras if word in EXTRA_REPS]
    others += [word for word in spec.extras if word in INTERLUDES]
    for k, word in reversed(list(enumerate(others))):
        words.insert(round((k + 1) * spec.reps / (len(others) + 1)), word)
    return words
