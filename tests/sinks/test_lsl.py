"""Streams of the Lab Streaming Layer, read by an inlet of their own on this computer alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imukick.errors import ImukickError
from imukick.events import Event, LiftTold, RepRevised, SetEnded
from imukick.sinks.lsl import check_lsl, event_words
from imukick.units import DEG_PER_RAD
from tests.sinks.rep_rows import a_rep
from tests.sinks.small_run import NASTY, moved

THIS_COMPUTER = (
    "[multicast]\nResolveScope = machine\nAddressesOverride = {{127.0.0.1}}\n"
    "[lab]\nKnownPeers = {{127.0.0.1}}\nSessionID = {session}\n[ports]\nIPv6 = disable\n[log]\nlevel = -2\n"
)
READ = """
import json, sys, time
import numpy as np
import pylsl
from imukick.sinks.lsl import ANGLE, EVENTS, Outlets
from tests.sinks.small_run import NASTY, moved
from tests.sinks.test_lsl import TOLD

outlets = Outlets(NASTY)
inlets = {}
for name in (ANGLE, EVENTS):
    found = pylsl.resolve_byprop("name", name, timeout=10.0)
    inlets[name] = pylsl.StreamInlet(found[0])
    inlets[name].open_stream(timeout=10.0)
before, after = moved()
outlets.event(TOLD[0])  # before any sample: nothing could stamp it
outlets.arrived(float(before.t_s[-1]), time.monotonic() - 0.125)
asked_s = pylsl.local_clock()
for piece in (before, after):
    outlets.moved(piece)
for event in TOLD[1:]:
    outlets.event(event)

def pulled(name, wanted):
    samples, stamps = [], []
    while len(samples) < wanted:
        more, at = inlets[name].pull_chunk(timeout=5.0, max_samples=wanted - len(samples))
        if not more:
            break
        samples += list(more)
        stamps += list(at)
    return samples, stamps

samples, stamps = pulled(ANGLE, 140)
events, event_stamps = pulled(EVENTS, len(TOLD) - 1)
info = inlets[ANGLE].info(timeout=5.0)
channel = info.desc().child("channels").child("channel")
labels = []
while not channel.empty():
    labels.append([channel.child_value("label"), channel.child_value("unit")])
    channel = channel.next_sibling()
outlets.close()
print(json.dumps({
    "samples": np.asarray(samples).tolist(), "stamps": [float(s) for s in stamps], "events": [e[0] for e in events],
    "event_stamps": [float(s) for s in event_stamps], "labels": labels, "sensor": info.desc().child_value("sensor"),
    "rate_hz": info.nominal_srate(), "asked_s": asked_s,
    "clock": info.desc().child("synchronization").child_value("time_source"),
}))
"""
TOLD: tuple[Event, ...] = (
    SetEnded(set=0, reps=0, t_s=0.0),
    LiftTold(t_s=0.75, momentum_lift=None),
    a_rep(notes=(NASTY,)),
    RepRevised(1, a_rep(revision=1)),
    SetEnded(set=1, reps=1, t_s=3.0),
)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory, root: Path) -> dict[str, Any]:
    """What an inlet hears, in a process of its own: the library reads its settings once."""
    try:
        check_lsl()
    except ImukickError as error:
        pytest.skip(str(error))
    settings = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    settings.write_text(THIS_COMPUTER.format(session=f"test{os.getpid()}"), encoding="utf-8")
    environment = {**os.environ, "LSLAPICFG": str(settings), "PYTHONPATH": f"{root}{os.pathsep}{root / 'src'}"}
    done = subprocess.run(
        [sys.executable, "-c", READ], capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    words: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return words


def test_the_angle_arrives_equal_where_it_was_measured(heard: dict[str, Any]) -> None:
    _, after = moved()
    assert after.angle_rad is not None
    assert after.rate_radps is not None
    wanted = np.column_stack([after.angle_rad, after.rate_radps])[~after.filled] * DEG_PER_RAD
    assert np.array_equal(heard["samples"], wanted)


def test_channels_say_what_they_are(heard: dict[str, Any]) -> None:
    assert heard["labels"] == [["lower_leg_angle", "degrees"], ["lower_leg_rate", "degrees/second"]]
    assert heard["sensor"] == NASTY
    assert heard["rate_hz"] == 0.0
    assert "sensor time" in heard["clock"]


def test_stamps_are_those_of_the_measurement(heard: dict[str, Any]) -> None:
    """The newest sample was said to have come 0.125 s before: its time is that moment, and the rest keeps its distance."""
    before, after = moved()
    t_s = after.t_s[~after.filled]
    offset_s = np.asarray(heard["stamps"]) - t_s
    assert np.ptp(offset_s) < 1e-6
    came_s = offset_s[0] + before.t_s[-1]
    assert -5.0 < came_s - (heard["asked_s"] - 0.125) <= 0.0


def test_events_are_whole_and_stamped_when_they_happened(heard: dict[str, Any]) -> None:
    events = [json.loads(text) for text in heard["events"]]
    offset_s = events[0]["lsl_minus_t_s"]
    for event, told in zip(events, TOLD[1:], strict=True):
        assert event == json.loads(json.dumps(event_words(told))) | {"lsl_minus_t_s": offset_s}
    happened = [0.75, 3.0, 3.0, 3.0]
    assert heard["event_stamps"] == pytest.approx([t_s + offset_s for t_s in happened], abs=1e-6)
    assert heard["stamps"][0] - moved()[1].t_s[0] == pytest.approx(offset_s, abs=1e-6)
