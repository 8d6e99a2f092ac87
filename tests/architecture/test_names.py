"""Units in names: every public number that measures something says in what."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source_tree import Module, modules

UNITS = ("s", "ms", "us", "hz", "deg", "degps", "rad", "radps", "radps2", "m", "mps", "mps2", "g", "kg", "pct")
"""What a name may end in, after an underscore (a name may also be the unit alone)."""

PURE = ("share", "ratio", "gain", "scale")
"""Endings that say: a number without a unit."""

DIRECTIONS = ("axis", "up")
"""Endings that say: a unit vector."""

WITHOUT_UNIT: dict[str, str] = {
    "momentum_lift": "share of the lift, 0..1; an export column",
    "momentum_drop": "share of the lowering, 0..1; an export column",
    "off_plane": "share of the squared rate, 0..1; an export column",
    "smoothness_sparc": "arc length of a normalised spectrum; an export column",
    "value": "Verdict carries its unit beside it",
    "limit": "Verdict carries its unit beside it",
    "six": "acceleration and rate side by side, each in its SI unit",
}
"""The only names without a unit, and why they have none."""

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


def says_its_unit(name: str) -> bool:
    """
    >>> [says_its_unit(name) for name in ("lift_s", "t_s", "rom", "still_share", "masses")]
    [True, True, False, True, False]
    """
    return name in WITHOUT_UNIT or name.rsplit("_", 1)[-1] in UNITS + PURE + DIRECTIONS


def nameless_units(module: Module) -> list[str]:
    """Fields of public classes, and parameters of public functions and methods, that hold numbers of an unsaid unit."""
    found: list[tuple[int, str]] = []

    def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if function.name.startswith("_") and function.name != "__init__":
            return
        every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        found.extend((arg.lineno, arg.arg) for arg in every if is_number(arg.annotation))

    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parameters(node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for item in node.body:
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                    parameters(item)
                elif (
                    isinstance(item, ast.AnnAssign)
                    and isinstance(item.target, ast.Name)
                    and not item.target.id.startswith("_")
                    and is_number(item.annotation)
                ):
                    found.append((item.lineno, item.target.id))
    return [f"{module.name}:{line} {name} does not say its unit" for line, name in found if not says_its_unit(name)]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_numbers_say_their_unit(module: Module) -> None:
    assert nameless_units(module) == []


@pytest.mark.parametrize(
    "text",
    [
        "class Rep:\n    range: float | None",
        "class Motion:\n    angle: FloatArray",
        "class Cues:\n    times: tuple[float, ...]",
        "def lowpass(cutoff: float) -> None: ...",
        "class Grid:\n    def push(self, *, gap: float = 0.15) -> None: ...",
    ],
)
def test_the_rule_notices_a_number_of_unsaid_unit(text: str) -> None:
    assert len(nameless_units(Module("imukick.planted", Path("planted.py"), text))) == 1
