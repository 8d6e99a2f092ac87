"""The specification says what the vectors and the code say: tables, byte layouts, UUIDs; the vectors are made as they stand."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from imukick.sensors import imukick_v1
from imukick.sensors.imukick_v1 import CommandCode, Config, Status, pack_command, pack_config
from tests.firmware_protocol.vectors import FOLDER, vectors

PAGE = (FOLDER / "v1.md").read_text(encoding="utf-8")
SIZES = {"u8": 1, "u16": 2, "u32": 4, "i16": 2}
NAMES = ("stream", "config", "control", "values", "sizes", "sessions")


def run(script: str, out: Path) -> None:
    command = [sys.executable, str(FOLDER / "vectors" / script), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


def test_the_tables_of_the_page_are_the_vectors(tmp_path: Path) -> None:
    run("tables.py", tmp_path / "v1.md")
    assert (tmp_path / "v1.md").read_text(encoding="utf-8") == PAGE, "run firmware_protocol/vectors/tables.py"
    marked = re.findall(r"<!-- vectors/v1/(\w+)\.json -->", PAGE)
    assert sorted(marked) == sorted(NAMES) == sorted(p.stem for p in (FOLDER / "vectors" / "v1").iterdir())


@pytest.mark.parametrize("name", ["stream", "config", "control"])
def test_every_vector_stands_in_the_page(name: str) -> None:
    """Read from the page itself, not by the script that wrote it."""
    part = PAGE.split(f"<!-- vectors/v1/{name}.json -->\n")[1].split("<!-- end of")[0]
    lines = part.splitlines()[2:]
    assert len(lines) == len(vectors(name))
    for line, row in zip(lines, vectors(name), strict=True):
        assert row["name"] in line
        assert row["what"] in line
        shown = re.search(r"`([0-9a-f]*)(…?)` \((\d+)\)", line)
        if shown is None:
            assert row["hex"] == ""
            assert "(none)" in line
        else:
            assert row["hex"].startswith(shown[1])
            assert (row["hex"] == shown[1]) == (shown[2] == "")
            assert len(row["hex"]) == 2 * int(shown[3])
        assert (f"refused at byte {row['error']['offset']} |" in line) if "error" in row else ("refused" not in line)


def test_the_vectors_are_made_as_they_stand(tmp_path: Path) -> None:
    for script in ("make_v1.py", "make_v1_sessions.py"):
        run(script, tmp_path)
    for name in NAMES:
        made, published = (folder / f"{name}.json" for folder in (tmp_path, FOLDER / "vectors" / "v1"))
        assert made.read_text(encoding="utf-8") == published.read_text(encoding="utf-8"), name


def layout(name: str) -> list[tuple[str, str, str]]:
    """(byte, type, field) of each row of a layout table of the page."""
    part = PAGE.split(f"<!-- layout {name} -->\n")[1].split("\n\n")[0]
    return [(cells[1], cells[2], cells[3]) for cells in (re.split(r" ?\| ?", row) for row in part.splitlines()[2:])]


def offsets_add_up(rows: list[tuple[str, str, str]]) -> int:
    """Each field begins where the one before it ends; gives where the last one does."""
    at = 0
    for byte, kind, _ in rows:
        assert int(byte.split(" ")[0]) == at
        at += SIZES[kind]
    return at


def test_the_layouts_of_the_page_have_no_holes_and_the_sizes_of_the_code() -> None:
    assert offsets_add_up(layout("STREAM")) == imukick_v1.HEADER_BYTES + imukick_v1.SAMPLE_BYTES
    assert offsets_add_up(layout("CONFIG")) == imukick_v1.CONFIG_BYTES == len(pack_config(Config()))
    set_bytes = next(len(row["hex"]) // 2 for row in vectors("control") if row["name"] == "SET")
    assert offsets_add_up(layout("SET")) == set_bytes


@pytest.mark.parametrize(("table", "file", "name"), [("CONFIG", "config", "clips early"), ("SET", "control", "SET")])
def test_a_vector_read_by_the_page_alone_has_its_values(table: str, file: str, name: str) -> None:
    rows = layout(table)
    row = next(row for row in vectors(file) if row["name"] == name)
    codes = {"u8": "B", "u16": "H", "u32": "I"}
    read = struct.unpack("<" + "".join(codes[kind] for _, kind, _ in rows), bytes.fromhex(row["hex"]))
    fields = {field: value for (_, _, field), value in zip(rows, read, strict=True)}
    assert {key: value for key, value in row["value"].items() if key != "order"}.items() <= fields.items()


def test_the_page_names_the_uuids_the_commands_and_the_statuses() -> None:
    for name in ("SERVICE", "STREAM", "CONTROL", "CONFIG"):
        assert re.search(rf"\*\*{name}\*\* \| `{getattr(imukick_v1, name)}`", PAGE, flags=re.IGNORECASE)
    for code in CommandCode:
        begins = pack_command(imukick_v1.ControlCommand(code))[:1].hex()
        assert f"| {code.name} | `{begins}`" in PAGE
    for status in Status:
        assert f"| {status.value} | {status.name} |" in PAGE
    assert f"more than {imukick_v1.MAX_PACKETS_HZ:.0f} packets a second" in PAGE


def test_the_defaults_of_the_page_are_those_of_the_code() -> None:
    first = vectors("config")[0]
    assert imukick_v1.parse_config(bytes.fromhex(first["hex"])) == Config(boot=0x1234ABCD, mtu=247)
