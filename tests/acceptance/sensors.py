"""Each sensor of others for a minute, in real time: `imukick virtual-sensor --model` and `imukick live` as two programs.

    pytest tests/acceptance/sensors.py       both ends are bumble
    pytest tests/acceptance/on_bluez.py      three of them on Linux's own BlueZ, in a virtual machine

Not part of the ordinary suite, which plays them faster than real time.
"""

from __future__ import annotations

from itertools import islice, takewhile
from pathlib import Path

import pytest

from imukick.analysis import analyse
from imukick.sources.recordings import read_recording
from imukick.virtual.device_models import MODELS
from imukick.virtual.off_radio import sensor_of, talk
from imukick.virtual.track import Track, endless_track
from tests.acceptance.bluetooth import Say, assert_replays, quality, say, stage
from tests.acceptance.programs import Program
from tests.acceptance.stage import Stage
from tests.sources.other_makes import OTHERS, RATES_HZ

__all__ = ["say", "stage"]

MINUTE_S = 60.0
SURE_S = 56.0
"""What ended before has ended in both; frames of a Polar hold two seconds."""


def first_minute() -> Track:
    """What the program plays, as far as a minute needs it."""
    whole = endless_track()
    pieces = takewhile(lambda piece: piece.t_s[0] < MINUTE_S + 5.0, islice(whole.pieces(), 20))
    kept = list(pieces)
    length_s = float(kept[-1].t_s[-1] - kept[0].t_s[0])
    return Track("a minute", whole.rate_hz, length_s, whole.acc_range_mps2, whole.gyr_range_radps, lambda: iter(kept))


@pytest.mark.parametrize("make", OTHERS)
def test_two_programs_for_a_minute_without_a_loss(make: str, stage: Stage, say: Say, tmp_path: Path) -> None:
    recording, table = tmp_path / "live.csv", tmp_path / "live.reps.csv"
    with Program(tmp_path, "virtual-sensor", "--model", make, "--radio", stage.radio) as sensor:
        sensor.until("advertising")
        stage.wait_ready()
        described = MODELS[make].described
        file = () if described is None else ("--sensor-file", described)
        options = (*stage.options, *file, "--duration", MINUTE_S, "--record", recording, "--out", table)
        with Program(tmp_path, "live", *options) as live:
            assert live.wait() == 0
            assert live.err == ""
        say(quality(live))
        assert "no gap" in quality(live)
        assert "connected" not in quality(live)
        sensor.until("advertising", times=2)
        assert sensor.end() == 143
        assert "lost 0, repeated 0 packets" in sensor.out
        assert sensor.err == ""
    samples = read_recording(recording).samples
    span_s = float(samples.t_s[-1] - samples.t_s[0])
    assert samples.clock == sensor_of(make).clock
    assert MINUTE_S - 0.1 <= span_s < MINUTE_S + 3.0
    assert len(samples) / span_s == pytest.approx(RATES_HZ[make], rel=0.01)
    assert_replays(recording, table, tmp_path)
    meant = analyse(talk(make, first_minute()).samples).reps
    came = analyse(samples).reps
    theirs, ours = ([rep for rep in reps if rep.counted and rep.t_end_s < SURE_S] for reps in (meant, came))
    assert len(ours) == len(theirs) >= 7
    assert max(abs(a.rom_deg - b.rom_deg) for a, b in zip(ours, theirs, strict=True)) < 1.0
