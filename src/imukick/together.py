"""`analyse_together(recordings)`: one session from the recordings of several sensors, looked at twice like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from imukick.analysis import Analysis, changed, exercise_of, facts_of
from imukick.clocks import Clock, on_one_clock
from imukick.doubted import clipped_warning, without_impossible
from imukick.ensemble import Ensemble, session_params
from imukick.ensemble_streams import PLACES, SIDES, EnsembleParams, EnsemblePrior
from imukick.errors import RecordingError
from imukick.events import Event, Place, Prior, Rep, latest
from imukick.exercises import Exercise
from imukick.motion.pelvis import PelvisParams
from imukick.replay import stream
from imukick.signals import Arrivals
from imukick.sources.recordings import Recording
from imukick.sources.recordings.arrivals import arrivals_of

PIECE_S: Final = 30.0
"""Length of the pieces that are pushed, and joined, where nobody waits. Chosen."""
LOOK_AFTER_S: Final = 20.0
"""How long after a repetition the second look still reads the gyroscope's offset from."""
LIVE_MARKS: Final = ("clock", "absent")
"""Marks of what a live session of several sensors knew, which only one pass takes: a second look knows better."""
HEAD: Final = "x to the head"
"""Words of a pelvis recording's `mount` that say that the sensor's x points to the head."""


def place_of(recording: Recording) -> Place:
    """Where a recording's sensor was worn, by its header, else by its first `place` mark.

    Raises `RecordingError` where neither names a place, or the place is not known.
    """
    said = recording.meta.get("place")
    if said is None:
        said = next((mark.value for mark in recording.marks if mark.kind == "place"), None)
    for place in PLACES:
        if said == place:
            return place
    if said is None:
        trouble = (
            f"does not say where its sensor was worn; say it: imukick edit {recording.path.name} --place left-ankle"
        )
        raise RecordingError(trouble, path=recording.path)
    raise RecordingError(f"header says place {str(said)[:40]!r}; known: {', '.join(PLACES)}", path=recording.path)


def in_places(recordings: Sequence[Recording]) -> dict[Place, Recording]:
    """The recordings of one session by place, in the order of `PLACES`.

    Raises `RecordingError` for two of one place, for several groups, and without an ankle.
    """
    found: dict[Place, Recording] = {}
    for one in recordings:
        place = place_of(one)
        if place in found:
            raise RecordingError(f"the {place} again; {found[place].path.name} is of the same place", path=one.path)
        found[place] = one
    groups = dict.fromkeys(str(one.meta["group"]) for one in recordings if one.meta.get("group") is not None)
    if len(groups) > 1:
        raise RecordingError(
            f"not one session: {' and '.join(groups)}; name the recordings of one group", path=recordings[0].path
        )
    if not set(found) & set(SIDES):
        raise RecordingError("no ankle among these; add the recording of an ankle", path=recordings[0].path)
    return {place: found[place] for place in PLACES if place in found}


def exercise_together(
    recordings: Mapping[Place, Recording], overrides: Mapping[str, Any], target_rom_deg: float | None = None
) -> Exercise:
    """The exercise that the headers name: each field from the first header that has it; `overrides` (fields of `Exercise`) win."""
    meta: dict[str, Any] = {}
    for one in recordings.values():
        meta = {**one.meta, **meta}
    first = next(iter(recordings.values()))
    meta.pop("side", None)  # each ankle has its own
    said = {key: value for key, value in overrides.items() if value is not None}
    return exercise_of(replace(first, meta=meta), said, target_rom_deg)


def analyse_together(recordings: Mapping[Place, Recording], exercise: Exercise, *, one_pass: bool = False) -> Analysis:
    """One session of several sensors, looked at twice, or once as a live session does.

    In one pass the clocks are those that live used, where the recordings have them as marks. Raises `RecordingError` for arrivals that
    cannot be read.
    """
    arrivals = {place: arrivals_of(one) for place, one in recordings.items()}
    clocks = clocks_of(recordings, arrivals)
    held = one_pass and all(any(mark.kind == "clock" for mark in one.marks) for one in recordings.values())
    params = EnsembleParams() if one_pass else EnsembleParams(step_s=PIECE_S)
    events, ensemble = _pass(recordings, exercise, {} if held else clocks, None, params, live=held)
    first = None
    if not one_pass:
        params = replace(params, pelvis=PelvisParams(offset_after_s=LOOK_AFTER_S))
        first = latest(events)
        events, ensemble = _pass(recordings, exercise, clocks, ensemble.prior, params, live=False)
    return gathered_together(recordings, exercise, ensemble, events, first=first)


def gathered_together(
    recordings: Mapping[Place, Recording],
    exercise: Exercise,
    ensemble: Ensemble,
    events: Sequence[Event],
    *,
    first: Sequence[Rep] | None = None,
) -> Analysis:
    """What a finished ensemble over these recordings says: all the `events` it reported.

    `first`: the repetitions of the first pass, when this was the second look.
    """
    apart = any(one.apart for one in recordings.values())
    reps, warnings = without_impossible(latest(events), exercise.height_m, apart=apart)
    if not all(one.native and one.samples.gyr_range_radps for one in recordings.values()):
        warnings += clipped_warning(reps)
    meta = _meta(recordings, exercise, ensemble, events, None if first is None else changed(first, reps))
    lines = [*meta["warnings"], *warnings, *_doubts(ensemble, reps)]
    return Analysis(reps, tuple(events), Prior(), (), meta | {"warnings": list(dict.fromkeys(lines))})


def clocks_of(recordings: Mapping[Place, Recording], arrivals: Mapping[Place, Arrivals | None]) -> dict[Place, Clock]:
    """Each sensor's clock: from the header (`clocks`) where the arrivals of some sensor are missing, else from arrivals and shocks."""
    said = _said_clocks(recordings)
    if said is not None and any(arrivals[place] is None for place in recordings):
        return said
    found = on_one_clock({place: (one.samples, arrivals[place]) for place, one in recordings.items()})
    return {place: found[place] for place in recordings}


def _said_clocks(recordings: Mapping[Place, Recording]) -> dict[Place, Clock] | None:
    out: dict[Place, Clock] = {}
    for one in recordings.values():
        said = one.meta.get("clocks")
        for place in PLACES:
            numbers = said.get(place) if isinstance(said, dict) else None
            if isinstance(numbers, dict) and all(
                isinstance(numbers.get(k), int | float) for k in ("zero_s", "rate_ppm")
            ):
                sync_ms = numbers.get("sync_ms")
                out[place] = Clock(
                    float(numbers["zero_s"]),
                    float(numbers["rate_ppm"]),
                    float(sync_ms) if isinstance(sync_ms, int | float) else None,
                )
    return out if set(recordings) <= set(out) else None


def _pass(
    recordings: Mapping[Place, Recording],
    exercise: Exercise,
    clocks: Mapping[Place, Clock],
    prior: EnsemblePrior | None,
    params: EnsembleParams,
    *,
    live: bool,
) -> tuple[list[Event], Ensemble]:
    """Push all recordings through one ensemble, a piece of each in turn; `live`: with the clocks and absences that their marks name."""
    pelvis = recordings.get("pelvis")
    head = pelvis is not None and HEAD in str(pelvis.meta.get("mount", ""))
    ensemble = Ensemble(tuple(recordings), exercise, prior, clocks, params, head=head)
    flows = {
        place: stream(one.samples, [mark for mark in one.marks if live or mark.kind not in LIVE_MARKS], PIECE_S)
        for place, one in recordings.items()
    }
    events: list[Event] = []
    while flows:
        for place, flow in list(flows.items()):
            item = next(flow, None)
            if item is None:
                del flows[place]
                events += ensemble.finish(place).events
            else:
                events += ensemble.push(place, item).events
    return [*events, *ensemble.finish().events], ensemble


def _doubts(ensemble: Ensemble, reps: Sequence[Any]) -> list[str]:
    """Warnings about the whole session."""
    out = []
    if any(clock.sync_ms is None for clock in ensemble.clocks.values()) and len(ensemble.clocks) > 1:
        out.append(
            "the sensors' clocks are not known against each other: no arrivals were recorded, and no shocks that all felt show it; "
            "record the arrivals, or hop twice at the beginning next time"
        )
    if any("sides" in rep.quality for rep in reps):
        out.append("the pelvis opens towards the other leg: are the left and the right sensor swapped?")
    return out


def _meta(
    recordings: Mapping[Place, Recording],
    exercise: Exercise,
    ensemble: Ensemble,
    events: Sequence[Event],
    second_look: str | None,
) -> dict[str, Any]:
    own = {place: facts_of(one, exercise, {}, (), None) for place, one in recordings.items()}
    sensors = {
        place: {key: facts[key] for key in ("recording", "sensor", "clock", "rate_hz", "losses")}
        | {
            "from_s": ensemble.clocks[place].session_s(float(recordings[place].samples.t_s[0])),
            "to_s": ensemble.clocks[place].session_s(float(recordings[place].samples.t_s[-1])),
        }
        for place, facts in own.items()
    }
    whole = facts_of(
        next(iter(recordings.values())),
        exercise,
        asdict(session_params(pelvis="pelvis" in recordings)) | {"ensemble": asdict(EnsembleParams())},
        events,
        second_look,
    )
    texts = [f"{place}: {text}" for place, facts in own.items() for text in facts["warnings"]]
    return whole | {
        "recording": session_name(recordings),
        "sensors": sensors,
        "started": next((facts["started"] for facts in own.values() if facts["started"] is not None), None),
        "side": "unknown",
        "clocks": {place: asdict(clock) for place, clock in ensemble.clocks.items()},
        "warnings": texts,
    }


def session_name(recordings: Mapping[Place, Recording]) -> str:
    """Name of a session of several sensors: its group, else its first recording."""
    for one in recordings.values():
        if one.meta.get("group") is not None:
            return str(one.meta["group"])
    return next(iter(recordings.values())).path.name
