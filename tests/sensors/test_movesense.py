"""Movesense: packets in pieces, refs, statuses, the split into two streams, lost packets, wraps, ranges."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from imukick.errors import ProtocolError
from imukick.sensors import movesense
from imukick.sensors.imukick_v1 import BATTERY_LEVEL
from imukick.sensors.link import Action, Battery, Decoded, Subscribe, Then, Wait, Write
from imukick.sensors.movesense import ACC_REF, GYRO_REF, IMU6_REF, NOTIFY, RATES_HZ, Code, Movesense
from tests.sensors.foreign import (
    fed,
    gsp_packet,
    gsp_reply,
    holes,
    in_two,
    joined,
    movesense_resumed,
    movesense_started,
    repeated,
    settings_told,
)

STILL = (0.0, 0.0, 9.81)


def packet(k: int, *, rate_hz: int = 52, ref: int = IMU6_REF, start_ms: int = 0) -> bytes:
    """Packet number `k` of a stream: the rate's x counts samples."""
    n = rate_hz // 13
    turning = [(float(k * n + i), 0.0, 0.0) for i in range(n)]
    groups = {IMU6_REF: ([STILL] * n, turning), ACC_REF: ([STILL] * n,), GYRO_REF: (turning,)}[ref]
    return gsp_packet(start_ms + round(k * n / rate_hz * 1000), *groups, ref=ref)


def asked(actions: tuple[Action, ...]) -> list[bytes]:
    return [action.data for action in actions if isinstance(action, Write)]


def then(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """What the decoder asks next, after what it has received."""
    last = actions[-1]
    assert isinstance(last, Then)
    return last.actions()


def test_it_is_greeted_asked_for_its_ranges_and_told_to_send() -> None:
    decoder = Movesense()
    actions = decoder.start()
    assert actions[0] == Subscribe(NOTIFY), "before anything is written"
    assert asked(actions) == [b"\x00\x01", b"\x04\x02/Meas/IMU/Config"]
    subscribed = then(actions)
    assert asked(subscribed) == [b"\x01\x63/Meas/IMU6/52"]
    fed(decoder, NOTIFY, [packet(0)])
    assert then(subscribed) == ()
    assert asked(decoder.stop()) == [b"\x02\x63"]


@pytest.mark.parametrize("rate_hz", [104, 208])
def test_a_packet_in_two_parts_is_the_packet_in_one(rate_hz: int) -> None:
    whole = [packet(k, rate_hz=rate_hz) for k in range(5)]
    cuts = [piece for one in whole for piece in in_two(one)]
    t_s, acc, gyr = joined(fed(movesense_started(rate_hz), NOTIFY, whole))
    t2_s, acc2, gyr2 = joined(fed(movesense_started(rate_hz), NOTIFY, cuts))
    assert len(t_s) == 5 * rate_hz // 13
    assert (t_s == t2_s).all()
    assert (acc == acc2).all()
    assert (gyr == gyr2).all()
    assert gyr[:, 0] == pytest.approx(np.arange(len(t_s)), abs=1e-6)


def test_three_parts_are_put_together_too() -> None:
    one = packet(0, rate_hz=208)
    head, payload = one[:2], one[2:]
    parts = [head + payload[:150], b"\x03\x63" + payload[150:300], b"\x03\x63" + payload[300:]]
    assert len(joined(fed(movesense_started(208), NOTIFY, parts))[0]) == 16


def test_a_new_packet_ends_one_whose_second_part_was_lost() -> None:
    decoder = movesense_started(104)
    decoded = fed(decoder, NOTIFY, in_two(packet(0, rate_hz=104)))
    decoded += fed(decoder, NOTIFY, in_two(packet(1, rate_hz=104))[:1])
    first, second = in_two(packet(2, rate_hz=104))
    with pytest.raises(ProtocolError, match="ends after 156 of 196 bytes"):
        decoder.receive(NOTIFY, first, 0.2)
    decoded += fed(decoder, NOTIFY, [second, *in_two(packet(3, rate_hz=104))])
    t_s, _, gyr = joined(decoded)
    assert gyr[:, 0] == pytest.approx([*range(8), *range(16, 32)], abs=1e-6)
    assert [(hole.packets, hole.samples) for hole in holes(decoded)] == [(1, 8)]
    assert (np.diff(t_s) > 0).all()


def test_a_second_part_without_its_first_is_refused() -> None:
    decoder = movesense_started(104)
    fed(decoder, NOTIFY, [packet(0, rate_hz=104)])
    with pytest.raises(ProtocolError, match="whose first was lost"):
        decoder.receive(NOTIFY, in_two(packet(1, rate_hz=104))[1], 0.1)


def test_a_subscription_that_outlived_its_program_disturbs_no_start() -> None:
    decoder = Movesense(104)
    actions = decoder.start()
    stale = in_two(packet(0, rate_hz=104))
    assert fed(decoder, NOTIFY, [*stale, b"\x02\x63cut", stale[1]]) == []
    subscribed = then(actions)
    assert fed(decoder, NOTIFY, [stale[1]]) == []
    assert len(joined(fed(decoder, NOTIFY, in_two(packet(1, rate_hz=104))))[0]) == 8
    assert then(subscribed) == ()


@pytest.mark.parametrize("by", [-4, 4, 12])
def test_a_packet_of_another_length_is_refused_or_waited_for(by: int) -> None:
    decoder, one = movesense_started(), packet(0)
    if by < 0:
        assert decoder.receive(NOTIFY, one[:by], 0.0) == []
        return
    with pytest.raises(ProtocolError, match="expected 100"):
        decoder.receive(NOTIFY, one + bytes(by), 0.0)


def test_packets_of_other_refs_are_left_alone() -> None:
    """Another request of another program, or of another stream of ours."""
    others = [packet(k, ref=ref) for k in range(3) for ref in (ACC_REF, GYRO_REF)]
    strangers = [b"\x02\x07" + one[2:] for one in others]
    mixed = [
        piece for k, pair in enumerate(zip(others[::2], strangers[::2], strict=True)) for piece in (*pair, packet(k))
    ]
    assert len(joined(fed(movesense_started(), NOTIFY, mixed))[0]) == 12


def test_two_streams_make_one_where_the_whole_does_not_come() -> None:
    decoder = Movesense(104)
    subscribed = then(decoder.start())
    assert Wait(movesense.FIRST_DATA_S) in subscribed
    split = then(subscribed)
    assert asked(split) == [b"\x02\x63", b"\x01\x64/Meas/Acc/104", b"\x01\x65/Meas/Gyro/104"]
    streams = [packet(k, rate_hz=104, ref=ref) for k in range(6) for ref in (ACC_REF, GYRO_REF)]
    t_s, acc, gyr = joined(decoded := fed(decoder, NOTIFY, streams))
    assert then(split) == ()
    assert asked(decoder.stop()) == [b"\x02\x64", b"\x02\x65"]
    assert settings_told(decoded).rate_hz == 104
    assert gyr[:, 0] == pytest.approx(np.arange(48), abs=1e-6)
    assert acc == pytest.approx(np.array([STILL] * 48), abs=1e-6)
    assert np.diff(t_s) == pytest.approx(1 / 104, abs=1e-3)


def test_a_sensor_that_sends_neither_is_refused() -> None:
    decoder = Movesense()
    split = then(then(decoder.start()))
    with pytest.raises(ProtocolError, match=r"sends nothing of /Meas/Acc/52: update its firmware"):
        then(split)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ((507).to_bytes(2, "little"), "no room for another"),
        ((507).to_bytes(2, "big"), "no room for another"),
        ((404).to_bytes(2, "little"), "status 404; update"),
    ],
    ids=["507", "507 swapped", "404"],
)
def test_a_refusal_is_told(status: bytes, words: str) -> None:
    decoder = Movesense()
    split = then(then(decoder.start()))
    assert fed(decoder, NOTIFY, [bytes([1, ACC_REF]) + status]) == []
    with pytest.raises(ProtocolError, match=words):
        then(split)


def test_an_exhausted_sensor_is_not_asked_again() -> None:
    decoder = Movesense()
    subscribed = then(decoder.start())
    fed(decoder, NOTIFY, [gsp_reply(IMU6_REF, 429)])
    with pytest.raises(ProtocolError, match="takes no more requests until it is restarted"):
        then(subscribed)


@pytest.mark.parametrize("hello", [b"Hello", b"\x01serial\0Movesense HR2\0AA:BB\0imu_app\x002.3.1\0", b"", b"\x01"])
def test_both_kinds_of_greeting_are_understood(hello: bytes) -> None:
    decoder = movesense_started()
    decoded = fed(decoder, NOTIFY, [bytes([1, movesense.HELLO_REF]) + hello, packet(0)])
    new = hello.startswith(b"\x01s")
    assert settings_told(decoded).model == ("Movesense HR2" if new else "Movesense")
    assert settings_told(decoded).firmware == ("2.3.1" if new else None)


@pytest.mark.parametrize(("degps", "warned"), [(2000, False), (1000, False), (500, True), (245, True)])
def test_a_small_range_of_the_gyroscope_is_warned_of(degps: int, warned: bool) -> None:
    decoded = fed(
        movesense_started(),
        NOTIFY,
        [gsp_reply(movesense.CONFIG_REF, 200, struct.pack("<BHH", 8, degps, 400)), packet(0)],
    )
    said = settings_told(decoded)
    assert any(f"ends at {degps} deg/s" in warning for warning in said.warnings) == warned
    assert said.gyr_range_radps == pytest.approx(np.deg2rad(degps))
    assert joined(decoded)[0].size == 4


@pytest.mark.parametrize(
    "answer", [b"", b"\x08", b"\x07\xd0\x07\x00\x00", b"\x08\x07\xd0\x00\x00"], ids=["none", "cut", "acc", "order"]
)
def test_ranges_that_cannot_be_are_not_believed(answer: bytes) -> None:
    said = settings_told(fed(movesense_started(), NOTIFY, [gsp_reply(movesense.CONFIG_REF, 200, answer), packet(0)]))
    assert (said.acc_range_mps2, said.gyr_range_radps) == (None, None)
    assert said.warnings != ()


def test_the_stamp_is_that_of_the_first_sample_and_wraps() -> None:
    start = 2**32 - 200
    t_s, _, gyr = joined(
        fed(movesense_started(), NOTIFY, [packet(k, start_ms=start) for k in range(20)], every_s=0.077)
    )
    assert t_s == pytest.approx(np.arange(80) / 52, abs=1.1e-3)
    assert gyr[:, 0] == pytest.approx(np.arange(80), abs=1e-5)


def test_lost_packets_show_in_the_stamps() -> None:
    kept = [k for k in range(40) if k not in (3, 17, 18)]
    decoded = fed(movesense_started(), NOTIFY, [packet(k) for k in kept])
    assert [(hole.packets, hole.samples) for hole in holes(decoded)] == [(1, 4), (2, 8)]


def test_repeats_are_dropped() -> None:
    decoded = fed(movesense_started(), NOTIFY, [packet(k) for k in (0, 1, 1, 2, 0, 3)])
    assert (repeated(decoded), len(joined(decoded)[0])) == (2, 16)


def test_the_line_goes_on_after_a_reconnection_and_after_a_restart_of_the_sensor() -> None:
    decoder = movesense_started()
    decoded: list[Decoded] = fed(decoder, NOTIFY, [packet(k, start_ms=900_000) for k in range(10)], every_s=0.077)
    movesense_resumed(decoder)
    decoded += fed(decoder, NOTIFY, [packet(k, start_ms=910_000) for k in range(10)], every_s=0.077, from_s=10.0)
    movesense_resumed(decoder)
    decoded += fed(decoder, NOTIFY, [packet(k, start_ms=1_000) for k in range(10)], every_s=0.077, from_s=20.0)
    t_s = joined(decoded)[0]
    assert (np.diff(t_s) > 0).all()
    assert t_s[[0, 40, 80]] == pytest.approx([0.0, 10.0, 20.0], abs=0.02)
    assert [(hole.packets, hole.samples) for hole in holes(decoded)] == [(None, None)] * 2


def test_numbers_in_mg_are_noticed() -> None:
    bad = gsp_packet(0, [(0.0, 0.0, 1000.0)] * 4, [(0.0, 0.0, 0.0)] * 4)
    with pytest.raises(ProtocolError, match="another format, mode or unit"):
        movesense_started().receive(NOTIFY, bad, 0.0)


def test_the_battery_is_told() -> None:
    assert movesense_started().receive(BATTERY_LEVEL, b"\x37", 0.0) == [Battery(55)]


def test_only_its_own_rates_can_be_asked_for() -> None:
    assert [Movesense(rate_hz) is not None for rate_hz in RATES_HZ] == [True] * 8
    with pytest.raises(ValueError, match="expected one of"):
        Movesense(100)


def test_every_command_begins_with_its_code_and_a_ref_that_is_not_zero() -> None:
    for data in (*asked(Movesense().start()), *asked(Movesense().stop())):
        assert data[0] in list(Code)
        assert data[1] != 0
