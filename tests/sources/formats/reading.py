"""Files of others written to a folder and read: what came out, or the one line that says why not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from imukick import read_recording
from imukick.errors import ImukickError
from imukick.signals import Samples
from imukick.sources.recordings import Recording
from tests.sources.formats import made

KICK = made.kick()
SMALL = made.kick(2.5)


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def read(folder: Path, text: str | bytes, name: str = "any.name", **asked: object) -> Recording:
    return read_recording(written(folder, {name: text}) / name, **asked)  # type: ignore[arg-type]


def told(path: Path, **asked: object) -> str:
    with pytest.raises(ImukickError) as caught:
        read_recording(path, **asked)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 500
    return message


def told_of(folder: Path, text: str | bytes, name: str = "any.name", **asked: object) -> str:
    return told(written(folder, {name: text}) / name, **asked)


def close(recording: Recording, samples: Samples, *, acc: float = 2e-3, gyr: float = 2e-3) -> None:
    """The same values on the same relative times, whatever part of them."""
    got = recording.samples
    begin_s = float(got.t_s[0])
    rows = np.searchsorted(samples.t_s, got.t_s - begin_s + samples.t_s[0] - 1e-3)
    assert np.abs(samples.t_s[rows] - samples.t_s[0] - (got.t_s - begin_s)).max() < 2e-3
    assert np.abs(got.acc_mps2 - samples.acc_mps2[rows]).max() < acc
    assert np.abs(got.gyr_radps - samples.gyr_radps[rows]).max() < gyr
