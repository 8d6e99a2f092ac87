"""The list of sessions, a note on one of them, and one that goes."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from imukick.cli.history_place import asked_person, kept_history, nearest
from imukick.cli.keyboard import interactive
from imukick.cli.screen import complain, say
from imukick.errors import ImukickError
from imukick.plain_text import one_line
from imukick.sinks.history import Glance
from imukick.sinks.history.editing import delete_session, set_note
from imukick.sinks.history.reading import glances
from imukick.sinks.history.words import checked_note


def list_sessions(db: str | None, person: str | None) -> None:
    """Print them. Raises `ImukickError` where there is no history."""
    with kept_history(db) as history:
        found, damaged = glances(history.connection, None if person is None else asked_person(person))
        hint = "" if person is None else nearest(asked_person(person), history.people())
    for number in damaged:
        complain(f"session {number}: a row of it is damaged; imukick history delete {number} removes it")
    if not found and not damaged:
        say("no session is kept" + ("" if person is None else f" of {one_line(person)}{hint}"))
        return
    if found:
        say("\n".join(lines_of(found)))


def list_people(db: str | None) -> None:
    """Print whose sessions are kept, how many, and when the newest began. Raises `ImukickError` where there is no history."""
    with kept_history(db) as history:
        found = history.glances()
    for person in sorted({one.person for one in found}):
        theirs = [one for one in found if one.person == person]
        say(
            f"{one_line(person)}: {len(theirs)} session{'' if len(theirs) == 1 else 's'}, the newest {when(theirs[-1])}"
        )
    if not found:
        say("no session is kept")


def lines_of(found: Sequence[Glance]) -> list[str]:
    """A head and a line for each; whose it was where there are several people."""
    several = len({one.person for one in found}) > 1
    head = ["session", "begun", *(["person"] if several else []), "side", "posture", "load", "counted", "clean", ""]
    rows = [head] + [_cells(one, several=several) for one in found]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = {0, len(head) - 2, len(head) - 3}
    return [
        "  ".join(
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, wide, strict=True))
        ).rstrip()
        for row in rows
    ]


def _cells(one: Glance, *, several: bool) -> list[str]:
    counts = [str(one.counted), f"{100 * one.clean / one.counted:.0f} %" if one.counted else "-"]
    words = [one_line(word, 24) if word else "-" for word in (one.side, one.posture, one.load)]
    person = [one_line(one.person, 24)] if several else []
    return [str(one.number), when(one), *person, *words, *counts, ", ".join(_remarks(one))]


def when(one: Glance) -> str:
    """When it began; in parentheses when it was kept, where the recording does not say."""
    text = f"{one.at:%Y-%m-%d %H:%M}"
    return text if one.started is not None else f"({text})"


def _remarks(one: Glance) -> list[str]:
    remarks = [] if one.ended else ["not ended"]
    remarks += [f"plan {one_line(one.plan, 40)}"] if one.plan else []
    remarks += ["pain"] if one.pains else []
    remarks += [f"judged {one.judgements} times"] if one.judgements > 1 else []
    return remarks + ([one_line(one.note, 60)] if one.note else [])


def write_note(db: str | None, number: int, text: str) -> None:
    """Replace it. Raises `ImukickError` for a session that is not there and a text that cannot be a note."""
    text = checked_note(text)
    with kept_history(db) as history:
        history.check_there(number)
        set_note(history.connection, number, text)
    say(f"session {number}: {'noted' if text else 'its note is removed'}")


def remove_session(db: str | None, number: int, *, yes: bool) -> None:
    """Ask, unless `yes`, and remove it. Raises `ImukickError` for one that is not there, and where nobody can be asked.

    A session with a damaged row is removed all the same.
    """
    with kept_history(db) as history:
        history.check_there(number)
        try:
            one = history.session(number, events=False)
        except ImukickError:
            one = None
        if not yes:
            if not interactive():
                raise ImukickError(f"session {number} is removed for good; say --yes where nobody can be asked")
            what = ", which is damaged,"
            if one is not None:
                what = f" of {one_line(one.person)} with {history.rep_count(number)} repetitions"
            sys.stdout.flush()
            if not typer.confirm(f"Remove session {number}{what} for good?"):
                say("nothing was removed")
                return
        delete_session(history.connection, number)
    recording = None if one is None else one.recording
    stays = "" if recording is None else f"; its recording stays: {one_line(str(recording), 400)}"
    say(f"session {number} is removed{stays}")
