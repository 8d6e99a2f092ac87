"""What to simulate: one frozen `Spec`, checked at birth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, get_args

from imukick.errors import ImukickError
from imukick.events import Load
from imukick.exercises import SUPPORTS
from imukick.signals import Clock
from imukick.sources.simulator.leg import POSES
from imukick.sources.simulator.sensor import CHIPS
from imukick.sources.simulator.shape import SHAPES

FAULTS: Final = ("short", "high", "off-plane", "bounce", "pulse", "half-way", "slip")
"""One repetition of the set is done so. `half-way`: its lowering stops half-way and the next lift begins there, if a kick
follows. `slip`: the strap slips round the calf during its lift, and stays there."""
EXTRA_REPS: Final = ("knee-curl", "aborted")
"""One movement more, not a kick that counts."""
INTERLUDES: Final = ("still", "walk", "fidget", "shuffle", "squat", "other-leg", "stairs", "lunge", "swing", "sit")
"""Something else between two repetitions, or before the first."""
CHANGES: Final = ("remount", "posture")
"""After it the whole set follows: with the other leg, or in the other posture (standing, otherwise on all fours)."""
ACTIVITIES: Final = (*INTERLUDES, *CHANGES)
LINK: Final = ("loss", "gap", "clip")
"""What happens to the samples: packets lost, one hole, ranges of 2 g and 125 deg/s, where quick kicks are clipped."""
WORDS: Final = (*FAULTS, *EXTRA_REPS, *ACTIVITIES, *LINK)


@dataclass(frozen=True, slots=True)
class Spec:
    """One simulated session; `None` = follows from the rest (usual range of the posture, time from the share, ...).

    `pause_s` and `rest_s` are the times of docs/metrics.md, from standing still to moving; 0 turns at once. With a
    `shape` (of `SHAPES`) so are `lift_s` and `lower_s`; without one muscle and gravity move the leg, and they lie between
    10 and 95 % of the range. `swing` and `drop`: share of the lift not paid for by muscle, share of the lowering not resisted.
    `extras`: words of `WORDS`, each as often as it is named; `before`: words of `INTERLUDES`, done before the first repetition.
    `rest_deg`: how far the leg rests behind its usual place (negative: in front); `clear_deg`: how far the knee bends in each
    lift so that the foot clears the floor. `sway_deg`: how far the leg wanders (None: with `variation`, 0.2 deg at 0.05). `variation`: spread between repetitions and unrest of a
    living body; 0 = a machine. `recoil_m`: how far the pelvis gives way in a kick. `mounting_deg`: turns of the sensor
    on the shank about its z, y, x (None: any). `told`: the person marks sets and sides. `support`: whether hands or a wall
    hold the body; stands in the header and changes nothing else.
    Raises `ImukickError` for what cannot be.
    """

    posture: str = "standing"
    load: str = "none"
    load_kg: float | None = None
    side: str = "right"
    height_m: float = 1.70
    sex: str | None = None
    reps: int = 10
    lift_s: float | None = None
    pause_s: float = 1.0
    lower_s: float | None = None
    rest_s: float = 1.8
    rom_deg: float | None = None
    swing: float | None = None
    drop: float | None = None
    extras: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    rest_deg: float = 0.0
    clear_deg: float = 0.0
    rate_hz: float = 100.0
    noise: str = "lsm6ds3"
    clock: str = "device"
    seed: int = 0
    variation: float = 0.05
    recoil_m: float = 0.01
    mounting_deg: tuple[float, float, float] | None = None
    told: bool = False
    support: str = "unknown"
    shape: str | None = None
    sway_deg: float | None = None

    def __post_init__(self) -> None:
        for name, value, known in (
            ("posture", self.posture, tuple(POSES)),
            ("load", self.load, get_args(Load)),
            ("side", self.side, ("left", "right")),
            ("sex", self.sex, (None, "f", "m")),
            ("noise", self.noise, tuple(CHIPS)),
            ("clock", self.clock, get_args(Clock)),
            ("support", self.support, SUPPORTS),
            ("shape", self.shape, (None, *SHAPES)),
            *(("word for --with", word, WORDS) for word in self.extras),
            *(("word for --before", word, INTERLUDES) for word in self.before),
        ):
            if value not in known:
                raise ImukickError(f"unknown {name} {value!r}; known: {', '.join(str(k) for k in known if k)}")
        for name, number, low, high, unit in (
            ("height", self.height_m, 1.0, 2.5, "m"),
            ("load-kg", self.load_kg, 0.0, 20.0, "kg"),
            ("reps", self.reps, 0, 1000, ""),
            ("lift-s", self.lift_s, 0.15, 15.0, "s"),
            ("pause-s", self.pause_s, 0.0, 60.0, "s"),
            ("lower-s", self.lower_s, 0.15, 15.0, "s"),
            ("rest-s", self.rest_s, 0.0, 120.0, "s"),
            ("rom", self.rom_deg, 3.0, 120.0, "deg"),
            ("rest-deg", self.rest_deg, -45.0, 45.0, "deg"),
            ("clear-deg", self.clear_deg, 0.0, 40.0, "deg"),
            ("swing", self.swing, 0.0, 1.0, ""),
            ("drop", self.drop, 0.0, 1.0, ""),
            ("rate-hz", self.rate_hz, 25.0, 400.0, "Hz"),
            ("seed", self.seed, 0, 2**63 - 1, ""),
            ("variation", self.variation, 0.0, 0.2, ""),
            ("recoil", self.recoil_m, 0.0, 0.05, "m"),
            ("sway-deg", self.sway_deg, 0.0, 3.0, "deg"),
        ):
            if number is not None and not low <= number <= high:
                raise ImukickError(f"{name} {number:g} cannot be simulated: from {low:g} to {high:g} {unit}".rstrip())
        if self.load_kg is not None and self.load != "ankle-weight":
            raise ImukickError("load-kg is the mass of an ankle weight: add --load ankle-weight, or leave it out")
        if self.load == "ankle-weight" and self.load_kg is None:
            raise ImukickError("an ankle weight needs its mass: add --load-kg")
        if "gap" in self.extras and not self.reps:
            raise ImukickError("the gap lies inside a kick: add --reps, or leave gap out of --with")
        if self.shape is not None and (self.swing is not None or self.drop is not None):
            raise ImukickError("a shape leaves no share to choose: leave --shape out, or --swing and --drop")
        faults = sum(word in FAULTS for word in self.extras)
        if faults > self.reps:
            raise ImukickError(f"{faults} special repetitions need at least as many --reps, not {self.reps}")
