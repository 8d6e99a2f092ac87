"""`--sensor-file`: a home-made sensor in scan and live; a description with a mistake is one line before anything begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from imukick.sources.mapped_files import TABLE as SENSOR_FILES
from tests.cli.command import Run
from tests.cli.test_scan import row, served
from tests.sources.test_ble_actions import DESCRIBED


@pytest.fixture
def described(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(DESCRIBED, encoding="utf-8")
    return path


def test_scan_lists_it_before_all_others(run: Run, described: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with served("thingy52") as radio:
        done = run("scan", "--radio", radio, "--seconds", 0.2, "--sensor-file", described)
    assert (done.code, done.err) == (0, "")
    assert [cell.strip() for cell in row(done.out, "Thingy")[-2:]] == ["a Thingy, described", "yes"]


@pytest.mark.parametrize("command", ["live", "scan"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            None,
            "no such file, nor a description that ships (arduino-six-floats, xiao-text, adafruit-bluefruit, nordic-uart",
        ),
        (DESCRIBED.replace('"deg/s"', '"dps"'), "gyr_unit is 'dps'; known: deg/s, mdeg/s, rad/s"),
    ],
)
def test_a_mistake_is_one_line(run: Run, tmp_path: Path, command: str, text: str | None, words: str) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    done = run(command, "--sensor-file", path)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert words in done.err


def test_a_description_without_a_name(run: Run) -> None:
    done = run("scan", "--sensor-file", "")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "without a name; give its TOML file, or one of arduino-six-floats" in done.err


def test_an_editors_mark_before_the_text_is_none_of_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(DESCRIBED, encoding="utf-8-sig")
    assert SENSOR_FILES.text(str(path)) == DESCRIBED


def test_a_virtual_sensor_needs_no_description(run: Run, described: Path) -> None:
    done = run("live", "--sensor", "virtual", "--sensor-file", described)
    assert (done.code, "leave --sensor-file away" in done.err) == (2, True)
