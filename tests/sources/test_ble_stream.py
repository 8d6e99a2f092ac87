"""A whole session through bleak's own interface, over a virtual radio: every sample once, every loss told, clean ends."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace

import numpy as np
import pytest
from bleak import BleakClient

from imukick.errors import SensorError
from imukick.sensors.imukick_v1 import Status
from imukick.sensors.link import Battery, Lost, Repeated, Settings
from imukick.signals import Samples
from imukick.sources.ble import (
    Found,
    LinkDown,
    LinkParams,
    LinkQuality,
    LinkUp,
    Received,
    Refused,
    Stalled,
    find,
    in_range,
    stream,
)
from imukick.sources.ble.connection import Window
from imukick.virtual.bumble_backend import bumble_backend
from imukick.virtual.playing import Faults
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import in_process, serve
from tests.skipped_time import run_skipping
from tests.sources.ble_session import NAME, QUICK, play, ramp

IMPATIENT = replace(QUICK, stall_s=0.3, first_s=0.3)


@pytest.mark.parametrize(
    ("rate_hz", "mtu", "a_packet"),
    [(100, 247, 10), (200, 247, 19), (400, 247, 19), (100, 185, 10), (200, 185, 14), (400, 185, 14), (100, 23, 1)],
)
def test_every_sample_comes_once_and_in_order(rate_hz: float, mtu: int, a_packet: int) -> None:
    session = play(ramp(rate_hz, 5.0), radio=Radio(mtu=mtu, jitter_s=0.01), speed=40.0)
    assert session.error is None
    assert session.numbers == list(range(int(rate_hz * 5)))
    assert np.abs(session.t_s - np.arange(rate_hz * 5) / rate_hz).max() < 1e-5
    assert {len(s) for s in session.decoded(Samples)[:-1]} == {a_packet}
    assert session.decoded(Lost) == []
    assert [up.connection for up in session.of(LinkUp)] == [1]
    assert session.of(Refused) == []
    assert sum(quality.samples for quality in session.of(LinkQuality)) <= len(session.numbers)
    settings = session.decoded(Settings)[0]
    assert settings.rate_hz == rate_hz
    assert settings.acc_range_mps2 == pytest.approx(16 * 9.80665, rel=1e-5)


def test_a_rate_that_small_packets_cannot_carry_is_refused_by_name() -> None:
    session = play(ramp(200, 2.0), radio=Radio(mtu=23))
    assert session.error is not None
    assert session.error.reason == "protocol"
    assert "MTU" in str(session.error)
    assert session.of(LinkDown) == []


def test_losses_and_repeats_are_counted_exactly() -> None:
    session = play(ramp(200, 20.0), radio=Radio(loss=0.15, repeats=0.15, seed=3), speed=60.0)
    assert session.sensor is not None
    sent = session.sensor.sent
    assert sent.lost >= 10
    assert sent.repeated >= 10
    assert sum(lost.packets or 0 for lost in session.decoded(Lost)) == sent.lost
    assert sum(lost.samples or 0 for lost in session.decoded(Lost)) == sent.lost_samples
    assert sum(again.packets for again in session.decoded(Repeated)) == sent.repeated
    assert len(session.numbers) == sent.samples
    assert session.numbers == sorted(set(session.numbers))
    assert np.abs(session.t_s - np.array(session.numbers) / 200).max() < 1e-5


def test_the_sensors_clock_may_wrap_and_drift() -> None:
    session = play(
        ramp(200, 6.0, begins_s=1234.5), radio=Radio(drift_ppm=100.0), faults=Faults(uptime_s=2**32 / 1e6 - 3.0)
    )
    assert session.numbers == list(range(1200))
    assert session.decoded(Lost) == []
    assert np.abs(session.t_s - np.arange(1200) / 200).max() < 1e-5


def test_a_lost_link_comes_back_within_three_seconds_and_leaves_a_gap() -> None:
    session = play(ramp(200, 5.0), radio=Radio(drops_s=((1.0, 1.6),)), speed=8.0)
    assert session.error is None
    down = session.of(LinkDown)
    assert [(item.reason, item.tries) for item in down] == [("link lost", 0)]
    assert f"the link to {NAME} was lost" in down[0].message
    assert [up.connection for up in session.of(LinkUp)] == [1, 2]
    again = next(i.t_host_s for i in session.items if isinstance(i, Received) and i.t_host_s > down[0].t_host_s)
    assert again - down[0].t_host_s < 3.0
    lost = session.decoded(Lost)
    assert len(lost) == 1
    assert lost[0].packets is None
    assert 0.8 < lost[0].t_from_s < 1.1
    numbers = session.numbers
    assert numbers == sorted(set(numbers))
    missed = sorted(set(range(1000)) - set(numbers))
    assert len(missed) == missed[-1] - missed[0] + 1, "one hole"
    assert np.abs(session.t_s - np.array(numbers) / 200).max() < 1e-4


def test_a_sensor_that_falls_silent_is_told_and_connected_anew() -> None:
    session = play(ramp(100, 8.0), radio=Radio(silences_s=((1.0, 4.5),)), speed=10.0, params=IMPATIENT)
    assert session.error is None
    stalled = session.of(Stalled)
    assert len(stalled) == 1
    assert stalled[0].silent_s >= IMPATIENT.stall_s
    assert [up.connection for up in session.of(LinkUp)] == [1, 2]
    assert session.numbers[-1] == 799


def test_a_sensor_that_starts_but_sends_nothing_is_tried_again() -> None:
    session = play(ramp(100, 6.0), faults=Faults(mute_starts=1), speed=10.0, params=IMPATIENT)
    assert [(item.reason, item.tries) for item in session.of(LinkDown)] == [("silent", 1)]
    assert session.numbers[-1] == 599


def test_a_sensor_that_never_sends_anything_is_given_up() -> None:
    session = play(ramp(100, 600.0), faults=Faults(mute_starts=99), params=replace(QUICK, stall_s=0.1, backoff_s=0.01))
    assert session.error is not None
    assert session.error.reason == "silent"
    assert len(session.of(Stalled)) == 3


def test_a_dying_battery_is_told_and_a_dead_sensor_given_up() -> None:
    params = LinkParams(scan_s=0.2, backoff_s=0.05, give_up_s=0.3)
    session = play(ramp(100, 600.0), radio=Radio(battery_pct=5, battery_life_s=5.0), speed=20.0, params=params)
    assert [battery.percent for battery in session.decoded(Battery)] == [5, 4, 3, 2, 1]
    assert session.error is not None
    assert session.error.reason == "gone"
    assert [item.reason for item in session.of(LinkDown)][:2] == ["link lost", "not found"]
    assert session.numbers == list(range(len(session.numbers)))
    assert len(session.numbers) >= 480


@pytest.mark.parametrize(
    ("faults", "said"),
    [(Faults(version=2), "version 2"), (Faults(status=Status.FAULT), "motion sensor does not answer")],
)
def test_a_sensor_that_cannot_be_used_says_why_at_once(faults: Faults, said: str) -> None:
    session = play(ramp(100, 600.0), faults=faults)
    assert session.error is not None
    assert session.error.reason == "protocol"
    assert said in str(session.error)
    assert session.of(LinkDown) == []


def test_malformed_packets_are_refused_and_nothing_else_is() -> None:
    hostile = (
        b"",
        b"\x01",
        b"\x01\xff\x00\x00\x00\x00\x00\x00",
        b"\x01\x00\x00\x00\x00\x00\x00\x00",
        b"\x02" + bytes(19),
        bytes([1, 1]) + bytes(240),
        b"\xff" * 244,
    )
    session = play(ramp(200, 5.0), faults=Faults(malformed=hostile))
    assert len(session.of(Refused)) == len(hostile)
    assert session.numbers == list(range(1000))
    assert sum(quality.refused for quality in session.of(LinkQuality)) <= len(hostile)


def test_a_cancelled_stream_stops_the_sensor_and_hangs_up() -> None:
    async def run() -> list[str]:
        async with in_process(ramp(200, 600.0)) as room:
            found = await find(NAME, backend=room.backend)
            began = asyncio.Event()

            async def listen() -> None:
                async with aclosing(stream(found[0], backend=room.backend)) as items:
                    async for item in items:
                        if isinstance(item, Received) and any(isinstance(decoded, Samples) for decoded in item.decoded):
                            began.set()

            task = asyncio.create_task(listen())
            await asyncio.wait_for(began.wait(), 5.0)
            states = [room.sensor.state]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(0.01)
            return [*states, room.sensor.state, str(room.sensor.sent.stops)]

    assert run_skipping(run()) == ["streaming", "waiting", "1"]


def test_a_link_that_a_killed_program_left_is_found_and_taken_over() -> None:
    async def run() -> tuple[list[Found], int]:
        async with in_process(ramp(200, 600.0)) as room:
            first = (await find(NAME, backend=room.backend))[0]
            await BleakClient(first.device, backend=room.backend.client).connect()
            found = await find(backend=room.backend, settle_s=0.05)
            async with aclosing(stream(found[0], backend=room.backend)) as items:
                samples = 0
                async for item in items:
                    if isinstance(item, Received):
                        samples += sum(len(decoded) for decoded in item.decoded if isinstance(decoded, Samples))
                    if samples:
                        break
            return found, samples

    found, samples = run_skipping(run())
    assert [one.connected for one in found] == [True]
    assert samples == 19


def test_a_sensor_that_was_switched_off_and_on_goes_on_in_the_same_session() -> None:
    async def run() -> tuple[list[int], list[float], int]:
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port: int = door.getsockname()[1]
        numbers: list[int] = []
        times: list[float] = []
        ups, again = 0, False
        async with AsyncExitStack() as stack:
            air = await stack.enter_async_context(AsyncExitStack())
            await air.enter_async_context(serve(f"tcp-server:127.0.0.1:{port}", ramp(200, 600.0), speed=5.0))
            backend = await stack.enter_async_context(bumble_backend(f"tcp-client:127.0.0.1:{port}"))
            found = await find(NAME, backend=backend)
            items = await stack.enter_async_context(aclosing(stream(found[0], backend=backend, params=QUICK)))
            async for item in items:
                ups += isinstance(item, LinkUp)
                if isinstance(item, Received):
                    came = [decoded for decoded in item.decoded if isinstance(decoded, Samples)]
                    numbers += [len(samples) for samples in came]
                    times += [t_s for samples in came for t_s in samples.t_s.tolist()]
                if len(numbers) == 5 and not again:
                    again = True
                    await air.aclose()
                    await air.enter_async_context(serve(f"tcp-server:127.0.0.1:{port}", ramp(200, 600.0), speed=5.0))
                if len(numbers) >= 10:
                    return numbers, times, ups
        raise AssertionError("the stream ended")

    numbers, times, ups = asyncio.run(run())  # over a socket
    assert ups == 2
    assert set(numbers) == {19}
    assert times == sorted(set(times))


def test_the_quality_of_a_link_is_counted_by_windows() -> None:
    window = Window(since_s=10.0, last_sample_s=10.0)
    samples = Samples(np.array([0.0, 0.1]), np.zeros((2, 3)), np.zeros((2, 3)))
    assert window.count((samples, Lost(0.0, 0.0, 3, 6)), 10.3)
    assert window.count((Repeated(1), samples), 10.4)
    assert not window.count((Repeated(1), Battery(50)), 10.5)
    window.refused += 1
    assert window.quality(11.0) == LinkQuality(11.0, 1.0, 4, 2, 3, 2, 1, 11.0 - 10.4)
    window.count((Lost(0.0, 1.0, None, None),), 11.1)
    assert window.quality(12.0) == LinkQuality(12.0, 1.0, 0, 0, None, 0, 0, 12.0 - 10.4)
    assert window.quality(12.0).lost == 0


def test_who_is_in_range() -> None:
    async def run() -> tuple[list[Found], list[Found], list[Found], list[Found]]:
        async with in_process(ramp(100, 1.0), name="ankle left") as room:
            everyone = await in_range(backend=room.backend, timeout_s=0.4)
            any_sensor = await find(backend=room.backend, settle_s=0.1)
            by_address = await find(any_sensor[0].address.lower(), backend=room.backend)
            nobody = await find("ankle right", backend=room.backend, timeout_s=0.1)
        return everyone, any_sensor, by_address, nobody

    everyone, any_sensor, by_address, nobody = run_skipping(run())
    for found in (everyone, any_sensor, by_address):
        assert [(one.name, one.sensor.model if one.sensor else None) for one in found] == [("ankle left", "imukick v1")]
        assert found[0].rssi_dbm == -50
    assert nobody == []


def test_what_is_no_sensor_is_not_streamed() -> None:
    async def run() -> None:
        async with aclosing(stream(Found("00:11:22:33:44:55", "kettle", None))) as items:
            async for _ in items:
                pass

    with pytest.raises(SensorError, match="kettle is not a sensor"):
        run_skipping(run())
