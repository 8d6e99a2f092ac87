"""Units in names: every public number that measures something says in what, any other is explained where it stands."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source_tree import Module, modules

UNITS = (
    "s",
    "s2",
    "ms",
    "us",
    "hz",
    "deg",
    "degps",
    "rad",
    "radps",
    "radps2",
    "m",
    "mps",
    "mps2",
    "g",
    "kg",
    "ppm",
    "pct",
)
"""What a name may end in, after an underscore (a name may also be the unit alone)."""

PURE = ("share", "ratio", "gain", "scale")
"""Words in a name that say: a number without a unit."""

DIRECTIONS = ("axis", "up")
"""Endings that say: a unit vector."""

MEASURED = {
    *("acceleration", "angle", "delay", "distance", "duration", "force", "frequency", "gravity", "height", "length"),
    *("lever", "mass", "moment", "period", "range", "rate", "rom", "seconds", "speed", "time", "times"),
    *("velocity", "weight", "width"),
}
"""Words for what is measured: a name may not end in one of them, it goes on with the unit (or with `share`, `ratio`)."""

PLAIN = {
    "momentum_lift": "share of the lift; an export column",
    "momentum_drop": "share of the lowering; an export column",
    "momentum_lift_sd": "its standard error; an export column",
    "momentum_drop_sd": "its standard error; an export column",
    "off_plane": "share of the squared rate; an export column and its limit",
    "sparc_lift": "arc length of a normalised spectrum; an export column",
    "sparc_lower": "arc length of a normalised spectrum; an export column",
    "value": "of a Verdict, whose unit stands beside it",
    "limit": "of a Verdict, whose unit stands beside it",
    "speed": "times real time, of a virtual sensor; an option of the command line",
}
"""Names that people outside the code know, and why they have no unit."""

NUMBERS = {"float", "FloatArray"}


def is_number(annotation: ast.expr | None) -> bool:
    """Whether an annotation means real numbers: float, FloatArray, tuples and lists of them, or any of these or None."""
    match annotation:
        case ast.Name(id=name):
            return name in NUMBERS
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return is_number(left) or is_number(right)
        case ast.Subscript(value=ast.Name(id="tuple" | "list" | "Sequence"), slice=ast.Tuple(elts=elements)):
            return is_number(elements[0])
        case ast.Subscript(value=ast.Name(id="tuple" | "list" | "Sequence"), slice=element):
            return is_number(element)
        case _:
            return False


def says_its_unit(name: str, said: str) -> bool:
    """Whether the name ends in a unit, or is a plain number that the docstring names in backquotes.

    >>> [says_its_unit(name, "`dips` are counted") for name in ("lift_s", "t_s", "lever", "still_share", "dips", "fish")]
    [True, True, False, True, True, False]
    """
    parts = name.split("_")
    if parts[-1] in UNITS + DIRECTIONS or not set(PURE).isdisjoint(parts) or name in PLAIN:
        return True
    return parts[-1] not in MEASURED and f"`{name}`" in said


def nameless_units(module: Module) -> list[str]:
    """Fields of public classes, and parameters of public functions and methods, that hold numbers of an unsaid unit."""
    found: list[tuple[int, str, str]] = []

    def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef, said: str) -> None:
        if function.name.startswith("_") and function.name != "__init__":
            return
        said += ast.get_docstring(function) or ""
        every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        found.extend((arg.lineno, arg.arg, said) for arg in every if is_number(arg.annotation))

    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parameters(node, "")
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            said = ast.get_docstring(node) or ""
            for item in node.body:
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                    parameters(item, said)
                elif (
                    isinstance(item, ast.AnnAssign)
                    and isinstance(item.target, ast.Name)
                    and not item.target.id.startswith("_")
                    and is_number(item.annotation)
                ):
                    found.append((item.lineno, item.target.id, said))
    return [
        f"{module.name}:{line} {name} does not say its unit, nor does a docstring say what `{name}` is"
        for line, name, said in found
        if not says_its_unit(name, said)
    ]


def test_numbers_say_their_unit() -> None:
    assert [wrong for module in modules() for wrong in nameless_units(module)] == []


@pytest.mark.parametrize(
    "text",
    [
        "class Rep:\n    'Its `range`.'\n    range: float | None",
        "class Motion:\n    angle: FloatArray",
        "class Cues:\n    times: tuple[float, ...]",
        "def lowpass(cutoff: float) -> None: ...",
        "class Grid:\n    def push(self, *, gap: float = 0.15) -> None: ...",
    ],
)
def test_the_rule_notices_a_number_of_unsaid_unit(text: str) -> None:
    assert len(nameless_units(Module("imukick.planted", Path("planted.py"), text))) == 1
