"""A file appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from imukick.errors import RecordingError
from imukick.sinks.whole_file import whole_file


def write(path: Path, text: str, *, force: bool = False) -> None:
    with whole_file(path, force=force) as part:
        part.write_text(text, encoding="utf-8")


def test_it_is_there_after_the_block_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with whole_file(path, force=False) as part:
        part.write_text("abc", encoding="utf-8")
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "abc"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_when_the_block_fails(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")

    def fails() -> None:
        with whole_file(path, force=True) as part:
            part.write_text("new", encoding="utf-8")
            raise error

    with pytest.raises(error):
        fails()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_exists_is_only_overwritten_by_force(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write(path, "one")
    with pytest.raises(RecordingError, match="exists already; use --force"):
        write(path, "two")
    assert path.read_text(encoding="utf-8") == "one"
    write(path, "two", force=True)
    assert path.read_text(encoding="utf-8") == "two"


@pytest.mark.parametrize(
    ("place", "told"),
    [("", "this is a folder"), ("none/a.csv", "there is no folder"), ("file.txt/a.csv", "there is no folder")],
)
def test_places_that_cannot_be(tmp_path: Path, place: str, told: str) -> None:
    (tmp_path / "file.txt").touch()
    with pytest.raises(RecordingError, match=told):
        write(tmp_path / place, "x", force=True)


def test_a_device_is_never_replaced_by_a_file() -> None:
    null = Path("/dev/null")
    if not null.is_char_device():
        pytest.skip("no /dev/null here")
    with pytest.raises(RecordingError, match="not a plain file"):
        write(null, "x", force=True)
    assert null.is_char_device()


def test_what_the_disk_says_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with (
        pytest.raises(RecordingError, match=r"a\.csv: cannot be written: No space left"),
        whole_file(path, force=False),
    ):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []
