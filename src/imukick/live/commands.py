"""The commands of a live session, from keys on a terminal or from lines of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from imukick.coaching.language import CODES
from imukick.marks import MARK_WORDS, Mark, MarkKind

CommandKind = Literal[
    "set",
    "other_side",
    "side",
    "load",
    "pause",
    "pain",
    "not_one",
    "missed",
    "note",
    "begin",
    "quit",
    "language",
    "conditions",
]


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `value` where it needs one (a side, a load, a note, a language, an answer)."""

    kind: CommandKind
    value: str = ""


KEYS: Final[dict[str, tuple[CommandKind, str]]] = {
    "n": ("set", "new set"),
    "s": ("other_side", "other side"),
    "l": ("load", "load"),
    "p": ("pause", "break, go on"),
    "a": ("pain", "pain"),
    "x": ("not_one", "not one"),
    "m": ("missed", "missed one"),
    "b": ("begin", "begin"),
    "q": ("quit", "quit"),
}
"""The one table of keys: what each does, and its name for people; the name as a line of text does the same."""

_LINES: Final[dict[str, CommandKind]] = {
    **{key: kind for key, (kind, _) in KEYS.items()},
    **{name: kind for kind, name in KEYS.values()},
    **{kind: kind for kind, _ in KEYS.values()},
    "set": "set",
    "side": "other_side",
}


def key_command(key: str) -> Command | None:
    """The command of a key on a terminal; None for a key without one. Space pauses too.

    >>> key_command("n"), key_command(" "), key_command("7")
    (Command(kind='set', value=''), Command(kind='pause', value=''), None)
    """
    found = KEYS.get("p" if key == " " else key.lower())
    return None if found is None else Command(found[0])


def line_command(line: str) -> Command | None:
    """The command of a line: a key, its name, or `side left`, `load band`, `note TEXT`; None when it is not understood.

    `language de`: what the coach speaks from now on. `conditions yes`: the answer to the question before a plan's start.

    `break` begins a break and `resume` ends one, whatever is so; `pause` is the other of the two.

    >>> line_command("not one"), line_command("side left"), line_command("load ankle-weight 2"), line_command("jump")
    (Command(kind='not_one', value=''), Command(kind='side', value='left'), Command(kind='load', value='ankle-weight 2'), None)
    """
    text = " ".join(line.split())
    if text.lower() in ("break", "resume"):
        return Command("pause", text.lower())
    kind = _LINES.get(text.lower())
    if kind is not None:
        return Command(kind)
    word, _, value = text.partition(" ")
    word = word.lower()
    if word == "note" and value:
        return Command("note", value)
    if word == "language" and value.lower() in CODES:
        return Command("language", value.lower())
    if word == "conditions" and value.lower() in ("yes", "no"):
        return Command("conditions", value.lower())
    if word not in ("side", "load"):
        return None
    named: MarkKind = "side" if word == "side" else "load"
    try:
        Mark(0.0, named, value.lower())
    except ValueError:
        return None
    return Command("side" if word == "side" else "load", value.lower())


def next_load(load: str) -> str:
    """The load after this one, round and round.

    >>> next_load("none"), next_load("machine")
    ('ankle-weight', 'none')
    """
    loads = MARK_WORDS["load"]
    return loads[(loads.index(load) + 1) % len(loads)]


def keys_line(*, waiting: bool) -> str:
    """All keys in one line; `b` only while a session is `waiting` for it."""
    return " · ".join(f"{key} {name}" for key, (kind, name) in KEYS.items() if waiting or kind != "begin")
