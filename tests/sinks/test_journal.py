"""A live recording reads back as it was given, up to the moment in which the program, the disk or the computer gave up."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick import Mark, Samples, read_recording
from imukick.errors import RecordingError
from imukick.sinks.journal import Journal
from imukick.sinks.recording_csv import write_recording
from imukick.sources.recordings import Recording
from tests.children import PATIENCE_S, running

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "recordings" / "standing_200hz_quick.csv"
PACKET = 19

WRITER = """
import sys, time
from pathlib import Path
import numpy as np
from imukick import Mark, Samples
from imukick.sinks.journal import Journal
columns, target, packet, held = np.load(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] == ["held"]
samples = Samples(columns[:, 0], columns[:, 1:4], columns[:, 4:])
with Journal(target, {"sensor": "a test"}) as journal:
    for at in range(0, len(samples), packet):
        journal.append(samples.part(at, min(len(samples), at + packet)))
        journal.mark(Mark(float(samples.t_s[min(len(samples), at + packet) - 1]), "note", "so far"))
        sys.stdout.write(f"{min(len(samples), at + packet)}\\n")
        sys.stdout.flush()
        if held:
            time.sleep(0.002 if at < len(samples) // 2 else 3600.0)
"""
"""Writes a recording packet by packet and says after each how many samples it has handed over; `held` by half of it, until it is killed."""


@pytest.fixture(scope="module")
def source() -> Samples:
    return read_recording(SOURCE).samples


def parts_of(samples: Samples) -> Iterator[Samples]:
    for at in range(0, len(samples), PACKET):
        yield samples.part(at, min(len(samples), at + PACKET))


def assert_begins(recording: Recording, samples: Samples, at_least: int) -> None:
    """The recording holds the first of these samples, at least so many, and nothing else."""
    found = recording.samples
    n = len(found)
    assert at_least <= n <= len(samples)
    assert np.array_equal(found.t_s, samples.t_s[:n])
    assert np.array_equal(found.acc_mps2, samples.acc_mps2[:n])
    assert np.array_equal(found.gyr_radps, samples.gyr_radps[:n])


@contextmanager
def writer(source: Samples, target: Path, *options: str, before: str = "") -> Iterator[subprocess.Popen[bytes]]:
    columns = target.parent.parent / f"{target.parent.name}.npy"
    np.save(columns, np.column_stack([source.t_s, source.acc_mps2, source.gyr_radps]))
    command = [sys.executable, "-c", before + WRITER, str(columns), str(target), str(PACKET), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with running(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        yield process


def test_it_is_the_recording_that_would_have_been_written_at_the_end(source: Samples, tmp_path: Path) -> None:
    t_s = source.t_s
    early, later = Mark(float(t_s[0]), "set"), Mark(float(np.nextafter(t_s[PACKET - 1], np.inf)), "side", "left")
    with Journal(tmp_path / "live.csv", {"sensor": "a test"}) as journal:
        journal.mark(early)
        journal.tell(height_m=1.8)
        for n, part in enumerate(parts_of(source)):
            if n == 1:
                journal.mark(later)
            journal.append(part)
            journal.append(part.part(0, 0))
        journal.sync()
    write_recording(tmp_path / "whole.csv", source, [early, later], {"sensor": "a test", "height_m": 1.8})
    assert (tmp_path / "live.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert read_recording(tmp_path / "live.csv").torn is None


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(RecordingError, match="exists already"):
        Journal(path, {})
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_recording_of_nothing_leaves_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path / "a.csv", {}) as journal:
        journal.mark(Mark(0.0, "set"))
        assert (tmp_path / "a.csv").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_sensor_that_comes_back_as_another_is_refused(source: Samples, tmp_path: Path) -> None:
    with Journal(tmp_path / "a.csv", {}) as journal:
        journal.append(source.part(0, 200))
        with pytest.raises(ValueError, match="have changed"):
            journal.append(replace(source.part(200, 210), gyr_range_radps=1.0))
        with pytest.raises(ValueError, match="header is written"):
            journal.tell(side="left")


@pytest.mark.parametrize("seed", range(3))
def test_a_program_that_is_killed_has_kept_all_it_was_given(seed: int, source: Samples, tmp_path: Path) -> None:
    target = tmp_path / "live.csv"
    packets = random.Random(seed).randint(20, len(source) // PACKET // 2)  # a recording is at least 1 s long
    with writer(source, target, "held") as process:
        assert process.stdout is not None
        for _ in range(packets):
            last = process.stdout.readline()
        process.kill()
        last = [last, *process.stdout.read().split(b"\n")[:-1]][-1]
    assert process.returncode < 0
    assert 0 < int(last) < len(source)
    assert_begins(read_recording(target), source, int(last))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, source: Samples) -> bytes:
    path = tmp_path_factory.mktemp("journal") / "live.csv"
    with Journal(path, {"sensor": "a test"}) as journal:
        for part in parts_of(source):
            journal.append(part)
            journal.mark(Mark(float(part.t_s[-1]), "note", "so far"))
    return path.read_bytes()


@settings(max_examples=25)
@given(cut=st.integers(20_000, 170_000), nul=st.integers(0, 5000))
def test_a_file_cut_anywhere_reads_up_to_its_last_whole_line(
    cut: int, nul: int, source: Samples, written: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What a computer without power leaves: an end at any byte, and on some file systems zeros behind it."""
    path = tmp_path_factory.mktemp("cut") / "live.csv"
    path.write_bytes(written[:cut] + b"\0" * nul)
    recording = read_recording(path)
    rows = [line for line in written[:cut].split(b"\n")[:-1] if line[:1].isdigit()]
    assert len(recording.samples) == len(rows)
    assert_begins(recording, source, 1)
    whole = written[:cut].endswith(b"\n") and not nul
    assert (recording.torn is None) == whole


LIMIT = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"


def assert_ends_well(source: Samples, target: Path, why: bytes, *, before: str = "") -> None:
    with writer(source, target, before=before) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert b"RecordingError" in err
    assert b"the recording ends here: " + why in err
    recording = read_recording(target)
    assert recording.torn is None
    assert_begins(recording, source, int(out.split()[-1]))
    assert 0 < len(recording.samples) < len(source)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size on Windows")
def test_a_limit_of_the_files_size_ends_it_with_a_whole_line(source: Samples, tmp_path: Path) -> None:
    target = tmp_path / "live.csv"
    assert_ends_well(source, target, b"File too large", before=LIMIT)


def test_a_full_disk_ends_it_with_a_whole_line(source: Samples, tmp_path: Path) -> None:
    """A disk of 160 kB of its own, which takes a superuser on Linux."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("mounting a small disk takes a superuser on Linux")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        assert_ends_well(source, disk / "live.csv", b"No space left on device")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
