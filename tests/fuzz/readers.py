"""Bytes -> files in a folder, read by every reader there is. They may only be refused, and what is read is written and read back."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Final

import numpy as np

from imukick.errors import ImukickError
from imukick.sinks.recording_csv import write_recording
from imukick.sources.mapped_files import parse_mapped
from imukick.sources.plan_files import parse_plan
from imukick.sources.recordings import Recording, read_recording
from imukick.sources.recordings.finding import recordings_in, recordings_of_folder
from imukick.sources.recordings.spans import read_spans

CUT: Final = b"\n=== "
"""Between files: `\\n=== NAME\\n`, then what stands in it."""
KINDS: Final = ("file", "zip", "folder", "packed", "spans", "toml")
"""The first byte: one file; a zip as it is; several files in a folder; the same packed; a table of repetitions; a plan or description."""
RATE: Final = 0x40
DEVICE: Final = 0x80
"""Of the first byte: a rate of 50 Hz is given; the device `left` and, where there is none, the second part are asked for."""
MOST_FILES: Final = 8
NAMES: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/")


def joined(kind: str, files: dict[str, bytes], asked: int = 0) -> bytes:
    """A seed; `asked`: RATE, DEVICE."""
    return bytes([KINDS.index(kind) | asked]) + b"".join(
        CUT + name.encode() + b"\n" + data for name, data in files.items()
    )


def parted(data: bytes) -> dict[str, bytes]:
    """Name -> bytes; names are tame, for they are not what is tried here."""
    files: dict[str, bytes] = {}
    for part in data.split(CUT)[1 : MOST_FILES + 1]:
        name, _, text = part.partition(b"\n")
        tame = "".join(sign for sign in name.decode("ascii", "ignore")[:60] if sign in NAMES).strip("./")
        files[tame or "a.csv"] = text
    return files


def attempt(data: bytes, folder: Path) -> Recording | None:
    """The recording, if it is one. `AssertionError`, and anything that is no `ImukickError`, is a finding."""
    if not data:
        return None
    kind = KINDS[(data[0] & 0x3F) % len(KINDS)]
    files = parted(data[1:]) or {"a.csv": data[1:]}
    try:
        match kind:
            case "toml":
                text = next(iter(files.values())).decode("utf-8", "surrogateescape")
                (parse_mapped if "characteristic" in text else parse_plan)(text, "a.toml")
                return None
            case "spans":
                name, text_bytes = next(iter(files.items()))
                path = folder / ("a.json" if name.endswith(".json") else "a.csv")
                path.write_bytes(text_bytes)
                read_spans(path)
                return None
            case "zip":
                path = folder / "a.zip"
                path.write_bytes(next(iter(files.values())))
            case "packed":
                path = folder / "a.zip"
                out = io.BytesIO()
                with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
                    for name, one in files.items():
                        packed.writestr(zipfile.ZipInfo(name), one)
                path.write_bytes(out.getvalue())
            case "file":
                path = folder / "a.csv"
                path.write_bytes(next(iter(files.values())))
            case _:
                path = folder
                for name, one in files.items():
                    place = folder / name.replace("/", "_") if name.count("/") != 1 else folder / name
                    try:
                        place.parent.mkdir(exist_ok=True)
                        place.write_bytes(one)
                    except (FileExistsError, IsADirectoryError, NotADirectoryError):
                        continue  # a name that is another's folder
                recordings_of_folder(folder)
                recordings_in(sorted(folder.iterdir()))
        rate_hz, device = 50.0 if data[0] & RATE else None, "left" if data[0] & DEVICE else None
        try:
            recording = read_recording(path, rate_hz=rate_hz, device=device)
        except ImukickError:
            if device is None:
                raise
            recording = read_recording(path, rate_hz=rate_hz, part=2)
    except ImukickError as error:
        told = str(error)
        assert told
        assert "\n" not in told
        assert len(told) < 600 + len(str(folder)) * 3
        return None
    _check(recording, folder)
    return recording


def _check(recording: Recording, folder: Path) -> None:
    samples = recording.samples
    assert len(samples) > 1
    assert (np.diff(samples.t_s) >= 0).all()
    own = folder / "own.out"
    write_recording(own, samples, recording.marks, recording.meta, force=True)
    again = read_recording(own).samples
    assert np.array_equal(again.t_s, samples.t_s)
    assert np.array_equal(again.acc_mps2, samples.acc_mps2)
    assert np.array_equal(again.gyr_radps, samples.gyr_radps)


def attempt_anywhere(data: bytes) -> Recording | None:
    """The same in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return attempt(data, Path(folder))
