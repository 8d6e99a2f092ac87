"""The documents know every column, verdict, quality word, reason, command and option; and their links lead somewhere."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from imukick.analysis import analyse
from imukick.coaching.wording import QUALITY, REASONS, VERDICTS
from imukick.events import Rep
from imukick.marks import MARK_KINDS
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


def verdict_words(tree: ast.AST) -> set[str]:
    """First argument of each call of `Verdict`; what is not a plain word there is given as it is written.

    One made of `**fields` reads back what another call has written.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Verdict"]
    calls = [call for call in calls if call.args or call.keywords[0].arg is not None]
    first = [call.args[0] if call.args else call.keywords[0].value for call in calls]
    return {
        one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else ast.unparse(one) for one in first
    }


def quality_words(tree: ast.AST) -> set[str]:
    """Words put into something called `quality`: appended, or beside it in a tuple."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "quality.append":
            found += node.args
        elif isinstance(node, ast.Tuple) and any(ast.unparse(part) == "*quality" for part in node.elts):
            found += [part for part in node.elts if ast.unparse(part) != "*quality"]
    return {str(one.value) if isinstance(one, ast.Constant) else ast.unparse(one) for one in found}


def said_in_code(words: Callable[[ast.AST], set[str]]) -> set[str]:
    return {word for module in modules() for word in words(module.tree)}


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
    columns = {field.name for table in (Rep, SetRow) for field in fields(table)} | {
        "recording",
        "person",
        *MOTION_COLUMNS,
    }
    assert columns == DICTIONARY.keys()


def test_every_verdict_is_explained() -> None:
    words = said_in_code(verdict_words) | VERDICTS.keys()
    assert len(words) >= 8
    assert undocumented(sorted(words), "verdicts.md") == []


def test_every_verdict_has_its_wording() -> None:
    assert said_in_code(verdict_words) - VERDICTS.keys() == set()


def test_every_quality_word_and_reason_is_explained() -> None:
    assert undocumented([*QUALITY, *REASONS], "metrics.md") == []


def test_every_quality_word_of_the_code_has_its_wording() -> None:
    words = said_in_code(quality_words)
    assert len(words) >= 5
    assert words - QUALITY.keys() == set()


@pytest.mark.parametrize("page", ["metrics.md", "verdicts.md"])
def test_nothing_is_explained_that_is_not_there(page: str) -> None:
    columns = {field.name for table in (Rep, SetRow) for field in fields(table)} | {*MOTION_COLUMNS}
    known = (
        columns | QUALITY.keys() | REASONS.keys() | header_keys().keys() if page == "metrics.md" else VERDICTS.keys()
    )
    assert rows(page).keys() - known == set()


def test_words_in_real_tables_are_all_explained() -> None:
    """What the engine says of the recordings that ship, as the goldens keep it."""
    said: dict[str, set[str]] = {"verdicts": set(), "quality": set(), "reasons": set()}
    for path in (ROOT / "tests" / "golden").glob("*.reps.csv"):
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            said["verdicts"] |= set(filter(None, row["verdicts"].split(";")))
            said["quality"] |= set(filter(None, row["quality"].split(";")))
            said["reasons"] |= {row["reason"]} if row["counted"] == "false" else set()
    assert all(said.values())
    assert (said["verdicts"] - VERDICTS.keys(), said["quality"] - QUALITY.keys(), said["reasons"] - REASONS.keys()) == (
        set(),
        set(),
        set(),
    )


def test_every_reason_is_counted_in_the_sets() -> None:
    assert REASONS.keys() - {field.name for field in fields(SetRow)} == set()


@cache
def header_keys() -> dict[str, Any]:
    return analyse(ROOT / "recordings" / "standing_25hz.csv", motion=False).meta


def test_every_key_of_the_header_is_explained_in_order() -> None:
    assert [key for key, _ in section("metrics.md", "Header")] == list(header_keys())


def test_the_rules_notice_words_however_they_are_written() -> None:
    tree = ast.parse("Verdict('slump', 1, 2, 's', 'x'); Verdict(word='sag', value=1); Verdict(name, 1)")
    assert verdict_words(tree) == {"slump", "sag", "name"}
    assert quality_words(ast.parse("quality.append('wet'); quality.append(cold)\nq = (*quality, 'dim')")) == {
        "wet",
        "cold",
        "dim",
    }


def test_every_mark_is_named() -> None:
    text = (DOCS / "conventions.md").read_text(encoding="utf-8")
    assert [kind for kind in MARK_KINDS if f"`{kind}`" not in text] == []


def test_the_rule_notices_an_unexplained_word() -> None:
    assert undocumented(["rom_deg", "charm_deg"], "metrics.md") == ["charm_deg"]


def commands() -> dict[str, Any]:
    """Name -> click command of everything the command line offers; `history list` for what stands in a group."""
    from imukick.cli.app import app

    def within(group: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, command in group.commands.items():
            inner = within(command) if hasattr(command, "commands") else {"": command}
            found |= {f"{name} {below}".rstrip(): one for below, one in inner.items()}
        return found

    return within(typer.main.get_command(app))


def sections(text: str) -> dict[str, str]:
    r"""Command -> its part of docs/commands.md.

    >>> sections("# x\n## imukick replay\nabc\n## imukick edit\ndef")
    {'replay': '\nabc\n', 'edit': '\ndef'}
    """
    parts = re.split(r"^## imukick ([\w -]+)$", text, flags=re.MULTILINE)
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
