"""The page, the vectors, the cores and the host cannot drift apart: one byte is changed in each, and the others notice."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from imukick.errors import ProtocolError
from tests.architecture.source_tree import ROOT
from tests.firmware_protocol.core_programs import C_CORE, PYTHON_CORE, Answer, c_core, python_core
from tests.firmware_protocol.core_scripts import answers, vector_cases
from tests.firmware_protocol.vectors import FOLDER, Row, vectors

HOST = ROOT / "src/imukick/sensors/imukick_v1.py"


def wrong_vectors(core: Answer) -> list[str]:
    """Names of the vectors that a core packs otherwise than they are published."""
    cases = vector_cases()
    got = answers(core(b"".join(operation for _, operation, _ in cases)))
    return [name for (name, _, wanted), one in zip(cases, got, strict=True) if one != wanted]


def changed(source: Path, old: str, new: str, target: Path) -> Path:
    """A copy of a file in which one thing, that occurs once, is another."""
    text = source.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old} occurs {text.count(old)} times in {source.name}"
    target.write_text(text.replace(old, new), encoding="utf-8")
    return target


def test_a_byte_of_the_page_is_noticed_by_the_vectors(tmp_path: Path) -> None:
    folder = tmp_path / "firmware_protocol"
    shutil.copytree(FOLDER, folder)
    page = folder / "v1.md"
    changed(page, "`01012c0168100000000000000008000000000000`", "`01012c0168100000000000000008000000000001`", page)
    command = [sys.executable, str(folder / "vectors/tables.py"), str(tmp_path / "made.md")]
    subprocess.run(command, check=True)
    assert (tmp_path / "made.md").read_text(encoding="utf-8") != page.read_text(encoding="utf-8")
    assert (tmp_path / "made.md").read_text(encoding="utf-8") == (FOLDER / "v1.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["stream", "config", "control"])
def test_a_byte_of_a_vector_is_noticed_by_the_page_the_cores_and_the_host(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(row for row in vectors(name) if "value" in row and row.get("kind") != "command")
    data = bytearray.fromhex(row["hex"])
    data[-1] ^= 1
    planted: Row = row | {"hex": data.hex()}
    page = FOLDER / "v1.md"
    assert row["hex"] in page.read_text(encoding="utf-8")
    assert planted["hex"] not in page.read_text(encoding="utf-8")
    rows = [
        planted if one["name"] == row["name"] and one.get("kind") == row.get("kind") else one for one in vectors(name)
    ]
    monkeypatch.setattr("tests.firmware_protocol.core_scripts.vectors", lambda of: rows if of == name else vectors(of))
    python, c = tmp_path / "python", tmp_path / "c"
    python.mkdir()
    c.mkdir()
    assert wrong_vectors(python_core(python)) == [f"{name}: {row['name']}"]
    assert wrong_vectors(c_core(c, flags=("-O0",))) == [f"{name}: {row['name']}"]
    assert not host_agrees(host(HOST), name, planted)


C_CHANGES = {
    "byte of seq": ("put16(out + 2, seq)", "put16(out + 3, seq)"),
    "first byte": ("out[0] = IMUKICK_V1_VERSION;\n    out[1] = n;", "out[0] = 2;\n    out[1] = n;"),
    "byte order": ("out[1] = (uint8_t)(value >> 8)", "out[1] = (uint8_t)(value >> 7)"),
    "a field of CONFIG": ("put16(out + 34, settings->n)", "put16(out + 34, settings->mtu)"),
    "bit of a reply": ("(command + 0x80u)", "(command + 0x40u)"),
    "half of the clock": ("(uint32_t)(*clock_us >> 32)", "(uint32_t)(*clock_us >> 31)"),
    "a byte of SET": ("get16(data + 7)", "get16(data + 8)"),
    "packet size": ("mtu - 3u - IMUKICK_V1_HEADER_BYTES", "mtu - 2u - IMUKICK_V1_HEADER_BYTES"),
}
PYTHON_CHANGES = {
    "a byte of the header": ('struct.pack("<BBHI"', 'struct.pack(">BBHI"'),
    "byte order": ('struct.pack("<BBHIIIHHHHIIHH"', 'struct.pack(">BBHIIIHHHHIIHH"'),
    "bit of a reply": ("[command + 0x80, status]", "[command + 0x40, status]"),
    "half of the clock": ("clock_us >> 32)", "clock_us >> 31)"),
    "a byte of SET": ('struct.unpack("<BIHHH"', 'struct.unpack("<BHHIH"'),
    "packet size": ("mtu - 3 - HEADER_BYTES", "mtu - 2 - HEADER_BYTES"),
}


@pytest.mark.parametrize("what", C_CHANGES)
def test_a_byte_of_the_c_core_is_noticed_by_the_vectors(what: str, tmp_path: Path) -> None:
    shutil.copy(C_CORE / "imukick_v1.h", tmp_path)
    changed(C_CORE / "imukick_v1.c", *C_CHANGES[what], tmp_path / "imukick_v1.c")
    assert wrong_vectors(c_core(tmp_path, core=tmp_path, flags=("-O0",)))


@pytest.mark.parametrize("what", PYTHON_CHANGES)
def test_a_byte_of_the_python_core_is_noticed_by_the_vectors(what: str, tmp_path: Path) -> None:
    device = changed(PYTHON_CORE, *PYTHON_CHANGES[what], tmp_path / "changed.py")
    assert wrong_vectors(python_core(tmp_path, device=device))


HOST_CHANGES = {
    "stream": ('struct.Struct("<BBHI")', 'struct.Struct(">BBHI")'),
    "config": ('struct.Struct("<BBHIIIHHHHIIHH")', 'struct.Struct("<BBHIIIHHHHIHHI")'),
    "control": ('int.from_bytes(data[2:], "little")', 'int.from_bytes(data[2:], "big")'),
}


@pytest.mark.parametrize("name", HOST_CHANGES)
def test_a_byte_of_the_host_is_noticed_by_the_vectors(name: str, tmp_path: Path) -> None:
    rows = [row for row in vectors(name) if "value" in row and row.get("kind") != "command"]
    assert all(host_agrees(host(HOST), name, row) for row in rows)
    planted = host(changed(HOST, *HOST_CHANGES[name], tmp_path / "changed.py"))
    assert not all(host_agrees(planted, name, row) for row in rows)


def host(source: Path) -> ModuleType:
    """The host's codec from a file."""
    spec = importlib.util.spec_from_file_location("planted_host", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["planted_host"] = module
    spec.loader.exec_module(module)
    return module


def host_agrees(codec: ModuleType, name: str, row: Row) -> bool:
    """Whether the host's codec reads a vector as it is published."""
    data = bytes.fromhex(row["hex"])
    try:
        match name:
            case "stream":
                packet = codec.parse_stream(data)
                value = {"seq": packet.seq, "t_us": packet.t_us, "counts": packet.counts.tolist()}
            case "config":
                config = codec.parse_config(data)
                value = row["value"] | {"n": config.samples, "mtu": config.mtu or 0, "boot": config.boot}
            case _:
                reply = codec.parse_reply(data)
                value = {"order": reply.code.name, "status": reply.status.name, "uptime_us": reply.uptime_us}
    except ProtocolError:
        return False
    return json.dumps(value) == json.dumps(row["value"])
