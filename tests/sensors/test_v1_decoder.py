"""The v1 decoder under anything that may come: any bytes, any loss, any repeats, any clock, any delay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.sensors.imukick_v1 import (
    BATTERY_LEVEL,
    CONFIG,
    CONTROL,
    FIRMWARE_REVISION,
    MODEL_NUMBER,
    SERVICE,
    STREAM,
    CommandCode,
    Config,
    ControlCommand,
    Reply,
    pack_config,
    pack_reply,
    pack_stream,
    parse_command,
)
from imukick.sensors.imukick_v1_decoder import ImukickV1
from imukick.sensors.known import SENSORS
from imukick.sensors.link import Advertisement, Await, Decoded, Read, Settings, Subscribe, Write
from imukick.signals import Samples
from tests.sensors.v1_stream import Sent, lost, receive, repeats, resume, started, steady, times, try_receive

ALL = [STREAM, CONTROL, CONFIG, BATTERY_LEVEL, MODEL_NUMBER, FIRMWARE_REVISION, SERVICE]


def stream_bytes() -> st.SearchStrategy[bytes]:
    """Packets that are whole, of any number and clock."""
    u16, u32 = st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)
    small = st.integers(0, 40)
    return st.builds(
        lambda n, seq, us: pack_stream(seq, us, np.zeros((n, 6), dtype=np.int16)),
        st.integers(1, 20),
        small | u16,
        small.map(lambda k: k * 20_000) | u32,
    )


def values() -> st.SearchStrategy[tuple[str, bytes]]:
    good_reply = st.integers(0, 2**64 - 1).map(lambda us: pack_reply(Reply(CommandCode.START, uptime_us=us)))
    config = st.builds(
        lambda boot, rate: pack_config(Config(boot=boot, rate_millihz=rate)),
        st.integers(0, 1),
        st.integers(10_000, 1_000_000),
    )
    return st.one_of(
        st.tuples(st.sampled_from(ALL), st.binary(max_size=40)),
        st.tuples(st.just(STREAM), stream_bytes()),
        st.tuples(st.just(STREAM), st.builds(lambda d, k: d[:k], stream_bytes(), st.integers(0, 60))),
        st.tuples(st.just(CONTROL), good_reply),
        st.tuples(st.just(CONFIG), config),
        st.just(("start", b"")),
    )


def check(decoded: list[Decoded], newest_s: float) -> float:
    """Times rise strictly and holes lie between the samples around them; gives the newest."""
    for one in decoded:
        if isinstance(one, Samples):
            assert one.t_s[0] > newest_s
            assert (np.diff(one.t_s) > 0).all()
            newest_s = float(one.t_s[-1])
    for hole in lost(decoded):
        assert 0.0 <= hole.t_from_s <= hole.t_to_s <= newest_s
        assert min(hole.packets or 0, hole.samples or 0) >= 0
    return newest_s


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(values(), st.floats(0.0, 1e4)), max_size=40), st.booleans())
def test_any_bytes_give_a_list_or_a_protocol_error(
    comes: list[tuple[tuple[str, bytes], float]], is_started: bool
) -> None:
    decoder = started() if is_started else ImukickV1()
    arrival_s, newest_s = 0.0, -1.0
    for (on, data), after_s in comes:
        arrival_s += after_s
        if on == "start":
            decoder.start()
            continue
        newest_s = check(try_receive(decoder, on, data, arrival_s) or [], newest_s)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(stream_bytes(), st.floats(0.0, 100.0)), max_size=60))
def test_any_numbers_and_clocks_never_turn_time_back(comes: list[tuple[bytes, float]]) -> None:
    decoder = started()
    arrival_s, newest_s = 0.0, -1.0
    for data, after_s in comes:
        arrival_s += after_s
        newest_s = check(try_receive(decoder, STREAM, data, arrival_s) or [], newest_s)


@settings(deadline=None, max_examples=80)
@given(
    n=st.integers(1, 19),
    fate=st.lists(st.sampled_from([0, 1, 1, 1, 2, 3]), min_size=1, max_size=120),
    start_us=st.integers(0, 2**33),
    share=st.floats(0.9, 1.1),
)
def test_what_is_lost_and_repeated_is_counted_exactly(n: int, fate: list[int], start_us: int, share: float) -> None:
    """`share`: the real period as a share of the stated one."""
    sent = steady([n] * len(fate), start_us=start_us, period_us=5000.0 * share)
    came = [packet for packet, copies in zip(sent, fate, strict=True) for _ in range(copies)]
    decoded = receive(started(start_us=start_us), came)
    kept = [packet for packet, copies in zip(sent, fate, strict=True) if copies]
    holes = lost(decoded)
    before_last = kept[-1].seq + 1 if kept else 0
    assert sum(hole.packets or 0 for hole in holes) == before_last - len(kept)
    assert sum(hole.samples or 0 for hole in holes) == n * (before_last - len(kept))
    assert repeats(decoded) == len(came) - len(kept)
    assert len(times(decoded)) == n * len(kept)


@settings(deadline=None, max_examples=100)
@given(
    n=st.integers(1, 19),
    fate=st.lists(st.booleans(), min_size=2, max_size=100),
    share=st.floats(0.9, 1.1),
    seed=st.integers(0, 99),
)
def test_times_keep_to_the_sensors_clock(n: int, fate: list[bool], share: float, seed: int) -> None:
    """Stamps jitter by a tenth of a period at most; a whole first packet goes by the stated rate, the rest by the stamps.

    The stated error (v1.md): the stamp's own, plus twice a stamp's error over a packet until more packets have come.
    """
    period_us = 5000.0 * share
    rng = np.random.default_rng(seed)
    sent = [
        replace(p, us=p.us + round(rng.uniform(0, 0.1) * period_us))
        for p in steady([n] * len(fate), period_us=period_us)
    ]
    came = [packet for packet, comes in zip(sent, fate, strict=True) if comes]
    got = times(receive(started(), came))
    true_s = np.concatenate([np.zeros(0), *(period_us * 1e-6 * (p.first + np.arange(p.n)) for p in came)])
    if not len(got):
        return
    error = np.abs((got - got[0]) - (true_s - true_s[0])) / (period_us * 1e-6)
    joined = [i for i in range(1, len(came)) if came[i].seq == came[i - 1].seq + 1]
    known = joined[0] + 1 if joined else len(came)  # from the packet after this one on, the period is measured
    assert (error <= 0.13 * n + 0.3).all()
    assert (error[(known + 1) * n :] <= 0.5).all()


@settings(deadline=None, max_examples=60)
@given(
    delays=st.lists(st.floats(0.0, 20.0), min_size=30, max_size=30),
    start_us=st.integers(0, 2**40),
    dropped=st.sets(st.integers(0, 29)),
)
def test_arrival_delays_and_clock_wraps_change_nothing(delays: list[float], start_us: int, dropped: set[int]) -> None:
    plain = [packet for packet in steady([7] * 30) if packet.seq not in dropped]
    late_s = np.maximum.accumulate(np.array([p.arrival_s + delays[p.seq] for p in plain], dtype=np.float64)).tolist()
    wrapped = [replace(p, us=p.us + start_us, arrival_s=s) for p, s in zip(plain, late_s, strict=True)]
    first, second = receive(started(), plain), receive(started(start_us=start_us), wrapped)
    assert times(first).tolist() == times(second).tolist()
    assert lost(first) == lost(second)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=40))
def test_the_size_of_packets_changes_no_time(sizes: list[int]) -> None:
    """At the stated rate, with stamps to the microsecond."""
    got = times(receive(started(), steady(sizes)))
    assert got == pytest.approx(0.005 * np.arange(sum(sizes)), abs=1e-9)


def test_lag_behind_stated_rate_is_measured_within_ten_seconds() -> None:
    sent = steady([19] * 400, period_us=4990.123)
    got = times(receive(started(), sent))
    assert np.abs(got[19 * 200 :] - 4990.123e-6 * np.arange(19 * 200, 19 * 400)).max() < 2e-6


def test_a_dropped_link_goes_on_on_the_same_line() -> None:
    decoder = started()
    first = receive(decoder, steady([10] * 20))
    resume(decoder, start_us=3_000_000, arrival_s=3.0)
    later = [replace(p, us=p.us + 3_000_000, arrival_s=p.arrival_s + 3.0) for p in steady([10] * 20)]
    decoded = receive(decoder, later)
    assert times(decoded)[0] == 3.0
    (hole,) = lost(decoded)
    assert (hole.t_from_s, hole.t_to_s, hole.packets, hole.samples) == (times(first)[-1], 3.0, None, None)


def test_a_sensor_that_was_off_for_minutes_is_placed_by_arrival() -> None:
    decoder = started()
    rng = np.random.default_rng(1)
    before = [replace(p, arrival_s=p.arrival_s + rng.exponential(0.02)) for p in steady([19] * 600)]
    receive(decoder, before)
    resume(decoder, Config(boot=9), start_us=500_000, arrival_s=400.0)
    decoded = receive(decoder, [replace(p, us=p.us + 500_000, arrival_s=p.arrival_s + 400.0) for p in steady([19] * 5)])
    assert times(decoded)[0] == pytest.approx(400.0, abs=0.03)


def test_a_restart_of_a_sensor_with_a_constant_boot_number_is_told_by_its_clock() -> None:
    decoder = started(start_us=9_000_000)
    receive(decoder, steady([19] * 10, start_us=9_000_000))
    resume(decoder, start_us=500_000, arrival_s=5.0)
    decoded = receive(decoder, [replace(p, us=p.us + 500_000, arrival_s=p.arrival_s + 5.0) for p in steady([19] * 5)])
    assert times(decoded)[0] == pytest.approx(5.0, abs=0.001)


def test_a_rate_far_from_the_stated_one_is_refused_in_words() -> None:
    decoder = started()
    answers = [try_receive(decoder, STREAM, p.data, p.arrival_s) for p in steady([10] * 20, period_us=2500.0)]
    assert answers.count(None) >= 8


def test_a_session_of_ten_hours_keeps_its_time_and_its_memory() -> None:
    decoder = started(start_us=2**32 - 5)
    step = 19 * 5000
    decoded: list[Decoded] = []
    for seq in range(0, 379_000, 199):
        packet = Sent(seq, 2**32 - 5 + seq * step, 0, 19, seq * step * 1e-6 + 0.1)
        decoded += decoder.receive(STREAM, packet.data, packet.arrival_s)
    assert times(decoded)[-1] == pytest.approx((378_896 * 19 + 18) * 0.005, abs=1e-6)
    assert sum(hole.packets or 0 for hole in lost(decoded)) == 378_896 // 199 * 198


def test_start_reads_subscribes_then_starts() -> None:
    actions = ImukickV1().start()
    kinds = [type(action) for action in actions]
    assert kinds.index(Write) > max(i for i, kind in enumerate(kinds) if kind in (Read, Subscribe))
    assert kinds[-1] is Await
    required = [a.characteristic for a in actions if isinstance(a, Read | Subscribe) and not a.optional]
    assert required == [CONFIG, CONTROL, STREAM]
    written = [parse_command(a.data) for a in (*actions, *ImukickV1().stop()) if isinstance(a, Write)]
    assert written == [ControlCommand(CommandCode.START), ControlCommand(CommandCode.STOP)]


def test_settings_say_who_and_how() -> None:
    decoder = ImukickV1()
    decoder.receive(MODEL_NUMBER, b"Ankle One\0", 0.0)
    decoder.receive(FIRMWARE_REVISION, b"1.2.0", 0.0)
    (decoded,) = decoder.receive(CONFIG, pack_config(Config(rate_millihz=104_000)), 0.0)
    assert isinstance(decoded, Settings)
    assert (decoded.model, decoded.firmware, decoded.rate_hz) == ("Ankle One", "1.2.0", 104.0)
    assert decoded.acc_range_mps2 == pytest.approx(16 * 9.80665, rel=1e-3)
    assert decoded.gyr_range_radps == pytest.approx(np.radians(2000), rel=1e-3)


def test_the_sensor_is_known_by_its_service_alone() -> None:
    (sensor,) = [s for s in SENSORS if s.recognises(Advertisement(services=frozenset({SERVICE})))]
    assert sensor.model == "imukick v1"
    assert sensor.services == (SERVICE,)
    assert isinstance(sensor.decoder(), ImukickV1)
    assert not any(s.recognises(Advertisement(name="imukick")) for s in SENSORS)
