"""A BIDS dataset on the disk: a new one, or one more person in one of ours, there whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from imukick.errors import RecordingError
from imukick.sinks.bids import write_words
from imukick.sinks.bids_words import BIDS_VERSION, MISSING, README, TASK, TRACKERS, channel_words, event_words
from imukick.sinks.whole_file import whole_file

_OURS: Final = "imukick"
_PEOPLE: Final = "participants.tsv"


def check_dataset(place: Path, subject: str, *, force: bool) -> None:
    """Raise `RecordingError` when `subject` cannot be written to the dataset at `place`.

    A place that is there must be an empty folder or a dataset of ours; `force` replaces a person in it whose files are all ours.
    """
    if not re.fullmatch(r"[A-Za-z0-9]{1,64}", subject):
        raise RecordingError(f"--subject {subject[:40]!r} cannot be; BIDS allows letters and digits", path=place)
    if place.exists() and not place.is_dir():
        raise RecordingError("this is a file; a BIDS dataset is a folder, name another", path=place)
    parent = place if place.is_dir() else place.parent
    if not parent.is_dir():
        raise RecordingError(f"there is no folder {parent}; make it first", path=place)
    if not os.access(parent, os.W_OK):
        raise RecordingError(f"the folder {parent} cannot be written to; name another", path=place)
    if not place.is_dir() or not any(place.iterdir()):
        return
    if not _is_ours(place):
        raise RecordingError(
            "this folder holds something else than a BIDS dataset of imukick; name a new one", path=place
        )
    own = place / f"sub-{subject}"
    if own.exists() and not force:
        raise RecordingError("exists already; use --force to replace it, or another --subject", path=own)
    foreign = [path for path in own.rglob("*") if path.is_file() and not _written_by_us(path.name, subject)]
    if foreign:
        raise RecordingError("not a file of imukick; move it away, or use another --subject", path=foreign[0])


@contextmanager
def whole_person(place: Path, subject: str, *, force: bool) -> Iterator[Path]:
    """A folder to write the person's files to, its `motion` there; it becomes `place/sub-…` when the block ends well.

    Raises `RecordingError` as `check_dataset` does, and when the disk refuses.
    """
    check_dataset(place, subject, force=force)
    fresh = not place.exists()
    part = (place.parent if fresh else place) / f".{place.name[:100]}.{os.getpid()}.part"
    own = part / f"sub-{subject}"
    try:
        (own / "motion").mkdir(parents=True)
        yield own
        if fresh or not any(path != part for path in place.iterdir()):
            _write_top(part, place.name, own.name)
            if not fresh:
                for path in part.iterdir():
                    path.replace(place / path.name)
            else:
                part.replace(place)
        else:
            _swap(own, place / own.name, part / "before")
            _add_person(place / _PEOPLE, own.name)
    except OSError as error:
        why = error.strerror or error
        raise RecordingError(f"cannot be written: {why}; make room or name another place", path=place) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _swap(new: Path, place: Path, aside: Path) -> None:
    if place.exists():
        place.replace(aside)
    new.replace(place)


def _written_by_us(name: str, subject: str) -> bool:
    """Whether a file name is one that we write for this person.

    >>> _written_by_us("sub-01_scans.tsv", "01"), _written_by_us("sub-01_task-rest_eeg.json", "01")
    (True, False)
    """
    return name == f"sub-{subject}_scans.tsv" or name.startswith(f"sub-{subject}_task-{TASK}_")


def _is_ours(place: Path) -> bool:
    try:
        words = json.loads((place / "dataset_description.json").read_text(encoding="utf-8"))
        makers = [maker["Name"] for maker in words["GeneratedBy"]]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return makers == [_OURS]


def _add_person(table: Path, person: str) -> None:
    """One more row, what else the table says about people left as it is."""
    header, *rows = table.read_text(encoding="utf-8").splitlines() if table.exists() else ["participant_id"]
    if all(row.split("\t")[0] != person for row in rows):
        rows.append("\t".join([person, *[MISSING] * header.count("\t")]))
        with whole_file(table, force=True) as part:
            part.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", newline="\n")


def _write_top(folder: Path, name: str, person: str) -> None:
    write_words(
        folder / "dataset_description.json",
        {
            "Name": name,
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "GeneratedBy": [{"Name": _OURS, "Description": "counts and judges donkey kicks; see README.md"}],
        },
    )
    (folder / "README.md").write_text(README, encoding="utf-8", newline="\n")
    _add_person(folder / _PEOPLE, person)
    write_words(folder / f"task-{TASK}_events.json", event_words())
    for tracker in TRACKERS:
        write_words(folder / f"task-{TASK}_tracksys-{tracker}_channels.json", channel_words())
