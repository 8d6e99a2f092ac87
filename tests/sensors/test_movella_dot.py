"""Movella DOT: modes, padding, the wrap of its clock, lost samples, its rate and what is done to it."""

from __future__ import annotations

import numpy as np
import pytest

from imukick.errors import ProtocolError
from imukick.sensors import movella_dot as dot
from imukick.sensors.link import Action, Battery, Read, Subscribe, Then, Write
from imukick.sensors.movella_dot import MEDIUM, MovellaDot, mode_refused
from tests.sensors.foreign import dot_control, dot_packet, dot_started, fed, holes, joined, repeated, settings_told

STEP_US = 16_667


def packets(rows: range | list[int], *, start_us: int = 0) -> list[bytes]:
    return [dot_packet(start_us + k * STEP_US, gyr=(float(k), 0.0, 0.0)) for k in rows]


def then(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    last = actions[-1]
    assert isinstance(last, Then)
    return last.actions()


def test_zeros_behind_a_sample_are_padding() -> None:
    for padded in (True, False):
        _, acc, gyr = joined(fed(dot_started(), MEDIUM, [dot_packet(5, padded=padded)]))
        assert acc == pytest.approx(np.array([[0.5, -9.5, 1.25]]))
        assert gyr == pytest.approx(np.array([[120.0, -30.5, 0.25]]))


@pytest.mark.parametrize("size", [0, 4, 20, 27])
def test_a_sample_that_is_too_short_is_refused(size: int) -> None:
    """20 bytes: another mode, or a link whose MTU cuts the packets."""
    with pytest.raises(ProtocolError, match="expected at least 28"):
        dot_started().receive(MEDIUM, dot_packet(5)[:size], 0.0)


def test_the_clock_wraps_and_the_line_does_not() -> None:
    start = 2**32 - 30 * STEP_US
    t_s, _, gyr = joined(fed(dot_started(), MEDIUM, packets(range(120), start_us=start), every_s=0.0167))
    assert t_s == pytest.approx(np.arange(120) * STEP_US * 1e-6, abs=1e-9)
    assert gyr[:, 0] == pytest.approx(np.arange(120))


def test_lost_samples_show_in_the_stamps() -> None:
    kept = [k for k in range(100) if k not in (10, 50, 51, 52)]
    decoded = fed(dot_started(), MEDIUM, packets(kept))
    assert [(hole.packets, hole.samples) for hole in holes(decoded)] == [(1, 1), (3, 3)]
    assert joined(decoded)[0] == pytest.approx(np.array(kept) * STEP_US * 1e-6, abs=1e-9)


def test_repeats_are_dropped() -> None:
    decoded = fed(dot_started(), MEDIUM, packets([0, 1, 1, 2, 1, 3]))
    assert (repeated(decoded), len(joined(decoded)[0])) == (2, 4)


def test_a_clock_that_leaps_ahead_is_not_believed() -> None:
    decoder = dot_started()
    fed(decoder, MEDIUM, packets(range(10)))
    with pytest.raises(ProtocolError, match="leaps ahead"):
        decoder.receive(MEDIUM, dot_packet(1_000_000_000), 0.2)
    assert len(joined(fed(decoder, MEDIUM, packets(range(10, 20))))[0]) == 10


def test_it_is_halted_set_to_60_hz_and_started_in_mode_21() -> None:
    decoder = MovellaDot()
    actions = decoder.start()
    assert actions.index(Subscribe(MEDIUM)) < actions.index(Write(dot.CONTROL, bytes.fromhex("010015")))
    assert fed(decoder, dot.DEVICE_CONTROL, [dot_control(20)]) == []
    changed, *_, begun, checked = then(actions)
    wanted = bytearray(dot_control(60))
    wanted[0] = 0x10
    assert changed == Write(dot.DEVICE_CONTROL, bytes(wanted)), "all other bytes as they were"
    assert (begun, checked) == (Write(dot.CONTROL, bytes.fromhex("010115")), Read(dot.CONTROL))
    said = settings_told(fed(decoder, dot.DEVICE_CONTROL, [dot_control(60)]))
    assert (said.rate_hz, said.warnings) == (60.0, ("its rate was 20 Hz and is now 60 Hz; it stays so",))
    assert decoder.stop() == (Write(dot.CONTROL, bytes.fromhex("010015")),)


def test_a_sensor_that_is_right_is_not_written_to() -> None:
    decoder = MovellaDot()
    actions = decoder.start()
    assert settings_told(fed(decoder, dot.DEVICE_CONTROL, [dot_control()])).warnings == ()
    assert not any(isinstance(one, Write) and one.characteristic == dot.DEVICE_CONTROL for one in then(actions))


def test_a_rate_that_does_not_stay_is_told() -> None:
    decoder = MovellaDot()
    decoder.start()
    fed(decoder, dot.DEVICE_CONTROL, [dot_control(120)])
    with pytest.raises(ProtocolError, match="stays at 120 Hz: set it to 60 Hz in Movella's app"):
        decoder.receive(dot.DEVICE_CONTROL, dot_control(120), 0.0)


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        (1, "has not published"),
        (17, "has not published"),
        (25, "has not published"),
        (2, "no angular rate"),
        (6, "no angular rate"),
        (24, "no acceleration"),
        (20, "not the one asked for"),
    ],
)
def test_modes_that_cannot_be_used_are_refused_with_the_reason(mode: int, why: str) -> None:
    assert why in str(mode_refused(mode))
    with pytest.raises(ProtocolError, match=f"another mode: mode {mode} .*{why}"):
        dot_started().receive(dot.CONTROL, bytes([1, 1, mode]), 0.0)


def test_a_sensor_that_does_not_measure_is_told() -> None:
    with pytest.raises(ProtocolError, match="does not start to measure"):
        dot_started().receive(dot.CONTROL, bytes.fromhex("010004"), 0.0)
    assert dot_started().receive(dot.CONTROL, dot.START, 0.0) == []


def test_old_firmware_without_device_control_is_told() -> None:
    with pytest.raises(ProtocolError, match="update its firmware"):
        then(MovellaDot().start())


def test_samples_before_it_said_how_it_is_set_are_left_out() -> None:
    decoder = MovellaDot()
    decoder.start()
    assert decoder.receive(MEDIUM, dot_packet(5), 0.0) == []


def test_the_battery_is_told() -> None:
    assert dot_started().receive(dot.BATTERY, b"\x50\x01", 0.0) == [Battery(80)]
