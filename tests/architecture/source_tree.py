"""The project's own source as the architecture tests read it: every module's name, path, text and syntax tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"


@dataclass(frozen=True, slots=True)
class Module:
    """One source file; `name` as Python imports it."""

    name: str
    path: Path
    text: str

    @property
    def tree(self) -> ast.Module:
        """The syntax tree; nobody changes it."""
        return _parsed(self.text)

    def within(self, *rooms: str) -> bool:
        """Whether the module is one of these, or inside one of them (names below `imukick.`)."""
        return any(inside(self.name, f"imukick.{room}") for room in rooms)


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def inside(name: str, package: str) -> bool:
    """Whether module `name` is `package` or below it.

    >>> inside("imukick.reps.counter", "imukick.reps"), inside("imukick.repsy", "imukick.reps")
    (True, False)
    """
    return name == package or name.startswith(f"{package}.")


@cache
def modules() -> tuple[Module, ...]:
    """Every file of src/imukick."""
    found = []
    for path in sorted(SRC.rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, path, path.read_text(encoding="utf-8")))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Import:
    """One name that is imported: `target` dotted in full, `lazy` when it stands inside a function."""

    target: str
    line: int
    lazy: bool


@cache
def imports(module: Module) -> tuple[Import, ...]:
    """All imports of a module, those inside functions and those under TYPE_CHECKING included."""
    found: list[Import] = []

    def visit(node: ast.AST, lazy: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, node.lineno, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.extend(Import(f"{node.module}.{alias.name}", node.lineno, lazy) for alias in node.names)
        inner = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            visit(child, inner)

    visit(module.tree, False)
    return tuple(found)
