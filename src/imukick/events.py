"""The engine's events: repetitions, verdicts, gaps; frozen, and never taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from imukick.variants import ANY, VARIANTS

Side = Literal["left", "right", "unknown"]
Posture = str
"""A row of `imukick.variants.VARIANTS`, "any" or "unknown"."""
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
    """One judgement of a repetition: its word, the number behind it, its limit and the source of the limit."""

    word: str
    value: float
    limit: float
    unit: str
    source: str


def column(unit: str, meaning: str, tolerance: float | None = None) -> dict[str, object]:
    """Metadata of a field that is a column of a table: its unit, its meaning, and how far it may move before the golden tests fail.

    Data dictionary, Parquet schema, history and documents follow from it. `tolerance` is in the column's own unit; chosen: about half of what a
    user would notice. Without one a column stays equal to the letter.
    """
    return {"unit": unit, "meaning": meaning, "tolerance": tolerance}


@dataclass(frozen=True, slots=True)
class Rep:
    """One movement that left rest and came back; field order is the column order of every export, a field's metadata its meaning.

    Times on the recording's clock. None = could not be measured; `notes` says why. `counted` False: listed,
    with the `reason`; None when it counts. The pelvis' numbers and `sync_ms` are those of several sensors worn together. Definitions and formulas: docs/metrics.md.
    """

    index: int = field(metadata=column("", "number over all rows of a recording, listed ones included"))
    set: int = field(metadata=column("", "number of the set"))
    side: Side = field(metadata=column("", "leg, as the person said: left, right, unknown"))
    posture: Posture = field(metadata=column("", ", ".join([*VARIANTS, ANY, "unknown"])))
    load: Load = field(metadata=column("", "none, ankle-weight, band, cable, machine"))
    counted: bool = field(metadata=column("", "whether the repetition counts"))
    reason: Reason | None = field(
        metadata=column(
            "", "why it does not count: knee_curl, aborted, cut, paused, other_leg, not_a_kick; empty when it does"
        )
    )
    t_start_s: float = field(metadata=column("s", "the leg starts to move; of a set: its first start", 0.02))
    t_top_s: float = field(metadata=column("s", "the leg stands still at the top, or turns there", 0.02))
    t_lower_s: float = field(metadata=column("s", "the leg starts down", 0.02))
    t_end_s: float = field(metadata=column("s", "the leg stands still; of a set: its last end", 0.02))
    lift_s: float = field(metadata=column("s", "from start to top", 0.03))
    pause_s: float = field(metadata=column("s", "from top to lowering", 0.03))
    lower_s: float = field(metadata=column("s", "from lowering to end", 0.03))
    rest_before_s: float | None = field(metadata=column("s", "from the end of the row before to the start", 0.03))
    tempo: str = field(metadata=column("s", "lowering - rest before - lift - pause, whole seconds"))
    rom_deg: float = field(metadata=column("deg", "range of the lower leg, from rest to the highest point", 0.3))
    peak_lift_degps: float = field(metadata=column("deg/s", "largest rate about the kick axis in the lift", 1.5))
    mean_lift_degps: float | None = field(metadata=column("deg/s", "range / lift_s", 1.5))
    peak_lower_degps: float = field(
        metadata=column("deg/s", "largest rate about the kick axis in the lowering, positive", 1.5)
    )
    mean_lower_degps: float | None = field(metadata=column("deg/s", "range / lower_s", 1.5))
    peak_ankle_mps: float | None = field(metadata=column("m/s", "larger peak rate x lever", 0.03))
    lever_m: float | None = field(metadata=column("m", "centre of rotation to sensor", 0.02))
    lever_sd_m: float | None = field(metadata=column("m", "standard error of the lever", 0.02))
    momentum_lift: float | None = field(
        metadata=column("share", "of the lift, for which the moment of muscles did not pay at the time", 0.02)
    )
    momentum_lift_sd: float | None = field(metadata=column("share", "its standard error", 0.02))
    momentum_drop: float | None = field(metadata=column("share", "of the lowering not resisted", 0.02))
    momentum_drop_sd: float | None = field(metadata=column("share", "its standard error", 0.02))
    off_plane: float | None = field(metadata=column("share", "largest sideways angle over the range", 0.01))
    pelvis_tilt_deg: float | None = field(
        default=None,
        kw_only=True,
        metadata=column("deg", "largest tilt of the pelvis until the lowering, + = its top goes to the front"),
    )
    pelvis_rotation_deg: float | None = field(
        default=None,
        kw_only=True,
        metadata=column("deg", "largest rotation of the pelvis about its long axis, either way"),
    )
    pelvis_obliquity_deg: float | None = field(
        default=None, kw_only=True, metadata=column("deg", "largest tilt of the pelvis to a side, either way")
    )
    hip_extension_deg: float | None = field(
        default=None,
        kw_only=True,
        metadata=column(
            "deg", "range of the lower leg less the pelvis' tilt in the hold: what is left for hip and knee"
        ),
    )
    rocking_mps2: float | None = field(
        default=None, kw_only=True, metadata=column("m/s^2", "mean acceleration of the sacrum without gravity")
    )
    sync_ms: float | None = field(
        default=None, kw_only=True, metadata=column("ms", "how far the sensors' clocks may be apart")
    )
    sparc_lift: float | None = field(
        metadata=column("", "spectral arc length of the lift's rate; nearer 0 is smoother", 0.05)
    )
    sparc_lower: float | None = field(
        metadata=column("", "spectral arc length of the lowering's rate; nearer 0 is smoother", 0.05)
    )
    bounces: int = field(metadata=column("count", "reversals at the top"))
    verdicts: tuple[Verdict, ...] = field(default=(), metadata=column("", "what is said about the repetition"))
    quality: tuple[str, ...] = field(
        default=(),
        metadata=column(
            "",
            "what makes the row less sure: gap, clipped, timing, axis, strap, sync, sides, mount, direction, unjudged",
        ),
    )
    revision: int = field(default=0, metadata=column("", "0, or which later measurement this row is"))
    notes: tuple[str, ...] = field(default=(), metadata=column("", "why a number is missing"))

    @property
    def clean(self) -> bool:
        """Whether it counts, has no verdict, and could be judged in everything."""
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
    """A lift has reached its top; reported once a lift, never revised. `quality` as in `Rep`, plus `axis` while learning."""

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
    """Another placement holds from `t_s`: what was learned about the one before is no longer used.

    `why`: the sensor now sits otherwise ("moved"), the person rests in another posture ("posture"), or the engine has
    changed its mind ("mind"): what it took for kicks was something else.
    """

    t_s: float
    why: RemountWhy = "moved"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt that makes the numbers less certain; `text` says why, and what to do, in one line."""

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
    """The person said at `t_s` that repetition `index` was not one; its row stays as it was reported."""

    index: int
    t_s: float


@dataclass(frozen=True, slots=True)
class RepClaimed:
    """The person said at `t_s` that a repetition was missed before; the engine does not make one up for it."""

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
class Placement:
    """What is known of one way the sensor sat on a leg. Vectors are unit vectors in the sensor frame.

    `axis`: kick axis, signed so that a right-handed turn about it lifts the leg. `rest_up`: where up is at
    rest. `lever_m`: centre of rotation to sensor; `lever_deg`: from "down" to it, + towards lifting; None when the
    movements did not agree on it; `pooled_m`, `pooled_sd_m`: its mean weighted by each fit's error, and standard error.
    `rom_deg`, `rep_s`: median range and duration of the kicks. `scatter_m`: standard deviation of single kicks' levers, by their median deviation.
    `direction_known`: a knee has bent the same way, which distinguishes back from front and side.
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
    """What a Session learned, and what the next one may start from; one `Placement` for each mounting, in time order."""

    strappings: tuple[Placement, ...] = ()

    def carry(self) -> Prior:
        """For the next set or session: the last strapping, held from the start."""
        if not self.strappings:
            return self
        return Prior((replace(self.strappings[-1], t_from_s=None, carried=True),))
