"""`analyse(recording or samples) -> Analysis`: one Session, one finish, everything it reported in one place."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np

from imukick.doubted import clipped_warning, without_impossible
from imukick.errors import RecordingError
from imukick.events import Doubt, Event, Gap, Prior, Rep, RepClaimed, latest, same_time
from imukick.exercises import Exercise
from imukick.marks import split_load
from imukick.plain_text import one_line
from imukick.plans import Plan, Target
from imukick.plausibility import check, period_s
from imukick.replay import Watch, run
from imukick.session import Session, SessionParams
from imukick.signals import LegMotion, Samples
from imukick.sources.recordings import Recording, read_recording

METRICS_VERSION: Final = 2
"""Of the definitions in docs/metrics.md: a number that would come out otherwise raises it."""
EXPORT_VERSION: Final = 2
"""Of the columns and header keys of every export."""
PROTOCOL_VERSION: Final = 1
"""Of the packets in firmware_protocol/."""

HOST_COUNT_S: Final = 5.0
"""Arrival times are counted over this long (docs/metrics.md)."""

_HEADER_WORDS: Final = ("posture", "load", "load_kg", "side", "height_m", "support")
_HEADER_NUMBERS: Final = (
    "load_kg",
    "height_m",
    "target_rom_deg",
    "target_rom_max_deg",
    "target_pause_s",
    "target_lift_s",
    "target_lower_s",
)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one recording says.

    `reps`: the last revision of each, in order, those that the person disputed with a note that says so; `events`: everything as it was told; `prior`: what was learned;
    `moved`: the leg's motion, joined into runs in which the angle is known or is not; `meta`: JSON-able facts that
    every export carries.
    """

    reps: tuple[Rep, ...]
    events: tuple[Event, ...] = field(repr=False)
    prior: Prior = field(repr=False)
    moved: tuple[LegMotion, ...] = field(repr=False)
    meta: dict[str, Any] = field(repr=False)

    @property
    def counted(self) -> int:
        """How many repetitions count."""
        return sum(rep.counted for rep in self.reps)

    def to_frame(self) -> Any:
        """A pandas.DataFrame, one row a repetition, columns as in every export."""
        from imukick.sinks.table import reps_frame

        return reps_frame(self.reps, self.meta)

    def plot(self, title: str | None = None) -> Any:
        """The session as a `matplotlib.figure.Figure`, as `imukick plot` draws it; `.savefig(…)` writes it.

        `title`: above it, default the recording's name. The angle is in it unless the analysis was made without `motion`.
        Raises `ImukickError` for a session that no page holds. Needs no display and leaves pyplot alone.
        """
        from imukick.sinks.figure_style import style
        from imukick.sinks.picture import Story, draw

        clean = sum(rep.clean for rep in self.reps)
        name = self.meta["recording"] or "session"
        facts = f"{self.counted} counted, {clean} clean, {len(self.reps) - self.counted} not counted"
        with style():
            return draw(Story(name if title is None else title, facts, self.moved, self.reps, self.events, self.meta))

    def _repr_html_(self) -> str:
        """What a notebook shows: the session in a sentence and a row a repetition; text of others is escaped."""
        from imukick.sinks.report.notebook import notebook_html

        return notebook_html(self.reps, self.events, self.meta)


def analyse(
    source: str | Path | Recording | Samples,
    exercise: Exercise | None = None,
    *,
    posture: str | None = None,
    load: str | None = None,
    load_kg: float | None = None,
    side: str | None = None,
    height_m: float | None = None,
    target_rom_deg: float | None = None,
    prior: Prior | None = None,
    params: SessionParams | None = None,
    one_pass: bool = False,
    refine: bool = True,  # noqa: ARG001 - taken by old scripts; looking twice is the default now
    rate_hz: float | None = None,
    watch: Watch | None = None,
    piece_s: float = 30.0,
    motion: bool = True,
) -> Analysis:
    """Every repetition of a recording, measured and judged.

    `source`: a file, a folder that holds one recording, a `Recording`, or `Samples`. `exercise`: what was done, all of it, whatever the recording's
    header says; or single words of it (`posture` … `target_rom_deg`). What is not given comes from the header, else: posture "auto",
    load "none", side "unknown", height 1.70 m. `prior`: what an earlier session learned. `params`: the engine's tunables. The same engine looks twice: the second time it starts from the placements that explain the whole recording best.
    `one_pass`: it looks once, as a live session does. `refine` is accepted as before and changes nothing. `rate_hz`: for a file without a
    time column. `watch` is told after each `piece_s` of the stream; neither changes the result. Without `motion` the
    leg's motion, four times as large as the samples while it is joined, is not kept: `moved` is empty.

    Raises `RecordingError`, `CalibrationError` (see `read_recording`), `ValueError` for an argument that cannot be, and for an `exercise` beside
    single words of one.
    """
    words = {"posture": posture, "load": load, "load_kg": load_kg, "side": side, "height_m": height_m}
    given = {key: value for key, value in words.items() if value is not None}
    if exercise is not None and (given or target_rom_deg is not None):
        names = ", ".join([*given, *(["target_rom_deg"] if target_rom_deg is not None else [])])
        raise ValueError(f"an exercise, and {names} besides; say it in the exercise")
    if isinstance(source, Samples):
        doubts = check(source)
        recording = Recording(Path(), source, (), {}, warnings=doubts.lines, apart=doubts.apart)
    elif isinstance(source, Recording):
        recording = source
    else:
        recording = read_recording(source, rate_hz=rate_hz)
    if exercise is None:
        exercise = exercise_of(recording, given, target_rom_deg)
    return look(
        recording, exercise, prior=prior, params=params, one_pass=one_pass, watch=watch, piece_s=piece_s, motion=motion
    )


def look(
    recording: Recording,
    exercise: Exercise,
    *,
    prior: Prior | None = None,
    params: SessionParams | None = None,
    one_pass: bool = False,
    watch: Watch | None = None,
    piece_s: float = 30.0,
    motion: bool = True,
) -> Analysis:
    """A recording of this exercise, looked at twice, or once as live does; the rest as for `analyse`."""
    quiet = watch if one_pass or watch is None else _without_events(watch)
    session = Session(exercise, prior, params)
    events, moved = run(recording, session, quiet, piece_s, motion=motion and one_pass)
    if one_pass:
        return gathered(recording, exercise, session, events, moved)
    first = latest(events)
    session = Session(exercise, session.prior, params)
    events, moved = run(recording, session, watch, piece_s, motion=motion)
    return gathered(recording, exercise, session, events, moved, first=first)


def _without_events(watch: Watch) -> Watch:
    """For the first of two passes: the time it reached, not its events."""
    return lambda t_s, _events: watch(t_s, [])


def gathered(
    recording: Recording,
    exercise: Exercise,
    session: Session,
    events: Sequence[Event],
    moved: Iterable[LegMotion],
    *,
    first: Sequence[Rep] | None = None,
) -> Analysis:
    """What a finished session over this recording says: all the `events` it reported and the motion it released.

    `first`: the repetitions of the first pass, when this was the second look.
    """
    reps, warnings = without_impossible(latest(events), exercise.height_m, apart=recording.apart)
    if not (recording.native and recording.samples.gyr_range_radps):
        warnings += clipped_warning(reps)  # a recording of our own knows its full scale: the rows say it, and live did
    meta = facts_of(recording, exercise, session.params, events, None if first is None else changed(first, reps))
    return Analysis(
        reps=reps,
        events=tuple(events),
        prior=session.prior,
        moved=_joined(moved),
        meta=meta | {"warnings": [*meta["warnings"], *warnings]},
    )


def changed(first: Sequence[Rep], second: Sequence[Rep]) -> str:
    """What the second look counts otherwise than the first, in words.

    Repetitions are the same when they share more than half of the time that they cover together.
    """
    one_s, two_s = ([(rep.t_start_s, rep.t_end_s) for rep in reps if rep.counted] for reps in (first, second))
    more = sum(not any(same_time(span, other) for other in one_s) for span in two_s)
    fewer = sum(not any(same_time(span, other) for other in two_s) for span in one_s)
    parts = [f"{n} {word}" for n, word in ((more, "more"), (fewer, "fewer")) if n]
    return f"{' and '.join(parts)} counted than in one pass" if parts else "counts as one pass does"


def exercise_of(
    recording: Recording, told: Mapping[str, Any], target_rom_deg: float | None = None, plan: Plan | None = None
) -> Exercise:
    """The exercise a recording's header names, overruled by what is `told` (fields of `Exercise`).

    A `plan` gives the target, and the words that neither of them says: the header knows what was really done.
    Raises `RecordingError` for a header that cannot be, `ValueError` for such a telling.
    """
    for key in _HEADER_NUMBERS:
        value = recording.meta.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            raise RecordingError(f"in its header: {key} {str(value)[:40]!r} is not a number", path=recording.path)
    header = {key: recording.meta[key] for key in _HEADER_WORDS if recording.meta.get(key) is not None}
    try:
        target = _aim(recording.meta)
        _exercise(header, target)
    except ValueError as error:
        raise RecordingError(f"in its header: {error}", path=recording.path) from None
    if "load" in told:
        header.pop("load_kg", None)  # it was the other load's
    if plan is not None:
        header = _planned(plan, load="load" not in told and "load" not in header) | header
        target = plan.target
    if target_rom_deg is not None:
        target = replace(target, rom_deg=target_rom_deg)
    return _exercise({**header, **told}, target)


def _aim(header: Mapping[str, Any]) -> Target:
    aims = {name: header.get(f"target_{name}") for name in ("rom_deg", "rom_max_deg", "pause_s", "lift_s", "lower_s")}
    return Target(**{name: aim for name, aim in aims.items() if aim is not None})


def _planned(plan: Plan, *, load: bool) -> dict[str, Any]:
    """What a plan says of the exercise, its `load` too or not."""
    words: dict[str, Any] = {"posture": plan.posture, "support": plan.support, "side": plan.sides[0]}
    return words | ({"load": plan.load, "load_kg": plan.load_kg} if load else {})


def _exercise(words: dict[str, Any], target: Target) -> Exercise:
    if words.get("load_kg") == 0 and words.get("load") != "ankle-weight":
        words = {**words, "load_kg": None}
    return Exercise(**words, target=target)


def _joined(pieces: Iterable[LegMotion]) -> tuple[LegMotion, ...]:
    runs = groupby((piece for piece in pieces if len(piece)), key=lambda piece: piece.angle_rad is not None)
    return tuple(_join(list(run)) for _, run in runs)


def _join(run: list[LegMotion]) -> LegMotion:
    angles = [piece.angle_rad for piece in run if piece.angle_rad is not None]
    rates = [piece.rate_radps for piece in run if piece.rate_radps is not None]
    return LegMotion(
        t_s=np.concatenate([piece.t_s for piece in run]),
        acc_mps2=np.concatenate([piece.acc_mps2 for piece in run]),
        gyr_radps=np.concatenate([piece.gyr_radps for piece in run]),
        up=np.concatenate([piece.up for piece in run]),
        clipped=np.concatenate([piece.clipped for piece in run]),
        filled=np.concatenate([piece.filled for piece in run]),
        angle_rad=np.concatenate(angles) if angles else None,
        rate_radps=np.concatenate(rates) if rates else None,
    )


def facts_of(
    recording: Recording, exercise: Exercise, params: Mapping[str, Any], events: Iterable[Event], changed: str | None
) -> dict[str, Any]:
    """What every export carries of a recording, JSON-able. `changed`: what the second look changed, in words; None of one pass."""
    samples, header = recording.samples, recording.meta
    events = list(events)
    gaps = [event for event in events if isinstance(event, Gap)]
    doubts = [event.text for event in events if isinstance(event, Doubt)]
    rate_hz = missing_share = None
    if len(samples) > 1 and samples.t_s[-1] > samples.t_s[0]:
        period = period_s(samples.t_s, HOST_COUNT_S if samples.clock == "host" else 1.0)
        rate_hz = round(1.0 / period, 3)
        missing_share = round(max(0.0, 1.0 - len(samples) / (1.0 + (samples.t_s[-1] - samples.t_s[0]) / period)), 5)
    return {
        "package": f"imukick {package_version()}",
        "metrics_version": METRICS_VERSION,
        "export_version": EXPORT_VERSION,
        "protocol_version": PROTOCOL_VERSION,
        "recording": recording.path.name.encode("utf-8", "replace").decode() or None,
        "pass": "one" if changed is None else "second",
        "second_look": changed,
        "person": _text(header.get("person")),
        "sensor": header.get("sensor"),
        "started": header.get("started"),
        "clock": samples.clock,
        "rate_hz": rate_hz,
        "losses": {
            "samples": len(samples),
            "missing_share": missing_share,
            "gaps": len(gaps),
            "gaps_s": round(sum(gap.t_to_s - gap.t_from_s for gap in gaps), 3),
        },
        "warnings": list(dict.fromkeys([*recording.warnings, *doubts])),
        "claimed_s": [event.t_s for event in events if isinstance(event, RepClaimed)],
        "pain_s": [mark.t_s for mark in recording.marks if mark.kind == "pain"],
        "posture": exercise.posture,
        "load": exercise.load,
        "load_kg": exercise.load_kg,
        "load_marks": [[mark.t_s, *split_load(mark.value)] for mark in recording.marks if mark.kind == "load"],
        "side": exercise.side,
        "height_m": exercise.height_m,
        "support": exercise.support,
        "target_rom_deg": exercise.target.rom_deg,
        "target_rom_max_deg": exercise.target.rom_max_deg,
        "target_pause_s": exercise.target.pause_s,
        "target_lift_s": exercise.target.lift_s,
        "target_lower_s": exercise.target.lower_s,
        "parameters": dict(params),
    }


def _text(value: object) -> str | None:
    """A word of a header that anybody may have written; nothing where it is no text."""
    return one_line(value) if isinstance(value, str) and value.strip() else None


def package_version() -> str:
    """Of this package, as installed."""
    try:
        return importlib.metadata.version("imukick")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"  # run from a source tree that was never installed
