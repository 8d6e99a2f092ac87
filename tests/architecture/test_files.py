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


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_file_says_what_it_is_and_stays_small(module: Module) -> None:
    said = ast.get_docstring(module.tree)
    assert said
    assert module.text.startswith('"""'), "the first line is the docstring"
    assert module.text.count("\n") <= MAX_LINES
    assert ATTIC.isdisjoint(module.name.split("."))


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
