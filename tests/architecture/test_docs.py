"""The documents know every column, verdict, quality word, reason, command and option; and their links lead somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from imukick.coaching.wording import NOTES, QUALITY, VERDICTS
from imukick.events import Rep
from imukick.plans import MARK_KINDS
from imukick.sinks.csv_file import MOTION_COLUMNS
from imukick.sinks.dictionary import DICTIONARY
from imukick.sinks.sets import SetRow
from tests.architecture.source_tree import ROOT, modules

DOCS = ROOT / "docs"


@cache
def rows(name: str) -> dict[str, str]:
    """Every table row of a page whose first cell is a word in backquotes: word -> the rest of its longest row."""
    text = (DOCS / name).read_text(encoding="utf-8")
    found: list[tuple[str, str]] = re.findall(r"^\| `([\w-]+)` \|(.+)$", text, flags=re.MULTILINE)
    return dict(sorted(found, key=lambda row: len(row[1])))


def undocumented(words: Iterable[str], page: str) -> list[str]:
    return [word for word in words if len(rows(page).get(word, "").strip(" |")) < 10]


def said_in_code(call: str) -> set[str]:
    """First string constant of each call of `call` anywhere in the source."""
    return {
        node.args[0].value
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


@pytest.mark.parametrize("table", [Rep, SetRow])
def test_every_column_is_defined(table: type[Rep | SetRow]) -> None:
    assert undocumented([field.name for field in fields(table)], "metrics.md") == []


def section(page: str, heading: str) -> list[tuple[str, str]]:
    """Column and unit of each table row below a heading of a page, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    part = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found: list[tuple[str, str]] = re.findall(r"^\| `([\w-]+)` \|([^|]*)\|", part, flags=re.MULTILINE)
    return [(column, unit.strip()) for column, unit in found]


TABLES = [("Sets", [field.name for field in fields(SetRow)]), ("Motion", list(MOTION_COLUMNS))]


@pytest.mark.parametrize(("heading", "columns"), TABLES, ids=["sets", "motion"])
def test_each_table_is_documented_column_by_column_with_its_unit(heading: str, columns: list[str]) -> None:
    told = section("metrics.md", heading)
    assert [column for column, _ in told] == columns
    assert [(column, unit) for column, unit in told if DICTIONARY[column][0] not in ("", unit)] == []


def test_every_word_of_the_data_dictionary_is_in_the_metrics() -> None:
    text = (DOCS / "metrics.md").read_text(encoding="utf-8")
    assert [word for word in DICTIONARY if f"`{word}`" not in text] == []


def test_every_column_is_in_the_data_dictionary() -> None:
    columns = {field.name for table in (Rep, SetRow) for field in fields(table)} | {"recording", *MOTION_COLUMNS}
    assert columns == DICTIONARY.keys()


def test_every_verdict_is_explained() -> None:
    words = said_in_code("Verdict") | VERDICTS.keys()
    assert len(words) >= 8
    assert undocumented(sorted(words), "verdicts.md") == []


def test_every_verdict_has_its_wording() -> None:
    assert said_in_code("Verdict") - VERDICTS.keys() == set()


def test_every_quality_word_and_reason_is_explained() -> None:
    assert undocumented([*QUALITY, *NOTES], "metrics.md") == []


def test_every_mark_is_named() -> None:
    text = (DOCS / "conventions.md").read_text(encoding="utf-8")
    assert [kind for kind in MARK_KINDS if f"`{kind}`" not in text] == []


def test_the_rule_notices_an_unexplained_word() -> None:
    assert undocumented(["rom_deg", "charm_deg"], "metrics.md") == ["charm_deg"]


def commands() -> dict[str, Any]:
    """Name -> click command of everything the command line offers."""
    from imukick.cli.app import app

    group: Any = typer.main.get_command(app)
    return dict(getattr(group, "commands", {}))


def sections(text: str) -> dict[str, str]:
    r"""Command -> its part of docs/commands.md.

    >>> sections("# x\n## imukick replay\nabc\n## imukick edit\ndef")
    {'replay': '\nabc\n', 'edit': '\ndef'}
    """
    parts = re.split(r"^## imukick ([\w-]+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_and_option_is_explained() -> None:
    page = sections((DOCS / "commands.md").read_text(encoding="utf-8"))
    offered = commands()
    assert page.keys() == offered.keys()
    missing = [
        f"imukick {name} {option}"
        for name, command in offered.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("-") and option != "--help" and not re.search(rf"`{option}\b", page[name])
    ]
    assert missing == []


def test_no_option_is_explained_that_is_not_there() -> None:
    page = sections((DOCS / "commands.md").read_text(encoding="utf-8"))
    for name, command in commands().items():
        real = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"^\| `(--?[\w-]+)", page[name], flags=re.MULTILINE)) - real == set()


PAGES = [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md")), ROOT / "firmware_protocol" / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
