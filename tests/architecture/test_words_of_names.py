"""Names are the field's: no class, field, function or parameter bears a private word, and each class has a name of its own."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.architecture.source_tree import Module, modules

PRIVATE = {
    *("told", "wishes", "asked", "strapping", "strappings", "mounting", "excursion"),
    *("board", "telling", "doors", "listening", "room", "air", "seat", "lane", "lanes", "make", "body"),
    *("account", "paper", "keeper", "course", "beats", "speech", "background", "circumstances"),
}
"""The left column of the glossary: a word of a name, whole or between underscores and capitals."""

PRIVATE_CLASSES = {"Order", "Limits", "Before"}
"""The rest of it, which are good names for other things than classes."""

OPEN = (
    "motion",
    "reps",
    "coaching",
    "page",
    "cli",
    "sinks.report",
    "sources.recordings",
    "analysis",
    "statistics",
    "cohort",
)
"""Rooms that still have such names."""

KEPT = {
    ("events", "LiftTold"): "public, and in stored histories",
    ("events", "strappings"): "the placements of a `Prior`, public",
    ("signals", "told_s"): "a field of it",
    ("sources.simulator", "told"): "a field of `Spec`, which the truth of a simulated session holds as JSON",
    ("sources.simulator", "mounting_deg"): "likewise",
    ("sources.simulator", "Body"): "the moving body of a simulated person",
    ("sources.simulator", "body"): "likewise",
}
"""Names that stay, each in one room, and why."""


def words_of(name: str) -> set[str]:
    """The words of a name, in lower case.

    >>> sorted(words_of("_lastTold_s")), sorted(words_of("LiftTold"))
    (['last', 's', 'told'], ['lift', 'told'])
    """
    spaced = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return set(filter(None, spaced.split("_")))


def named(module: Module) -> list[tuple[int, str]]:
    """Line and name of every class, function, parameter and field, attributes of `self` included."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(module.tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.append((node.lineno, name))
            case ast.arg(arg=name):
                found.append((node.lineno, name))
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Attribute(attr=name, ctx=ast.Store()):
                found.append((node.lineno, name))
    return found


def private_names(module: Module) -> list[str]:
    """Names with a word of the glossary's left column."""
    kept = {name for room, name in KEPT if module.within(room)}
    return [
        f"{module.name}:{line} {name}"
        for line, name in named(module)
        if name not in kept and (words_of(name) & PRIVATE or name in PRIVATE_CLASSES)
    ]


def test_no_name_bears_a_private_word() -> None:
    assert [wrong for module in modules() if not module.within(*OPEN) for wrong in private_names(module)] == []


@pytest.mark.parametrize("room", OPEN)
def test_an_open_room_has_such_names_still(room: str) -> None:
    """Else it is finished: take it out of `OPEN`."""
    assert [wrong for module in modules() if module.within(room) for wrong in private_names(module)] != []


@pytest.mark.parametrize(
    "text",
    [
        "class LastTold: ...",
        "class Order: ...",
        "def told_of(x): ...",
        "def f(*, wishes): ...",
        "class Rows:\n    body: bytes\n    seat: int",
        "class Rows:\n    def __init__(self):\n        self._lane = 1",
    ],
)
def test_the_rule_notices_a_private_word(text: str) -> None:
    assert private_names(Module("imukick.planted", Path("planted.py"), text)) != []


def twins() -> list[str]:
    """Classes that have their name from two files, both of finished rooms."""
    homes: dict[str, list[str]] = defaultdict(list)
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and not module.within(*OPEN):
                homes[node.name].append(module.name)
    return [f"{name}: {' and '.join(where)}" for name, where in sorted(homes.items()) if len(where) > 1]


def test_each_class_has_a_name_of_its_own() -> None:
    assert twins() == []
