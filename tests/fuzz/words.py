"""Bytes -> what a person says, as text from a terminal, a pipe or a page: marks replay, messages are taken or left, nothing else."""

from __future__ import annotations

import asyncio

from imukick.live.commands import line_command
from imukick.marks import Mark
from imukick.page import Page, PageState
from imukick.page.access import Access
from imukick.page.server import Client
from imukick.plain_text import harmless, in_a_mark, one_line
from imukick.sinks.recording_csv import mark_line
from imukick.sources.recordings.marks import read_mark


def mark(data: bytes) -> None:
    """A note of this text is one line that reads back equal, and gives a terminal no orders."""
    text = data.decode("utf-8", "surrogatepass" if data[:1] == b"s" else "replace") if _decodes(data) else repr(data)
    said = in_a_mark(text)
    line = mark_line(Mark(1.5, "note", said))
    assert line.count("\n") == 1
    assert "\0" not in line
    line.encode()
    assert read_mark(line[3:].rstrip("\n")).value == said
    for shown in (harmless(text), one_line(text, 200)):
        assert not set("\x1b\x07\x9b\x00\r") & set(shown)
        shown.encode()
    line_command(text)


def message(data: bytes) -> None:
    """Messages of a page, divided by zero bytes."""
    board = PageState()
    page = Page(Access("127.0.0.1"), board)
    said: list[str] = []
    page.said = said.append
    client = Client(board, None, asyncio.Event())  # type: ignore[arg-type]  # what is heard needs no socket
    for text in data.split(b"\0"):
        page.hear(client, text.decode("utf-8", "replace"))
    for line in said:
        line_command(line)


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data[:1] != b"s"
    return True
