"""What a worker does: recordings -> rows, or a row that says why one could not be used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from imukick.analysis import EXPORT_VERSION, METRICS_VERSION, exercise_of, look, package_version
from imukick.cohort.inputs import Item
from imukick.cohort.store import filesystem, is_url, reading
from imukick.errors import ImukickError, RecordingError
from imukick.sinks import cohort_tables
from imukick.sinks.cohort_tables import Facts, Owner, Problem
from imukick.sources.recordings import read_recording
from imukick.sources.recordings.finding import recording_at


@dataclass(frozen=True, slots=True)
class Chunk:
    """Recordings of one partition that one task takes; `known`: name -> key of those whose rows are there already."""

    bucket: str
    items: tuple[Item, ...]
    known: Mapping[str, str]
    one_pass: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a chunk: its `tables` (pyarrow.Table each), names whose rows are `kept`, seconds of recording computed."""

    tables: Mapping[str, Any] = field(repr=False)
    kept: tuple[str, ...]
    problems: int
    recorded_s: float


def version() -> str:
    """Of what a worker would compute with; a driver compares it with its own."""
    return f"{package_version()} (metrics {METRICS_VERSION}, export {EXPORT_VERSION})"


def analyse_chunk(chunk: Chunk) -> Done:
    """Analyse the recordings of a chunk, one after the other."""
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in cohort_tables.NAMES}
    kept: list[str] = []
    for item in chunk.items:
        own = _rows(item, chunk.known.get(item.name), one_pass=chunk.one_pass)
        if own is None:
            kept.append(item.name)
            continue
        for table, more in own.items():
            rows[table] += more
    return Done(
        {table: cohort_tables.arrow(table, more) for table, more in rows.items()},
        tuple(kept),
        len(rows["problems"]),
        sum(row["duration_s"] for row in rows["sessions"]),
    )


def lost(item: Item, why: str) -> Done:
    """A recording whose task failed or whose worker died."""
    row = _problem(item, "lost", why, "")
    tables = {table: cohort_tables.arrow(table, row.get(table, [])) for table in cohort_tables.NAMES}
    return Done(tables, (), 1, 0.0)


def _rows(item: Item, known: str | None, *, one_pass: bool) -> dict[str, list[dict[str, Any]]] | None:
    """A recording's rows by table; None where those that are there rest on the same."""
    key, where = "", item.path
    try:
        with _on_disk(item) as path:
            where = str(path)
            key = _key(item, path, one_pass=one_pass)
            if key == known:
                return None
            recording = read_recording(path)
            meta = {**recording.meta, **item.words}
            recording = replace(recording, meta=meta)
            if meta.get("place") == "pelvis":
                raise RecordingError(
                    "worn at the pelvis; imukick replay --together joins it with its ankles", path=path
                )
            try:
                exercise = exercise_of(recording, item.told)
            except ValueError as error:
                raise ImukickError(f"{path}: {error}") from None
            analysis = look(recording, exercise, one_pass=one_pass, motion=False)
    except ImukickError as error:
        return _problem(item, type(error).__name__, str(error).replace(where, item.name), key)
    facts, t_s = analysis.meta, recording.samples.t_s
    owner = Owner(item.name, facts["person"])
    return cohort_tables.rows_of(
        owner,
        Facts(
            session=item.words.get("session"),
            place=_text(meta.get("place")),
            started=_text(facts["started"]),
            sensor=_text(facts["sensor"]),
            clock=facts["clock"],
            looked=facts["pass"],
            duration_s=float(t_s[-1] - t_s[0]),
            rate_hz=facts["rate_hz"],
            samples=facts["losses"]["samples"],
            missing_share=facts["losses"]["missing_share"],
            gaps=facts["losses"]["gaps"],
            gaps_s=facts["losses"]["gaps_s"],
            height_m=facts["height_m"],
            warnings=tuple(facts["warnings"]),
            key=key,
        ),
        analysis.reps,
        facts,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _problem(item: Item, kind: str, text: str, key: str) -> dict[str, list[dict[str, Any]]]:
    owner = Owner(item.name, item.words.get("person"))
    return {"problems": [asdict(owner) | asdict(Problem(kind, " ".join(text.split()), key))]}


@contextmanager
def _on_disk(item: Item) -> Iterator[Path]:
    """The recording as a file, for as long as the block runs; from a URL a copy under its own name."""
    if not is_url(item.path):
        yield Path(item.path)
        return
    fs, path = filesystem(item.path)
    with TemporaryDirectory(prefix="imukick-") as folder:
        copy = Path(folder) / path.rsplit("/", 1)[-1]
        with reading(item.path):
            copy.write_bytes(fs.cat_file(path))
        yield copy


def _key(item: Item, path: Path, *, one_pass: bool) -> str:
    """Hash of everything that the rows rest on: bytes, what is said of the recording, the options, the version."""
    whole = sha256(json.dumps([version(), one_pass, sorted(item.words.items()), sorted(item.told.items())]).encode())
    for file in sorted({file.on_disk for file in recording_at(path).files}):
        with reading(str(file)):
            whole.update(sha256(file.read_bytes()).digest())
    return whole.hexdigest()
