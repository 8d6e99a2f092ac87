"""What `imukick edit` does: a recording and changes -> another recording, the first one kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from imukick.analysis import exercise_of
from imukick.cli.inputs import real
from imukick.cli.started import read_started
from imukick.ensemble_streams import PLACES
from imukick.errors import ImukickError, RecordingError
from imukick.exercises import Exercise
from imukick.marks import Mark, split_load
from imukick.plausibility import time_trouble
from imukick.sinks.recording_csv import write_recording
from imukick.sinks.whole_file import whole_file
from imukick.sources.recordings import Recording
from imukick.sources.recordings.marks import read_mark
from imukick.sources.recordings.rows import is_number
from imukick.together import HEAD

NEAR_S: Final = 0.05
"""How near a mark to take out must be named; chosen: as it is read off a table or a plot."""
MOST_TEXT: Final = 2000
"""Characters of a note; chosen: a page, and well inside the longest line that is read again."""
NO_EXERCISE: Final = ("note", "started", "place", "group", "mount")
"""Words of a header that say nothing of the exercise."""
MOUNTS: Final = ("flat", f"flat, {HEAD}")
LASTING: Final = ("side", "posture")
"""Marks that, as `load` does, hold until the next of their kind: cut away, they go into the header."""


@dataclass(frozen=True, slots=True)
class Changes:
    """`words` for the header; `from_s`, `to_s`: what to keep, [from, to); marks to `add` and `remove`, as typed; `chosen`: what of the file was
    read, where not all of it.

    Raises `ImukickError` for a time that is not finite, a word that is not known and text that no recording can hold.
    """

    words: Mapping[str, Any]
    from_s: float | None
    to_s: float | None
    add: tuple[str, ...]
    remove: tuple[str, ...]
    chosen: str = ""

    def __post_init__(self) -> None:
        for name, t_s in (("from", self.from_s), ("to", self.to_s)):
            if t_s is not None and not math.isfinite(t_s):
                raise ImukickError(f"--{name} {t_s} is no time; give seconds on the recording's clock")
        if "started" in self.words:
            read_started(self.words["started"])
        if self.words.get("place", PLACES[0]) not in PLACES:
            raise ImukickError(f"unknown place {str(self.words['place'])[:40]!r}; known: {', '.join(PLACES)}")
        if self.words.get("mount", MOUNTS[0]) not in MOUNTS:
            raise ImukickError(
                f"unknown mount {str(self.words['mount'])[:40]!r}; known: {' or '.join(map(repr, MOUNTS))}"
            )
        if self.words.get("group") == "":
            raise ImukickError("--group without a name; the recordings of one session share it")
        for option, typed in (
            *((name, self.words.get(name, "")) for name in ("note", "group")),
            *(("add-mark", mark) for mark in self.add),
        ):
            _check_text(option, typed)
        try:
            Exercise(**{key: value for key, value in self.words.items() if key not in NO_EXERCISE})
        except ValueError as error:
            raise ImukickError(str(error)) from None


def _check_text(option: str, typed: str) -> None:
    if len(typed) > MOST_TEXT:
        raise ImukickError(f"--{option} of {len(typed)} characters; at most {MOST_TEXT} are kept")
    if any(sign in typed for sign in "\r\n"):
        raise ImukickError(f"--{option} of several lines; put it into one")
    try:
        typed.encode()
    except UnicodeEncodeError:
        raise ImukickError(f"--{option} holds bytes that are not UTF-8 text; type it again") from None


def edit_recording(recording: Recording, changes: Changes, out: Path | None, *, force: bool) -> list[str]:
    """Write the changed recording; what was done, a line each.

    Without `out` it takes the place of the old one, which is kept as NAME.original.csv; its header then names that
    original, which stays however often it is edited. Raises `ImukickError` for changes that cannot be.
    """
    done: list[str] = [f"{changes.chosen} kept"] if changes.chosen else []
    marked = _marked(recording, changes, done)
    cut = _cut(marked, changes, done)
    edited = _worded(cut, changes.words, done)
    if not done:
        raise ImukickError("nothing to change; name what to change, see imukick edit --help")
    if out is not None:
        if real(out) in {real(path) for path in (recording.path, *recording.files)}:
            raise RecordingError("this is the recording itself; leave --out away to replace it", path=out)
        write_recording(out, edited.samples, edited.marks, edited.meta, force=force)
        return [*done, f"written to {out}"]
    path = recording.path
    if recording.files:
        raise RecordingError("not a recording of our own; name --out, or convert it first (imukick convert)", path=path)
    kept = path.with_name(f"{path.stem}.original{path.suffix}")
    first = edited.meta.get("original") != kept.name or not kept.exists()
    if first and kept.exists():
        raise RecordingError("holds the original of another recording; move it away, or use --out", path=kept)
    with whole_file(path, force=True) as part:
        write_recording(part, edited.samples, edited.marks, {**edited.meta, "original": kept.name})
        if first:
            with whole_file(kept, force=False) as copy:
                copy.write_bytes(path.read_bytes())
            done.append(f"the original is kept as {kept}")
    return done


def _marked(recording: Recording, changes: Changes, done: list[str]) -> Recording:
    marks = list(recording.marks)
    for typed in changes.remove:
        gone = _named(typed, replace(recording, marks=tuple(marks)))
        marks.remove(gone)
        done.append(f"mark taken out: {_text(gone)}")
    for typed in changes.add:
        try:
            marks.append(read_mark(typed))
        except ValueError as error:
            raise ImukickError(str(error)) from None
        begin_s, end_s = float(recording.samples.t_s[0]), float(recording.samples.t_s[-1])
        if not math.floor(begin_s) <= marks[-1].t_s <= math.ceil(end_s):
            raise RecordingError(
                f"no mark at {marks[-1].t_s:g} s; the recording lasts from {begin_s:g} to {end_s:g} s",
                path=recording.path,
            )
        done.append(f"mark added: {_text(marks[-1])}")
    return replace(recording, marks=tuple(sorted(marks, key=lambda mark: mark.t_s)))


def _named(typed: str, recording: Recording) -> Mark:
    """The mark nearest to a typed `T,KIND`."""
    t_s, _, kind = (part.strip() for part in typed.partition(","))
    same = [mark for mark in recording.marks if mark.kind == kind and is_number(t_s)]
    near = [mark for mark in same if abs(mark.t_s - float(t_s)) <= NEAR_S]
    if not near:
        there = " ".join(f"{mark.t_s:g},{mark.kind}" for mark in recording.marks) or "none"
        raise RecordingError(f"no mark {typed!r}; there are: {there}", path=recording.path)
    return min(near, key=lambda mark: abs(mark.t_s - float(t_s)))


def _cut(recording: Recording, changes: Changes, done: list[str]) -> Recording:
    if changes.from_s is None and changes.to_s is None:
        return recording
    samples, marks, meta = recording.samples, list(recording.marks), dict(recording.meta)
    from_s = -math.inf if changes.from_s is None else changes.from_s
    start = int(samples.t_s.searchsorted(from_s, side="left"))
    stop = len(samples) if changes.to_s is None else int(samples.t_s.searchsorted(changes.to_s, side="left"))
    kept = samples.part(start, max(start, stop))
    if len(kept) == 0 or time_trouble(kept.t_s) is not None:
        raise RecordingError(
            f"this cut would leave {len(kept)} samples, too few; the recording lasts from "
            f"{samples.t_s[0]:g} to {samples.t_s[-1]:g} s",
            path=recording.path,
        )
    before = [mark for mark in marks if mark.t_s < from_s]
    for mark in before:
        if mark.kind == "load":
            meta["load"], load_kg = split_load(mark.value)
            meta.pop("load_kg", None)  # it was the other load's
            meta |= {} if load_kg is None else {"load_kg": load_kg}
        elif mark.kind in LASTING:
            meta[mark.kind] = mark.value
    paused = [mark for mark in before if mark.kind in ("pause", "resume")][-1:]
    still_paused = [replace(mark, t_s=from_s) for mark in paused if mark.kind == "pause"]
    inside = [mark for mark in marks if mark.t_s >= from_s and (changes.to_s is None or mark.t_s < changes.to_s)]
    if len(kept) == len(samples) and len(inside) == len(marks):
        return recording
    done.append(f"{len(samples) - len(kept)} of {len(samples)} samples cut away")
    return replace(recording, samples=kept, marks=(*still_paused, *inside), meta=meta)


def _worded(recording: Recording, words: Mapping[str, Any], done: list[str]) -> Recording:
    meta = dict(recording.meta)
    if "load" in words and words["load"] != meta.get("load"):
        meta.pop("load_kg", None)  # it was the other load's
    for key, value in words.items():
        if meta.get(key) != value:
            done.append(f"{key}: {meta.get(key, 'not said')} -> {value}")
        meta[key] = value
    edited = replace(recording, meta=meta)
    exercise_of(edited, {})
    return edited


def _text(mark: Mark) -> str:
    return f"{mark.t_s:g} s {mark.kind} {mark.value}".rstrip()
