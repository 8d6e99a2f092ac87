"""A live session in real time, heard through the Lab Streaming Layer by another program on this computer.

    pytest tests/acceptance/lsl.py

Not part of the ordinary suite: it takes as long as the recording that is played.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imukick.analysis import analyse
from imukick.sinks.lsl import ANGLE, EVENTS
from imukick.units import DEG_PER_RAD
from tests.acceptance.programs import Program
from tests.sinks.test_lsl import THIS_COMPUTER

PATIENCE_S = 60.0


def test_a_session_is_heard_whole(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "lsl_api.cfg"
    settings.write_text(THIS_COMPUTER.format(session=f"live{os.getpid()}"), encoding="utf-8")
    monkeypatch.setenv("LSLAPICFG", str(settings))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    pylsl = pytest.importorskip("pylsl", reason="needs pylsl: pip install 'imukick[lsl]'")
    play, record = root / "recordings" / "standing_200hz_quick.csv", tmp_path / "live.csv"
    heard: dict[str, list[Any]] = {ANGLE: [], EVENTS: []}
    stamps: dict[str, list[float]] = {ANGLE: [], EVENTS: []}
    late_s: list[float] = []
    with Program(tmp_path, "live", "--sensor", "virtual", "--play", play, "--record", record, "--lsl") as live:
        inlets = {}
        for name in heard:
            found = pylsl.resolve_byprop("name", name, timeout=PATIENCE_S)
            assert found, live
            inlets[name] = pylsl.StreamInlet(found[0])
            inlets[name].open_stream(timeout=PATIENCE_S)
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s and not any("SetEnded" in text for (text,) in heard[EVENTS]):
            for name, inlet in inlets.items():
                more, at = inlet.pull_chunk(timeout=0.0)
                heard[name] += np.asarray(more).tolist()
                stamps[name] += [float(stamp) for stamp in at]
                if name == ANGLE and len(at):
                    late_s.append(pylsl.local_clock() - float(at[-1]))
            time.sleep(0.005)
        assert live.wait() == 0
    analysis = analyse(record)
    known = [piece for piece in analysis.moved if piece.angle_rad is not None]
    t_s = np.concatenate([piece.t_s[~piece.filled] for piece in known])
    angle_rad = np.concatenate([piece.angle_rad[~piece.filled] for piece in known if piece.angle_rad is not None])
    got = np.asarray(heard[ANGLE])
    assert np.array_equal(got[:, 0], (angle_rad * DEG_PER_RAD)[: len(got)])
    assert len(got) >= 0.9 * len(t_s), "the end may come after the set was over"
    told = [json.loads(text) for (text,) in heard[EVENTS]]
    indices = [event["index"] for event in told if event["event"] == "Rep"]
    assert indices == [rep.index for rep in analysis.reps]
    offset_s = np.asarray(stamps[ANGLE]) - t_s[: len(got)]
    assert (np.diff(stamps[ANGLE]) >= 0.0).all()
    for event, stamp in zip(told, stamps[EVENTS], strict=True):
        if event["event"] == "Rep":
            assert stamp == pytest.approx(event["t_end_s"] + event["lsl_minus_t_s"], abs=1e-6)
    print(
        f"{len(got)} angles, {len(told)} events; stamp − sensor time spread {1e3 * np.ptp(offset_s):.1f} ms; "
        f"newest angle heard {1e3 * np.median(late_s):.0f} ms after it was measured (median of {len(late_s)} chunks)"
    )
