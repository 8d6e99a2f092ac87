"""Figures as Markdown, and into the marked places of a page: no figure in the documents is typed by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from measured.figures import Line, Reached


def table(lines: Sequence[Line | None]) -> str:
    """| figure | bar | one pass | second look | cases | met |"""
    head = "| figure | bar | one pass | second look | cases | met |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(_row(line) for line in lines if line is not None)])


def _row(line: Line) -> str:
    one, refined = (_value(line, reached) for reached in line.reached)
    met = {None: "", True: "yes", False: "**no**"}[line.met]
    return f"| {line.name} | {_bar(line)} | {one} | {refined} | {line.reached[1].cases or ''} | {met} |"


def _value(line: Line, reached: Reached) -> str:
    if reached.value is None:
        return "–"
    text = f"{reached.value:.{line.digits}f}" + (f" {line.unit}" if line.unit else "")
    if reached.low is None or reached.high is None:
        return text
    return f"{text} ({reached.low:.{line.digits}f} to {reached.high:.{line.digits}f})"


def _bar(line: Line) -> str:
    sign = "≤" if line.most else "≥"
    said = [f"{bar:g}" for bar in line.bars if bar is not None]
    return f"{sign} {' / '.join(said)}{f' {line.unit}' if line.unit else ''}" if said else ""


def plain(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Any table."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in [head, *rows]]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def into(page: Path, parts: Mapping[str, str]) -> list[str]:
    """Replace what stands between `<!-- measured: NAME -->` and `<!-- end -->`; the names that were replaced.

    Raises `KeyError` for a place whose part was not measured this time only when no part of the page was.
    """
    done: list[str] = []

    def fill(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in parts:
            return match[0]
        done.append(name)
        return f"<!-- measured: {name} -->\n\n{parts[name].strip()}\n\n<!-- end -->"

    text = page.read_text(encoding="utf-8")
    pattern = r"<!-- measured: (?P<name>[\w-]+) -->.*?<!-- end -->"
    page.write_text(re.sub(pattern, fill, text, flags=re.DOTALL), encoding="utf-8")
    return done
