"""Where results cannot go, and readers that leave: full disks, folders that refuse, closed pipes, Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imukick import Samples, read_recording, write_recording
from tests.children import PATIENCE_S
from tests.cli.command import SRC, Run, files_no_larger_than, started

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONUTF8": "1"}
EACH = """
import os, sys
from pathlib import Path
from imukick.cli.app import main
place, kicks, before = Path(sys.argv[1]), sys.argv[2], None
for args in (
    ["replay", kicks, "--out", "o.csv"], ["replay", kicks, "--out", "o.json"], ["replay", kicks, "--sets", "s.csv"],
    ["replay", kicks, "--out", "o.parquet"], ["replay", kicks, "--motion", "m.csv"], ["replay", kicks, "--out", "new/"],
    ["plot", kicks, "-o", "p.png"], ["plot", kicks, "-o", "p.svg"], ["simulate", "-o", "x.csv", "--reps", "1"],
    ["edit", "a.csv", "--side", "left"], ["edit", "a.csv", "--side", "left", "--out", "b.csv"],
):
    os.chdir(place)
    before = {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}
    sys.argv, code = ["imukick", *args], 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    after = {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}
    print(code, "unchanged" if after == before else sorted(after), flush=True)
"""
"""Every command that writes, one after the other in one process, into the folder given; what each did to it."""
COMMANDS = 11


def run_each(place: Path, kicks: Path, *before: str) -> tuple[list[str], list[str]]:
    """Lines of standard output and of standard error."""
    done = subprocess.run(
        [*before, sys.executable, "-B", "-c", EACH, str(place), str(kicks)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        check=True,
    )
    return done.stdout.splitlines(), done.stderr.splitlines()


def small_disk(place: Path, kicks: Path, then: str) -> list[str]:
    """What to put before a command so that `place` is a disk of 256 kB for it alone, with `a.csv` on it; skips."""
    mounted = f"mount -t tmpfs -o size=256k none {place} && cp {kicks} {place}/a.csv || exit 77"
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", f'{mounted}\n{then}\nexec "$@"', "sh"]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("this system mounts no small disk for an ordinary user")
    return command


def test_a_disk_that_is_really_full(kicks: Path, tmp_path: Path) -> None:
    filled = f"head -c 256k /dev/zero > {tmp_path}/filled 2>/dev/null"
    said, told = run_each(tmp_path, kicks, *small_disk(tmp_path, kicks, filled))
    assert said == ["2 unchanged"] * COMMANDS
    assert len(told) == COMMANDS
    for line in told:
        assert line.startswith("imukick: ")
        assert line.endswith("No space left on device; make room or name another place")


def test_a_disk_that_is_read_only(kicks: Path, tmp_path: Path) -> None:
    """It keeps even the superuser out."""
    said, told = run_each(tmp_path, kicks, *small_disk(tmp_path, kicks, f"mount -o remount,ro {tmp_path}"))
    assert said == ["2 unchanged"] * COMMANDS
    assert [line.endswith("cannot be written to; name another") for line in told] == [True] * COMMANDS


def test_a_folder_that_may_not_be_written_to(kicks: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    shutil.copy(kicks, tmp_path / "a.csv")
    tmp_path.chmod(0o555)
    said, told = run_each(tmp_path, kicks)
    assert said == ["2 unchanged"] * COMMANDS
    assert [line.endswith("cannot be written to; name another") for line in told] == [True] * COMMANDS


def test_a_file_that_may_not_grow(run: Run, kicks: Path, tmp_path: Path) -> None:
    """The other way to run out of room, for systems without namespaces."""
    place = tmp_path / "m.csv"
    with files_no_larger_than(20_000):
        done = run("replay", kicks, "--motion", place)
    assert done.code == 2
    said = f"imukick: {place}: cannot be written: File too large; make room or name another place"
    assert done.err.splitlines() == [said]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("args", [(), ("--out", "-")], ids=["table", "csv"])
def test_a_standard_output_that_is_full(kicks: Path, args: tuple[str, ...]) -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("no /dev/full here")
    with (
        Path("/dev/full").open("w", encoding="utf-8") as full,
        started("replay", kicks, *args, stdout=full.fileno()) as process,
    ):
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert err.splitlines() == ["imukick: the standard output: No space left on device; name another place"]


@pytest.mark.parametrize("ours", [signal.default_int_handler, signal.SIG_IGN], ids=["heard", "ignored by pytest"])
def test_ctrl_c_ends_with_130_and_leaves_nothing(kicks: Path, tmp_path: Path, ours: Any) -> None:
    whole = read_recording(kicks).samples
    kept = (whole.t_s < 0.4) | (whole.t_s > 0.8)
    samples = Samples(whole.t_s[kept], whole.acc_mps2[kept], whole.gyr_radps[kept])
    write_recording(tmp_path / "a.csv", samples)
    before = signal.signal(signal.SIGINT, ours)
    with ExitStack() as children:
        try:
            command = ("replay", tmp_path / "a.csv", "--realtime", "--out", tmp_path / "o.csv")
            process = children.enter_context(started(*command))
        finally:
            signal.signal(signal.SIGINT, before)
        assert process.stdout is not None
        assert "gap of 0.4" in process.stdout.readline()  # it plays
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (130, "")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_ctrl_c_while_a_file_is_written(kicks: Path, tmp_path: Path) -> None:
    """Ctrl-C at the moment the first bytes of the motion stand in its unfinished file."""
    code = (
        "import os, signal, sys, threading, time\n"
        "from pathlib import Path\n"
        "def watch():\n"
        "    while not any(path.stat().st_size for path in Path(sys.argv[-1]).parent.glob('.*.part')):\n"
        "        time.sleep(0.0005)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "threading.Thread(target=watch, daemon=True).start()\n"
        "from imukick.cli.app import main\n"
        "main()\n"
    )
    samples, source = read_recording(kicks).samples, tmp_path / "a.csv"
    length_s = float(samples.t_s[-1]) + 1.0
    t_s = np.concatenate([samples.t_s + length_s * k for k in range(10)])
    write_recording(source, Samples(t_s, np.tile(samples.acc_mps2, (10, 1)), np.tile(samples.gyr_radps, (10, 1))))
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, "replay", str(source), "--motion", str(tmp_path / "m.csv")],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
        timeout=PATIENCE_S,
    )
    assert (done.returncode, done.stderr) == (130, "")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def closed_pipe() -> int:
    """A pipe to write to whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.parametrize("out", [(), ("--out", "-")])
def test_a_reader_that_goes_away(kicks: Path, tmp_path: Path, out: tuple[str, ...]) -> None:
    writer = closed_pipe()
    try:
        with started("replay", kicks, *out, "--motion", tmp_path / "m.csv", stdout=writer) as process:
            _, err = process.communicate(timeout=PATIENCE_S)
    finally:
        os.close(writer)
    assert (process.returncode, err) == (0, "")
    assert (tmp_path / "m.csv").exists()


def test_a_reader_that_goes_away_from_a_picture_and_a_simulation(kicks: Path, tmp_path: Path) -> None:
    writer = closed_pipe()
    try:
        made = [("plot", kicks, "-o", tmp_path / "p.svg"), ("simulate", "-o", tmp_path / "x.csv", "--reps", 0)]
        for args in made:
            with started(*args, stdout=writer) as process:
                _, err = process.communicate(timeout=PATIENCE_S)
            assert (process.returncode, err) == (0, "")
    finally:
        os.close(writer)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.svg", "x.csv", "x.truth.json"]


def test_no_standard_output_at_all(kicks: Path, tmp_path: Path) -> None:
    """As `>&-` leaves a program."""
    code = "import sys\nsys.stdout = None\nfrom imukick.cli.app import main\nmain()\n"
    args = ["replay", str(kicks), "--out", "-", "--motion", str(tmp_path / "m.csv")]
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, *args], stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "m.csv").exists()
