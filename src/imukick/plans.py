"""What a person wants and hears: targets, plans, and the cues of a coach. Data only."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

from imukick.marks import MARK_WORDS, MAX_LOAD_KG, MarkKind, number_in

MAX_ROM_DEG: Final = 180.0
"""A leg cannot turn further."""
MAX_PAUSE_S: Final = 60.0
"""Chosen: a longer aim is a slip of the hand."""


LEAST_PHASE_S: Final = 0.1
MAX_PHASE_S: Final = 20.0
"""Of a tempo's lift and lowering. Chosen: beyond them is a slip of the hand."""
TOLERANCE_S: Final = 0.3
TOLERANCE_SHARE: Final = 0.25


def tolerance_s(aim_s: float) -> float:
    """How far off a phase may be whose aim is `aim_s`: 0.3 s or a quarter of it, whichever is larger.

    One tolerance for "kept", `quick_lift` and `quick_lower`. Chosen: people count seconds no better.

    >>> tolerance_s(0.5), tolerance_s(4.0)
    (0.3, 1.0)
    """
    return max(TOLERANCE_S, TOLERANCE_SHARE * aim_s)


@dataclass(frozen=True, slots=True)
class Target:
    """What the person aims at; None = no aim. The ranges feed the verdicts `short` and `too_high`, `pause_s` is the
    least hold without `no_pause`, `lift_s` and `lower_s` are a tempo's, for `quick_lift` and `quick_lower`.

    Raises `ValueError` for what no leg can do: ranges lie over 0 and at most at 180 deg, the larger one over the
    smaller, the pause from 0 to 60 s, lift and lowering from 0.1 to 20 s.
    """

    rom_deg: float | None = None
    rom_max_deg: float | None = None
    pause_s: float = 0.25
    lift_s: float | None = None
    lower_s: float | None = None

    def __post_init__(self) -> None:
        for rom_deg in (self.rom_deg, self.rom_max_deg):
            if rom_deg is not None and not 0.0 < rom_deg <= MAX_ROM_DEG:
                raise ValueError(f"a target of {rom_deg:g} deg cannot be; expected over 0, at most {MAX_ROM_DEG:g} deg")
        if self.rom_deg is not None and self.rom_max_deg is not None and self.rom_max_deg <= self.rom_deg:
            raise ValueError(
                f"a target of {self.rom_deg:g} to {self.rom_max_deg:g} deg cannot be; the larger one comes last"
            )
        if not 0.0 <= self.pause_s <= MAX_PAUSE_S:
            raise ValueError(f"a pause of {self.pause_s:g} s cannot be aimed at; expected 0 to {MAX_PAUSE_S:g} s")
        for name, aim_s in (("lift", self.lift_s), ("lowering", self.lower_s)):
            if aim_s is not None and not LEAST_PHASE_S <= aim_s <= MAX_PHASE_S:
                raise ValueError(
                    f"a {name} of {aim_s:g} s cannot be aimed at; expected {LEAST_PHASE_S:g} to {MAX_PHASE_S:g} s"
                )


PURPOSES: Final = ("warm-up", "accessory", "cool-down", "rehabilitation")
ORDERS: Final = ("leg-by-leg", "set-by-set")
"""All sets of one leg and then the other's; or both legs in each set, one after the other."""
SCHEDULES: Final = ("bandwidth", "faded", "every")
"""When a repetition is spoken about (docs/decisions/0012): outside its limits; ever more seldom; always."""
MAX_SETS: Final = 20
MAX_REPS: Final = 100
MAX_REST_S: Final = 1800.0
"""Chosen, all four: beyond them is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How long each part of a repetition should take (s), in the coaches' order E-P-C-P: lower, rest, lift, hold.

    Raises `ValueError` for times that cannot be: lift and lowering over 0, all at most 20 s.

    >>> Tempo(3, 1, 2, 1).text
    '3-1-2-1'
    """

    lower_s: float
    rest_s: float
    lift_s: float
    hold_s: float

    def __post_init__(self) -> None:
        for name, value_s in (
            ("lower", self.lower_s),
            ("rest", self.rest_s),
            ("lift", self.lift_s),
            ("hold", self.hold_s),
        ):
            least_s = 0.0 if name in ("rest", "hold") else LEAST_PHASE_S
            if not least_s <= value_s <= MAX_PHASE_S:
                raise ValueError(f"tempo: {name} {value_s:g} s cannot be; expected {least_s:g} to {MAX_PHASE_S:g} s")

    @property
    def text(self) -> str:
        """lower-rest-lift-hold."""
        return "-".join(f"{value_s:g}" for value_s in (self.lower_s, self.rest_s, self.lift_s, self.hold_s))

    @property
    def cycle_s(self) -> float:
        """One repetition with its rest."""
        return self.lower_s + self.rest_s + self.lift_s + self.hold_s


def read_tempo(text: str) -> Tempo:
    """A tempo as coaches write it, lower-rest-lift-hold. Raises `ValueError` for anything else, `X` (explosive) included.

    >>> read_tempo("3-1-2-1").lift_s
    2.0
    """
    parts = text.strip().split("-")
    if len(parts) != 4 or not all(math.isfinite(number_in(part)) for part in parts):
        raise ValueError(
            f"tempo {text[:40]!r}; expected four numbers of seconds, lower-rest-lift-hold, such as 3-1-2-1"
        )
    lower_s, rest_s, lift_s, hold_s = (float(part) for part in parts)
    return Tempo(lower_s, rest_s, lift_s, hold_s)


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One leg's part of a set: so many `reps` with `side`; `rest_s` before the next step. `reps` None: no aim."""

    set: int
    side: str
    reps: int | None
    rest_s: float


HOLD_SHARE: Final = 0.5
"""Share of the tempo's hold; a shorter stop does not count as a pause. Chosen: half a hold is a pause still, if a short one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done in a session. `reps` are those of one leg in one set; `sides` in the order in which they come.

    `rest_s` between two sets of a leg, `switch_s` to change legs (and to move the sensor over). `lower_deg`, `upper_deg`:
    the range of the lower leg aimed at. A set ends by its count, or when nobody has moved for `end_after_s`.
    `velocity_loss_pct`, `range_loss_pct`: end a set when a repetition lies so far under the best of the set; None: never.
    Raises `ValueError`, which names the key, for what cannot be.
    """

    name: str
    purpose: str
    sets: int
    reps: int
    posture: str = "auto"
    load: str = "none"
    load_kg: float | None = None
    support: str = "unknown"
    sides: tuple[str, ...] = ("left", "right")
    order: str = "leg-by-leg"
    rest_s: float = 45.0
    switch_s: float = 45.0
    end_after_s: float = 20.0
    tempo: Tempo | None = None
    lower_deg: float | None = None
    upper_deg: float | None = None
    feedback: str = "bandwidth"
    velocity_loss_pct: float | None = None
    range_loss_pct: float | None = None
    about: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > 80 or not self.name.isprintable():
            raise ValueError(f"name {self.name[:40]!r}; expected 1 to 80 letters in one line")
        for key, word, known in (
            ("purpose", self.purpose, PURPOSES),
            ("posture", self.posture, MARK_WORDS["posture"]),
            ("load", self.load, MARK_WORDS["load"]),
            ("support", self.support, ("supported", "unsupported", "unknown")),
            ("order", self.order, ORDERS),
            ("feedback", self.feedback, SCHEDULES),
        ):
            if word not in known:
                raise ValueError(f"{key} {str(word)[:40]!r} is not known; known: {', '.join(known)}")
        if not self.sides or len(set(self.sides)) != len(self.sides) or not set(self.sides) <= {"left", "right"}:
            raise ValueError("sides: expected left, right, or both, each once")
        for key, number, least, most in (
            ("sets", self.sets, 1, MAX_SETS),
            ("reps", self.reps, 1, MAX_REPS),
            ("rest_s", self.rest_s, 0.0, MAX_REST_S),
            ("switch_s", self.switch_s, 0.0, MAX_REST_S),
            ("end_after_s", self.end_after_s, 5.0, MAX_REST_S),
            ("load_kg", self.load_kg, 0.0, MAX_LOAD_KG),
            ("lower_deg", self.lower_deg, 1.0, MAX_ROM_DEG),
            ("upper_deg", self.upper_deg, 1.0, MAX_ROM_DEG),
            ("velocity_loss_pct", self.velocity_loss_pct, 1.0, 99.0),
            ("range_loss_pct", self.range_loss_pct, 1.0, 99.0),
        ):
            if number is not None and not least <= number <= most:
                raise ValueError(f"{key} {number:g} cannot be; expected {least:g} to {most:g}")
        if self.load_kg is not None and self.load != "ankle-weight":
            raise ValueError(f"load_kg is the mass of an ankle weight, but load is {self.load}")
        if self.lower_deg is not None and self.upper_deg is not None and self.upper_deg <= self.lower_deg:
            raise ValueError(f"upper_deg {self.upper_deg:g} must be over lower_deg {self.lower_deg:g}")

    @property
    def target(self) -> Target:
        """What a plan's repetitions are judged by: its range and its tempo."""
        tempo = self.tempo
        if tempo is None:
            return Target(self.lower_deg, self.upper_deg)
        return Target(self.lower_deg, self.upper_deg, HOLD_SHARE * tempo.hold_s, tempo.lift_s, tempo.lower_s)

    @property
    def steps(self) -> tuple[PlanStep, ...]:
        """What comes one after the other; the last step's rest is 0.

        >>> [(step.set, step.side) for step in Plan("a", "warm-up", 2, 8, order="set-by-set").steps]
        [(1, 'left'), (1, 'right'), (2, 'left'), (2, 'right')]
        """
        sets = range(1, self.sets + 1)
        if self.order == "leg-by-leg":
            order = [(n, side) for side in self.sides for n in sets]
        else:
            order = [(n, side) for n in sets for side in self.sides]
        after = [*order[1:], None]
        return tuple(
            PlanStep(n, side, self.reps, 0.0 if then is None else self.rest_s if then[1] == side else self.switch_s)
            for (n, side), then in zip(order, after, strict=True)
        )


CueKind = Literal[
    "safety",
    "count",
    "last_rep",
    "set_end",
    "switch",
    "stop",
    "done",
    "begin",
    "rest_over",
    "correction",
    "praise",
    "note",
]
PRIORITY: Final[dict[str, int]] = {
    "safety": 5,
    "count": 4,
    "last_rep": 4,
    "set_end": 3,
    "switch": 3,
    "stop": 3,
    "done": 3,
    "begin": 3,
    "rest_over": 3,
    "correction": 2,
    "praise": 1,
    "note": 0,
}
"""The larger goes first: safety, count, switch (and whatever else moves the plan on), correction, praise."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing a coach says at `t_s` on the recording's clock; `number` counts cues from 1.

    `key`: the sentence in coaching/wording.py, `values` what stands in its gaps, in order of their names. `text` is
    shown; `spoken` is said aloud, empty when the text is only shown; `tone` names a sound, empty for silence. `about`: the index
    of the repetition it speaks of, and `verdict` the verdict's word where it corrects one. `mark`: what the live session
    is to mark by itself, so that the recording knows of the next set or leg.
    """

    number: int
    t_s: float
    kind: CueKind
    key: str
    values: tuple[tuple[str, str], ...]
    text: str
    spoken: str
    tone: str
    about: int | None = None
    verdict: str = ""
    mark: tuple[MarkKind, str] | None = None

    @property
    def priority(self) -> int:
        """The larger goes first."""
        return PRIORITY[self.kind]


SetEnd = Literal["count", "rest", "mark", "loss", "pain", "finish"]
"""Why a set ended: its count, nobody moved, a mark, a stop rule, pain, the session."""


@dataclass(frozen=True, slots=True)
class SetDone:
    """One leg's set that is over. `reps`: done, as the person sees it (disputed ones taken off, missed ones added).

    `aim`: reps planned (None: no aim). `clean`: without any verdict, of `judged`, the repetitions imukick counted.
    `adherence_share`: docs/metrics.md, None without a tempo or a repetition.
    """

    set: int
    side: str
    reps: int
    aim: int | None
    judged: int
    clean: int
    ended: SetEnd
    adherence_share: float | None

    @property
    def completed(self) -> bool:
        """Were all planned repetitions done?"""
        return self.aim is not None and self.reps >= self.aim


def beginning_with(plan: Plan, side: str) -> Plan:
    """The same plan with this leg first; a leg that is not in the plan takes the place of the other.

    >>> beginning_with(Plan("a", "warm-up", 1, 8), "right").sides
    ('right', 'left')
    """
    if side not in ("left", "right"):
        return plan
    return replace(plan, sides=(side, *(one for one in plan.sides if one != side)) if side in plan.sides else (side,))
