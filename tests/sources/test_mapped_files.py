"""Descriptions of home-made sensors from disk: those that ship, a person's own, and one clear line for each mistake."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.errors import ImukickError
from imukick.sources.mapped_files import SHIPPED, find_mapped, parse_mapped
from imukick.sources.mapped_files import TABLE as SENSOR_FILES

TEXT = SENSOR_FILES.text("arduino-six-floats")


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_can_be_used(name: str) -> None:
    sensor = find_mapped(name)
    assert sensor.decoder().start()
    assert (sensor.unusable, sensor.clock) == (None, "device" if name.startswith("nordic-uart") else "host")


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace("13012f00", "13012F00").replace("Arduino, six floats", "Mine"), encoding="utf-8")
    assert find_mapped(str(path)).model == "Mine"
    assert find_mapped(str(path)).services == ("13012f00-f8c3-4f4a-a8f4-15cd926da146",), "in lower case"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('model = "', 'modl = "', "key 'modl' is not known; known: model, service"),
        ("rate_hz = 100", "", "key 'rate_hz' is missing"),
        ("rate_hz = 100", 'rate_hz = "100"', "key 'rate_hz' is '100'; expected a number"),
        ("rate_hz = 100", "rate_hz = true", "key 'rate_hz' is 'True'; expected a number"),
        ("rate_hz = 100", f"rate_hz = {10**400}", "key 'rate_hz' is too large a number"),
        ("rate_hz = 100", "rate_hz = " + 5000 * "9", "not TOML"),
        ('"deg/s"', '"degrees"', "gyr_unit is 'degrees'; known: deg/s, mdeg/s, rad/s"),
        ('gyr_unit = "deg/s"', "", "key 'gyr_unit' is missing"),
        ("[[value]]", "[value]", "write [[value]] and its keys below"),
        ("[[value]]", "[[values]]", "key 'values' is not known"),
        (
            'struct = "<6f"',
            'format = "<6f"',
            "key 'format' in [[value]] is not known; known: characteristic, struct, frame, check, text",
        ),
        ('struct = "<6f"', "struct = 6", "key 'value.struct' is '6'; expected text in quotes"),
        ('"ax", "ay"', '1, "ay"', "expected a list of texts"),
        ('struct = "<6f"', 'struct = "<7f"', "holds 7 numbers, columns names 6"),
        ("[[value]]", '[[start]]\nhex = "01"\n[[value]]', "key 'characteristic' is missing in [[start]]"),
        (
            "[[value]]",
            '[[start]]\ncharacteristic = "13012f02-f8c3-4f4a-a8f4-15cd926da146"\nhex = "0x01"\n[[value]]',
            "hex is '0x01', expected bytes such as '01 0f'",
        ),
        ('struct = "<6f"', 'struct = "<6f"\nframe = "aa5"', "frame is 'aa5', expected bytes such as '01 0f'"),
        ("rate_hz = 100", 'rate_hz = 100\nacc_axes = ["x", "y"]', "acc_axes is 'x, y', expected x, y and z"),
        ("rate_hz = 100", 'rate_hz = 100\ngyr_axes = "xyz"', "key 'gyr_axes' is 'xyz'; expected a list of texts"),
        (
            "[[value]]",
            '[[stop]]\ncharacteristic = "2a00"\nhex = "01"\n[[value]]',
            "characteristic is '2a00', expected a UUID",
        ),
        ("[[value]]", "[[value]", "not TOML"),
    ],
)
def test_each_mistake_is_one_line(old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(ImukickError, match=re.escape(words)) as refused:
        parse_mapped(TEXT.replace(old, new, 1), "mine.toml")
    assert str(refused.value).startswith("mine.toml: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (None, "no such file, nor a description that ships"),
        (b"\xff", "not UTF-8"),
        (b" " * (SENSOR_FILES.longest + 1), "too large"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, made: bytes | None, words: str) -> None:
    path = tmp_path / "mine.toml"
    if made is not None:
        path.write_bytes(made)
    with pytest.raises(ImukickError, match=words):
        find_mapped(str(path))


@settings(max_examples=60)
@given(
    key=st.sampled_from(["model", "rate_hz", "acc_unit", "value", "start", "columns", "struct", "x"]),
    value=st.recursive(
        st.none() | st.booleans() | st.integers(-9, 10**30) | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["characteristic", "columns", "hex"]), inner, max_size=3)
        ),
        max_leaves=5,
    ),
)
def test_any_value_is_used_or_refused(key: str, value: object) -> None:
    """However odd, it is one line."""
    line = f"{key} = {toml(value)}\n"
    text = "".join(part for part in TEXT.splitlines(keepends=True) if not part.startswith(f"{key} = "))
    text = line + text.partition("[[value]]")[0] if key in ("value", "start") else line + text
    tomllib.loads(text)
    try:
        parse_mapped(text, "mine.toml")
    except ImukickError as error:
        told = str(error)
    else:
        return
    assert "\n" not in told


def toml(value: object) -> str:
    """The value as TOML writes it."""
    match value:
        case None:
            return '""'
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            return (
                '"' + "".join(f"\\U{ord(letter):08x}" for letter in value if not 0xD800 <= ord(letter) < 0xE000) + '"'
            )
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + "}"
        case _:
            raise AssertionError(value)
