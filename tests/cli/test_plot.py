"""`imukick plot`: a picture of a recording, whole or not at all, on any machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imukick import analyse
from tests.cli.command import SRC, Run, files_no_larger_than


def test_a_picture_and_one_line_that_says_what_is_in_it(run: Run, kicks: Path, tmp_path: Path) -> None:
    done = run("plot", kicks, "-o", tmp_path / "a.png")
    counted = analyse(kicks).counted
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{tmp_path / 'a.png'}: standing · right · ")
    assert f" · no load · {counted} counted, " in done.out
    assert len(done.out.splitlines()) == 1
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_what_is_said_on_the_command_line_holds_as_in_replay(run: Run, other_kicks: Path, tmp_path: Path) -> None:
    options = ["--posture", "any", "--side", "right", "--load", "ankle-weight", "--load-kg", 2, "--refine"]
    done = run("plot", other_kicks, "-o", tmp_path / "a.svg", *options, "--target-rom", 180, "--height-m", 1.6)
    replayed = run("replay", other_kicks, *options, "--target-rom", 180, "--height-m", 1.6)
    assert done.code == 0
    facts = done.out.split(": ", 1)[1].split(" · ")
    assert facts[:3] == ["any posture", "ankle weight 2 kg", "right"]
    assert "second look: counts as one pass does" in facts
    assert " · ".join(facts[:5]) in " ".join(replayed.out.split())
    counted = analyse(other_kicks, posture="any").counted
    assert facts[-1].strip() == f"{counted} counted, 0 clean"  # 180 deg is more than any leg


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["a.csv", "-o", "a.jpg"], "a.jpg: name the picture .png, .svg, .pdf"),
        (["a.csv", "-o", "a"], "a: name the picture .png"),
        (["a.csv", "-o", "taken.png"], "taken.png: exists already; use --force"),
        (["a.csv", "-o", "nowhere/a.png"], "there is no folder"),
        (["a.csv", "-o", "folder.png"], "this is a folder"),
        (["none.csv", "-o", "a.png"], "none.csv: no such file"),
        (["taken.png", "-o", "taken.png", "--force"], "this is the recording"),
        (["a.csv", "-o", "a.png", "--posture", "lying"], "unknown posture 'lying'"),
        (["a.csv", "-o", "a.png", "--load-kg", "3"], "say which load"),
        (["a.csv", "-o", "a.png", "--rate-hz", "100"], "leave the sample rate away"),
        (["a.csv", "-o", "a.png", "--rate-hz", "nan"], "is not a sensor's"),
        (["a.csv", "-o", "a.png", "--target-rom", "inf"], "a target of inf deg cannot be"),
    ],
)
def test_what_cannot_be_is_told_in_one_line_and_nothing_is_written(
    run: Run, kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_bytes(kicks.read_bytes())
    Path("taken.png").write_bytes(b"mine")
    Path("folder.png").mkdir()
    done = run("plot", *args)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("imukick: ")
    assert says in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "folder.png", "taken.png"]
    assert Path("taken.png").read_bytes() == b"mine"


def test_force_overwrites(run: Run, kicks: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"old")
    assert run("plot", kicks, "-o", tmp_path / "a.pdf", "--force").code == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_place_for_the_picture(run: Run, kicks: Path) -> None:
    done = run("plot", kicks)
    assert done.code == 2
    assert "--out" in done.err


def process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, "-B", "-c", code + "from imukick.cli.app import main\nmain()\n"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**kept, "PYTHONPATH": str(SRC), "PYTHONUTF8": "1", **environment},
        check=False,
    )


def test_no_display_is_needed_whatever_backend_is_named(kicks: Path, tmp_path: Path) -> None:
    place = tmp_path / "a.png"
    done = process(
        f"import sys; sys.argv = ['imukick', 'plot', {str(kicks)!r}, '-o', {str(place)!r}]\n", MPLBACKEND="TkAgg"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert place.exists()


def test_a_disk_that_is_full_leaves_nothing(run: Run, kicks: Path, tmp_path: Path) -> None:
    import matplotlib.font_manager  # noqa: F401  # keeps a list of fonts in a file

    place = tmp_path / "a.png"
    with files_no_larger_than(2000):
        done = run("plot", kicks, "-o", place)
    assert done.code == 2
    assert done.err.splitlines() == [
        f"imukick: {place}: cannot be written: File too large; make room or name another place"
    ]
    assert list(tmp_path.iterdir()) == []


def test_the_readme_shows_what_its_command_makes(
    run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    shown, *command = re.findall(
        r"!\[.+\]\((.+\.png)\)\n\nMade by `imukick (plot) (.+) -o (.+) --force`",
        (root / "README.md").read_text("utf-8"),
    )[0]
    assert command[2] == shown
    assert run(*command[:2], "-o", tmp_path / "again.png").code == 0
    again, kept = (tmp_path / "again.png").read_bytes(), Path(shown).read_bytes()
    assert again[16:24] == kept[16:24]  # width and height in a PNG's header: as many rows and lines of words
    assert len(kept) < 200_000
