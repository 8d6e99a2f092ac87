"""Old recordings judged by today's rules: the same exercise, in the second look; both results are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from imukick.analysis import look
from imukick.cli.history_place import kept_history
from imukick.cli.history_save import members_of
from imukick.cli.history_show import side_by_side
from imukick.cli.screen import Screen, complain
from imukick.errors import ImukickError, RecordingError
from imukick.events import LiftTold
from imukick.exercises import Exercise
from imukick.plans import Target
from imukick.sinks.history import History, Judgement, KeptSession
from imukick.sinks.history.editing import save_judgement
from imukick.sinks.history.kept import to_json
from imukick.sinks.history.recordings import is_kept, recording_facts
from imukick.sources.recordings import Recording, read_recording
from imukick.together import analyse_together, in_places


def recompute_sessions(db: str | None, numbers: Sequence[int], *, everything: bool) -> int:
    """The exit code: 0, or 2 when one could not be judged again, which is told in one line."""
    if bool(numbers) == everything:
        raise ImukickError("name sessions, or give --all")
    screen, failed = Screen(), False
    with kept_history(db) as history:
        for number in [one.number for one in history.glances()] if everything else numbers:
            try:
                _recompute(history, number, screen)
            except ImukickError as error:
                complain(f"session {number}: {error}")
                failed = True
    return 2 if failed else 0


def _recompute(history: History, number: int, screen: Screen) -> None:
    one = history.session(number)
    recording, digest = _recording(one)
    with history.looking_at(f"session {number}"):
        exercise = _exercise(one.newest.meta)
    members = members_of(one)
    if members:
        analysis = analyse_together(in_places([read_recording(path) for path in members]), exercise)
    else:
        analysis = look(recording, exercise, motion=False)  # in the second look, by the rules of this program
    now = datetime.now().astimezone()
    new = Judgement(len(one.judgements) + 1, now, *_rules(analysis.meta), analysis.meta, analysis.events)
    with history.looking_at(f"session {number}"):
        same = one.ended and _same(one.newest, new)
    if same:
        screen.print(
            f"session {number}: today's rules say the same of all {len(new.reps)} repetitions; nothing new to keep"
        )
        return
    save_judgement(history.connection, number, analysis.events, analysis.meta, digest, now)
    screen.print(f"session {number}: judged again; both results are kept")
    for item in side_by_side([one.newest, new]):
        screen.print(item)


def _recording(one: KeptSession) -> tuple[Recording, Any]:
    """The recording that was judged. Raises `ImukickError` when it is not there any more, or not the same."""
    if one.recording is None or not is_kept(one.recording):
        raise RecordingError("its recording is not there any more", path=one.recording or "?")
    facts = recording_facts(one.recording)
    if one.recording_sha256 is not None and facts.sha256 != one.recording_sha256:
        raise RecordingError(
            "this recording is not the one that was judged, its content has changed; imukick replay --save keeps it as "
            "a session of its own",
            path=one.recording,
        )
    rate_hz = one.newest.meta.get("rate_hz")
    try:
        return read_recording(one.recording), facts
    except RecordingError:
        return read_recording(one.recording, rate_hz=rate_hz), facts  # a file without times


def _exercise(meta: Mapping[str, Any]) -> Exercise:
    aimed = {
        "lift_s": meta.get("target_lift_s"),
        "lower_s": meta.get("target_lower_s"),
    }  # not kept before metrics version 2
    pause_s = meta["target_pause_s"] if meta["metrics_version"] > 1 else Target().pause_s
    target = Target(meta["target_rom_deg"], meta["target_rom_max_deg"], pause_s, **aimed)
    return Exercise(
        posture=meta["posture"],
        load=meta["load"],
        load_kg=meta["load_kg"],
        side=meta["side"],
        height_m=meta["height_m"],
        support=meta["support"],
        target=target,
    )


def _rules(meta: Mapping[str, Any]) -> tuple[str, int]:
    return meta["package"], meta["metrics_version"]


def _same(before: Judgement, after: Judgement) -> bool:
    """Whether rules and results are the same."""
    told = tuple(event for event in after.events if not isinstance(event, LiftTold))
    rules = (before.metrics_version, before.meta.get("pass")) == (after.metrics_version, after.meta["pass"])
    parameters = to_json(before.meta["parameters"]) == to_json(after.meta["parameters"])
    return rules and parameters and before.events == told
