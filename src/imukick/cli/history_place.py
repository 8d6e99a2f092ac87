"""Which history is meant, and whose: `--db`, `--person`, or the one file in the user's data folder and its one person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from imukick.cli.screen import complain
from imukick.errors import ImukickError
from imukick.live.place import data_folder, own_folder
from imukick.plain_text import one_line
from imukick.sinks.history import FILE, History, open_history
from imukick.sinks.history.opening import WAIT_S
from imukick.sinks.history.words import DEFAULT_PERSON, checked_person


@dataclass(frozen=True, slots=True)
class HistoryOptions:
    """What the user asked of a history: `--db`, `--person`."""

    db: str | None = None
    person: str | None = None


def history_file(db: str | None) -> Path:
    """The file of `--db`, else the user's own. Raises `ImukickError` for an empty name."""
    if db == "":
        raise ImukickError("--db without a name; name a file, such as history.sqlite3")
    return data_folder().parent / FILE if db is None else Path(db)


def asked_person(named: str | None) -> str:
    """Of whom it is. Raises `ImukickError` for a name that cannot be."""
    return DEFAULT_PERSON if named is None else checked_person(named)


def nearest(person: str, people: Sequence[str]) -> str:
    """Words that lead to the right name: "did you mean …?" where one is near, and where all are listed."""
    near = get_close_matches(person.casefold(), [one.casefold() for one in people], n=1, cutoff=0.7)
    meant = next((one for one in people if near and one.casefold() == near[0]), None)
    return (
        "" if meant is None else f"; did you mean {one_line(meant, 40)!r}?"
    ) + "; imukick history people lists everybody"


@contextmanager
def the_history(db: str | None, wait_s: float = WAIT_S) -> Iterator[History]:
    """The history of `--db`, open, and made when it is not there; another program that writes is waited for so long.

    Raises `ImukickError` where it cannot be used.
    """
    if db is None:
        with suppress(OSError):  # why it cannot be made, opening says
            own_folder(data_folder().parent)
            history_file(None).chmod(0o600)
    with open_history(history_file(db), complain, own=db is None, wait_s=wait_s) as history:
        yield history


@contextmanager
def kept_history(db: str | None) -> Iterator[History]:
    """The same, for what only reads: what is not there is not made. Raises `ImukickError` then, too."""
    place = history_file(db)
    if not place.exists():
        missing = "imukick live keeps every session, imukick replay --save FILE adds a recording"
        raise ImukickError(f"{place}: no history is kept yet; {missing}")
    with the_history(db) as history:
        yield history
