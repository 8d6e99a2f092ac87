"""What every file keeps to: it says what it is, stays small, is named for what it holds, and knows no machine."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import imukick
from tests.architecture.source_tree import ROOT, Module, modules

MAX_LINES = 400
ATTIC = {"util", "utils", "helper", "helpers", "common", "base", "misc", "types"}

# Put together from halves, so that this file does not hold what it looks for.
HOSTS = "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "deb" + r"\.debian\.org"))
PLACES = "|".join(("/" + r"work/", "/" + r"root/", "/" + r"home/\w", "/" + r"Users/\w", "[A-Z]:" + r"\\Users"))
FOREIGN = re.compile(f"{HOSTS}|(?<![\\w.~])(?:{PLACES})")


def tracked_texts() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files are the project's cannot be told")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def wrong_with_the_file(module: Module) -> list[str]:
    lines, attic = module.text.count("\n"), ATTIC & {*module.name.split(".")}
    wrong = [] if ast.get_docstring(module.tree) else ["says nowhere what it is"]
    wrong += [] if module.text.startswith('"""') else ["its first line is not the docstring"]
    wrong += [] if lines <= MAX_LINES else [f"{lines} lines, where {MAX_LINES} are the most"]
    return [f"{module.name}: {why}" for why in (*wrong, *(f"a file named {name}" for name in attic))]


def test_every_file_says_what_it_is_and_stays_small() -> None:
    assert [wrong for module in modules() for wrong in wrong_with_the_file(module)] == []


@pytest.mark.parametrize("text", ["x = 1\n", "# first\n'a module'\n", '"""A module."""\n' + "\n" * 500])
def test_the_rule_notices_a_file(text: str) -> None:
    assert wrong_with_the_file(Module("imukick.reps.x", Path("x.py"), text)) != []
    assert wrong_with_the_file(Module("imukick.utils", Path("x.py"), '"""A module."""\n')) != []


def test_no_line_names_a_machine_or_a_registry() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:120]}"
        for path in tracked_texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "line", ["see /" + "work/main/x", "pip from https://py" + "pi.org/simple", '"/' + 'home/ann/a"']
)
def test_the_rule_notices_machines_and_registries(line: str) -> None:
    assert FOREIGN.search(line)


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert imukick.__version__ == project["version"]
