"""What the engine tells: repetitions, verdicts, gaps; frozen, and never taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

Side = Literal["left", "right", "unknown"]
Posture = Literal["standing", "quadruped", "prone", "any", "unknown"]
Place = Literal["left-ankle", "right-ankle", "pelvis"]
"""Where a sensor of several is worn."""
RemountWhy = Literal["moved", "posture", "mind"]
Load = Literal["none", "ankle-weight", "band", "cable", "machine"]

Reason = Literal["knee_curl", "aborted", "cut", "paused", "other_leg", "not_a_kick"]
"""Why a row does not count (docs/metrics.md)."""

DISPUTED: Final = "disputed by the person"
"""Among the notes of a repetition of which the person said "that was not one"; it stays counted."""

NOT_JUDGED: Final = "not judged: "
"""Begins the note that says which verdict could not be judged, of a repetition with the quality word `unjudged`."""


def not_judged(word: str, why: str) -> str:
    """The note that says which verdict could not be judged.

    >>> not_judged("momentum", "clipped")
    'not judged: momentum (clipped)'
    """
    return f"{NOT_JUDGED}{word} ({why})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One word said about a repetition, with the number behind it, its limit and where the limit comes from."""

    word: str
    value: float
    limit: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Rep:
    """One movement that left rest and came back; field order is the column order of every export.

    Times on the recording's clock. None = could not be measured; `notes` says why. `counted` False: listed,
    with the `reason`; None when it counts. The pelvis' numbers and `sync_ms` are those of several sensors worn together. Definitions and formulas: docs/metrics.md.
    """

    index: int
    set: int
    side: Side
    posture: Posture
    load: Load
    counted: bool
    reason: Reason | None
    t_start_s: float
    t_top_s: float
    t_lower_s: float
    t_end_s: float
    lift_s: float
    pause_s: float
    lower_s: float
    rest_before_s: float | None
    tempo: str
    rom_deg: float
    peak_lift_degps: float
    mean_lift_degps: float | None
    peak_lower_degps: float
    mean_lower_degps: float | None
    peak_ankle_mps: float | None
    lever_m: float | None
    lever_sd_m: float | None
    momentum_lift: float | None
    momentum_lift_sd: float | None
    momentum_drop: float | None
    momentum_drop_sd: float | None
    off_plane: float | None
    pelvis_tilt_deg: float | None = field(default=None, kw_only=True)
    pelvis_rotation_deg: float | None = field(default=None, kw_only=True)
    pelvis_obliquity_deg: float | None = field(default=None, kw_only=True)
    hip_extension_deg: float | None = field(default=None, kw_only=True)
    rocking_mps2: float | None = field(default=None, kw_only=True)
    sync_ms: float | None = field(default=None, kw_only=True)
    sparc_lift: float | None
    sparc_lower: float | None
    bounces: int
    verdicts: tuple[Verdict, ...] = ()
    quality: tuple[str, ...] = ()
    revision: int = 0
    notes: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """It counts, nothing was said about it, and everything could be judged."""
        return self.counted and not self.verdicts and "unjudged" not in self.quality

    @property
    def words(self) -> tuple[str, ...]:
        """The verdicts' words alone."""
        return tuple(v.word for v in self.verdicts)


@dataclass(frozen=True, slots=True)
class RepRevised:
    """A better measured row for a repetition already reported: same index, set and count; times within 50 ms.

    `now_counts`: the engine has changed its mind, and a row that did not count does now; its times and set may differ.
    """

    index: int
    rep: Rep
    now_counts: bool = False


@dataclass(frozen=True, slots=True)
class LiftTold:
    """A lift has reached its top; told once a lift, never revised. `quality` as in `Rep`, plus `axis` while learning."""

    t_s: float
    momentum_lift: float | None
    quality: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """The stream has a hole: no sample in [t_from_s, t_to_s)."""

    t_from_s: float
    t_to_s: float


@dataclass(frozen=True, slots=True)
class Remount:
    """Another placement holds from `t_s`: what was learned of the one before is no longer used.

    `why`: the sensor now sits otherwise ("moved"), the person rests in another posture ("posture"), or the engine has
    changed its mind ("mind"): what it took for kicks was something else.
    """

    t_s: float
    why: RemountWhy = "moved"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something makes the numbers less sure; `text` says what, and what to do, in one line."""

    t_s: float
    text: str


@dataclass(frozen=True, slots=True)
class SetEnded:
    """A set is over: `reps` counted in it, the last one ending at `t_s`."""

    set: int
    reps: int
    t_s: float


@dataclass(frozen=True, slots=True)
class RepDisputed:
    """The person said at `t_s` that repetition `index` was none; the row stands as it was told."""

    index: int
    t_s: float


@dataclass(frozen=True, slots=True)
class RepClaimed:
    """The person said at `t_s` that a repetition before it was missed; none is made up for it."""

    t_s: float


Event = Rep | RepRevised | LiftTold | Gap | Remount | Doubt | SetEnded | RepDisputed | RepClaimed


def same_time(one_s: tuple[float, float], other_s: tuple[float, float]) -> bool:
    """Do two spans (s) share more than half of the time that they cover together?"""
    common_s = min(one_s[1], other_s[1]) - max(one_s[0], other_s[0])
    return common_s > 0.5 * (max(one_s[1], other_s[1]) - min(one_s[0], other_s[0]))


def newly_counted(event: Event) -> Rep | None:
    """The repetition that this event adds to the count, if it adds one."""
    match event:
        case Rep(counted=True):
            return event
        case RepRevised(now_counts=True):
            return event.rep
    return None


def latest(events: Iterable[Event]) -> tuple[Rep, ...]:
    """The table: the last revision of each repetition, in order of index, with a note where the person disputed it."""
    reps: dict[int, Rep] = {}
    disputed: set[int] = set()
    for event in events:
        match event:
            case Rep():
                reps[event.index] = event
            case RepRevised():
                reps[event.index] = event.rep
            case RepDisputed():
                disputed.add(event.index)
    for index in disputed & reps.keys():
        reps[index] = replace(reps[index], notes=(*reps[index].notes, DISPUTED))
    return tuple(reps[index] for index in sorted(reps))


@dataclass(frozen=True, slots=True)
class Strapping:
    """What is known of one way the sensor sat on a leg. Vectors are unit vectors in the sensor frame.

    `axis`: kick axis, signed so that a right-handed turn about it lifts the leg. `rest_up`: where up is at
    rest. `lever_m`: centre of rotation to sensor; `lever_deg`: from "down" to it, + towards lifting; None when the
    movements did not agree on it; `pooled_m`, `pooled_sd_m`: its mean weighted by each fit's error, and standard error.
    `rom_deg`, `rep_s`: median range and duration of the kicks. `scatter_m`: standard deviation of single kicks' levers, by their median deviation.
    `direction_known`: a knee has bent the same way, so that back is told from front and side.
    `slipped`: it is the placement before, after the strap has moved on the leg.
    `reps`: how many kicks it was learned from. `t_from_s`: since when it sat so (None: from the start). `placement`: a number that tells it
    from the others of its stream. `carried`: it was learned in an earlier session, and three kicks may outvote it.
    """

    axis: tuple[float, float, float]
    rest_up: tuple[float, float, float]
    lever_m: float | None
    posture: Posture
    rom_deg: float | None
    reps: int
    lever_deg: float | None = None
    t_from_s: float | None = None
    pooled_m: float | None = None
    pooled_sd_m: float | None = None
    rep_s: float | None = None
    scatter_m: float = 0.0
    direction_known: bool = False
    slipped: bool = False
    placement: int = 0
    carried: bool = False


@dataclass(frozen=True, slots=True)
class Prior:
    """What a Session learned, and what the next one may start from; one `Strapping` for each mounting, in time order."""

    strappings: tuple[Strapping, ...] = ()

    def carry(self) -> Prior:
        """For the next set or session: the last strapping, held from the start."""
        if not self.strappings:
            return self
        return Prior((replace(self.strappings[-1], t_from_s=None, carried=True),))
