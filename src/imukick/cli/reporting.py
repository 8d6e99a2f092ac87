"""Reports for `imukick report`: what is named -> recordings, each analysed, written as a page and printed where asked."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from imukick.analysis import Analysis, analyse, exercise_of
from imukick.cli.coached_replay import coached_replay
from imukick.cli.history_place import kept_history
from imukick.cli.history_save import members_of
from imukick.cli.inputs import Inputs, as_one, find_inputs, in_groups, real
from imukick.cli.outputs import OutputOptions
from imukick.cli.playing import ReplayOptions, check_together, played_together, read_as_wished
from imukick.cli.screen import Screen, complain, say, warn
from imukick.errors import ImukickError, RecordingError
from imukick.plans import Plan, Tempo
from imukick.sinks.history import KeptSession
from imukick.sinks.history.recordings import recording_facts
from imukick.sinks.history.words import DEFAULT_PERSON
from imukick.sinks.report.data import ReportData
from imukick.sinks.report.page import report_html
from imukick.sinks.report.pdf import find_browser, print_pdf
from imukick.sinks.report.sentence import session_sentence
from imukick.sinks.whole_file import check_place, whole_file
from imukick.sources.recordings import Recording


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: page or folder `out`, a `pdf` beside each, whose it is, the history `db`, overwriting or not."""

    out: str
    pdf: bool
    person: str
    db: str | None
    force: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A recording to report on, and the session of the history that it belongs to. `members`: of a session of several sensors its recordings."""

    path: Path
    stem: str
    kept: KeptSession | None = None
    members: tuple[Path, ...] = ()


def report_all(named: Sequence[str], wishes: ReplayOptions, order: Order) -> int:
    """The exit code: 0, or 2 when a report could not be made; one line says why."""
    browser = find_browser() if order.pdf else None
    sources, several = one_session(named) if wishes.together else find_sources(named, order.db)
    places, new_folder = find_places(sources, order, several=several)
    failed = False
    for source, place in zip(sources, places, strict=True):
        try:
            data = told_of(source, wishes, order.person)
            if new_folder is not None:
                _make(new_folder)
            with whole_file(place, force=order.force) as part:
                part.write_text(report_html(data), encoding="utf-8", newline="\n")
            say(f"{place}: {session_sentence(data)}")
            if browser is not None:
                paper = place.with_suffix(".pdf")
                with whole_file(paper, force=order.force) as part:
                    print_pdf(browser, place, part)
                say(f"{paper}: printed")
        except ImukickError as error:
            complain(str(error))
            failed = True
    return 2 if failed else 0


def find_sources(named: Sequence[str], db: str | None) -> tuple[list[Source], bool]:
    """What is named, and whether that may be several: a number that is no file is a session of the history.

    Raises `ImukickError` for what is not there.
    """
    sources: list[Source] = []
    several = len(named) > 1
    for name in named:
        if name.isascii() and name.isdigit() and not Path(name).exists():
            sources.append(_session(int(name), db))
            continue
        inputs = in_groups(find_inputs([name]), [name])
        several = several or len(inputs.paths) > 1 or (inputs.several and not inputs.sessions)
        sources += [_source(path, inputs) for path in inputs.paths]
    return list({(real(source.path), source.stem): source for source in sources}.values()), several


def one_session(named: Sequence[str]) -> tuple[list[Source], bool]:
    """All that is named as one session of several sensors. Raises `ImukickError` for fewer than two recordings."""
    inputs = as_one(find_inputs(list(named)))
    return [_source(path, inputs) for path in inputs.paths], False


def _source(path: Path, inputs: Inputs) -> Source:
    members = inputs.sessions.get(path, ())
    return Source(path, path.name if members else path.stem, members=members)


def _session(number: int, db: str | None) -> Source:
    with kept_history(db) as history:
        kept = history.session(number)
    if kept.recording is None:
        raise ImukickError(
            f"session {number} was kept without its raw recording; imukick history show {number} has its numbers"
        )
    if not kept.recording.exists():
        raise RecordingError(
            f"the raw recording of session {number} is not there any more; imukick history show {number} has its numbers",
            path=kept.recording,
        )
    if kept.recording_sha256 not in (None, recording_facts(kept.recording).sha256):
        raise RecordingError(
            f"has changed since session {number} was kept, whose legs, person and note may not be its own; "
            f"name the file itself to report on it, imukick history show {number} has the numbers that were kept",
            path=kept.recording,
        )
    return Source(kept.recording, f"session-{number}", kept, members_of(kept))


def find_places(sources: Sequence[Source], order: Order, *, several: bool) -> tuple[list[Path], Path | None]:
    """Where each report goes, checked before anything is computed; and the folder that has to be made for them.

    Raises `RecordingError` for a place that cannot be written to.
    """
    if not order.out:
        raise ImukickError("--out without a name; give a file, or . for this folder")
    place = Path(order.out)
    new_folder = None
    if place.is_dir() or order.out.endswith(("/", os.sep)) or (several and not place.suffix):
        places = [place / f"{source.stem}.report.html" for source in sources]
        new_folder = None if place.is_dir() else _checked_folder(place)
    elif several:
        raise RecordingError("of several recordings name a folder, with / behind it", path=place)
    elif place.suffix.lower() not in (".html", ".htm"):
        raise RecordingError("a report is a page; name it .html, or a folder with / behind it", path=place)
    else:
        places = [place]
    recordings = {real(path) for source in sources for path in (source.path, *source.members)}
    for one in [*places, *(place.with_suffix(".pdf") for place in places if order.pdf)]:
        if real(one) in recordings:
            raise RecordingError("this is a recording; name another file to write to", path=one)
        if places.count(one) > 1:
            raise RecordingError("two reports would be written to this file; rename a recording", path=one)
        if new_folder is None:
            check_place(one, force=order.force)
    return places, new_folder


def _checked_folder(folder: Path) -> Path:
    if folder.exists():
        raise RecordingError("this is a file; name a folder", path=folder)
    if not folder.parent.is_dir():
        raise RecordingError(f"there is no folder {folder.parent}; make it first", path=folder)
    return folder


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise RecordingError(f"cannot be made: {error.strerror or error}", path=folder) from error


def told_of(source: Source, wishes: ReplayOptions, person: str = "") -> ReportData:
    """Read and analyse it as wished; what a kept session was judged by holds where nothing is wished.

    Raises `ImukickError` for a recording that cannot be used.
    """
    kept = source.kept
    plan = wishes.plan
    if kept is not None:
        wishes = _as_kept(wishes, kept)
        plan = plan or kept_plan(kept.plan_text)
    if source.members:
        return _together(source, wishes, person)
    recording = read_as_wished(source.path, wishes)
    try:
        analysis, lines = _analysed(recording, wishes, plan)
    except ValueError as error:
        raise ImukickError(str(error)) from None
    warn(recording.path, analysis.meta["warnings"])
    samples = recording.samples
    return replace(
        _data(source, analysis, float(samples.t_s[-1] - samples.t_s[0]) if len(samples) else 0.0, person),
        marks=recording.marks,
        plan=plan.name if plan is not None else str(recording.meta.get("plan") or ""),
        plan_lines=lines,
        tempo=None if plan is None else plan.tempo,
    )


def _together(source: Source, wishes: ReplayOptions, person: str) -> ReportData:
    """The report of a session of several sensors has no curves: the session has one angle for each leg."""
    if source.kept is not None:  # each ankle has its own side
        wishes = replace(wishes, told={key: value for key, value in wishes.told.items() if key != "side"})
    check_together(wishes, OutputOptions(None, None, None, excel=False, force=False))
    analysis = played_together(source.members, wishes)
    warn(source.path, analysis.meta["warnings"])
    return _data(source, analysis, max(one["to_s"] for one in analysis.meta["sensors"].values()), person)


def _data(source: Source, analysis: Analysis, duration_s: float, person: str) -> ReportData:
    """What every report says; a kept session brings its person and its note."""
    kept = source.kept
    return ReportData(
        name=source.path.name,
        moved=analysis.moved,
        reps=analysis.reps,
        events=analysis.events,
        meta=analysis.meta,
        duration_s=duration_s,
        person=person or _person(kept),
        remarks=() if kept is None or not kept.note else (kept.note,),
    )


def _person(kept: KeptSession | None) -> str:
    """Who it was, where somebody has been named."""
    return "" if kept is None or kept.person == DEFAULT_PERSON else kept.person


def _analysed(recording: Recording, wishes: ReplayOptions, plan: Plan | None) -> tuple[Analysis, list[str]]:
    if plan is not None:
        exercise = exercise_of(recording, wishes.told, wishes.target_rom_deg, plan)
        return coached_replay(recording, exercise, plan, Screen(quiet=True), realtime=False, motion=True)
    asked: dict[str, Any] = {**wishes.told, "target_rom_deg": wishes.target_rom_deg, "one_pass": wishes.one_pass}
    return analyse(recording, **asked), []


def _as_kept(wishes: ReplayOptions, kept: KeptSession) -> ReplayOptions:
    """The wishes, and below them the exercise that the session's newest judgement names."""
    meta = kept.newest.meta
    known = {key: meta.get(key) for key in ("posture", "load", "load_kg", "side", "height_m")}
    if "load" in wishes.told:
        known["load_kg"] = None
    target_deg = wishes.target_rom_deg if wishes.target_rom_deg is not None else meta.get("target_rom_deg")
    one_pass = wishes.one_pass or (meta.get("pass") == "one" and not wishes.second_look)
    return replace(wishes, told={**known, **wishes.told}, target_rom_deg=target_deg, one_pass=one_pass)


def kept_plan(text: str | None) -> Plan | None:
    """The plan that a history keeps as JSON; None without a plan, or with one that this version cannot use."""
    if text is None:
        return None
    try:
        words = json.loads(text)
        tempo = words.get("tempo")
        return Plan(**{**words, "sides": tuple(words["sides"]), "tempo": None if tempo is None else Tempo(**tempo)})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
