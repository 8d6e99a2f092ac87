"""The README shows what the program prints, and everything it shows goes into the source archive."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.cli.command import Run


def test_the_table_is_what_its_command_prints(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    readme = Path("README.md").read_text(encoding="utf-8")
    shown = re.findall(
        r"^Printed by `imukick (replay .+)` on a terminal (\d+) columns wide:\n\n```\n(.+?)\n```$",
        readme,
        flags=re.MULTILINE | re.DOTALL,
    )
    assert len(shown) == 1
    command, columns, table = shown[0]
    monkeypatch.setenv("COLUMNS", columns)
    done = run(*command.split())
    assert (done.code, done.err) == (0, "")
    assert table.splitlines() == [line.rstrip() for line in done.out.splitlines()]


def test_the_source_archive_holds_what_is_tracked(root: Path) -> None:
    if not (root / ".git").exists():
        pytest.skip("not a git checkout: what is tracked cannot be told")
    build = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    left_out = [*build.get("exclude", []), *build["targets"].get("sdist", {}).get("exclude", [])]
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert "docs/img/session.png" in tracked.splitlines()
    assert [name for name in tracked.splitlines() for left in left_out if f"/{name}".startswith(left)] == []
