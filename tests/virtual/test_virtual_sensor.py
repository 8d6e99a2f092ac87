"""The virtual sensor's parts: tracks, packets, the radio's bounds; and that it obeys the protocol's page as a peer."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from bleak import BleakClient
from bleak.exc import BleakGATTProtocolError

from imukick.errors import ImukickError, RecordingError
from imukick.sensors import imukick_v1 as v1
from imukick.sensors.link import Lost
from imukick.signals import Samples
from imukick.sources.ble import find
from imukick.sources.recordings import read_recording
from imukick.virtual.device_models import MODELS, Model
from imukick.virtual.imukick_v1 import VirtualImukickV1, part_of
from imukick.virtual.imukick_v1_device import Device
from imukick.virtual.off_radio import talk
from imukick.virtual.packets import Packets
from imukick.virtual.playing import Faults
from imukick.virtual.radio import Fate, Radio
from imukick.virtual.running_sensor import in_process
from imukick.virtual.track import endless_track, recorded_track
from tests.skipped_time import run_skipping
from tests.sources.ble_session import NAME, play, ramp


def shipped() -> list[Path]:
    return sorted((Path(__file__).resolve().parents[2] / "recordings").glob("*.csv"))


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_a_recording_fits_its_counts(path: Path) -> None:
    track, original = recorded_track(path), read_recording(path).samples
    config = v1.parse_config(Device(part_of(track), boot=0).config())
    assert config.rate_hz == pytest.approx(track.rate_hz, abs=0.001)
    assert config.acc_range_mps2 == pytest.approx(track.acc_range_mps2, rel=1e-6)
    packets = Packets(track)
    batches = list(iter(lambda: packets.take(19), None))
    counts = np.concatenate([v1.to_counts(b.acc_mps2, b.gyr_radps, config) for b in batches]).astype(float)
    t_s = np.concatenate([batch.t_s for batch in batches])
    assert np.abs(counts[:, :3] * config.acc_mps2_per_count - original.acc_mps2).max() <= config.acc_mps2_per_count
    assert np.abs(counts[:, 3:] * config.gyr_radps_per_count - original.gyr_radps).max() <= config.gyr_radps_per_count
    at_the_end = np.abs(original.acc_mps2) >= (original.acc_range_mps2 or math.inf)
    assert (np.abs(counts[:, :3])[at_the_end] == config.acc_clip).all()
    if original.clock == "device":
        assert np.array_equal(t_s, original.t_s - original.t_s[0])
    else:
        assert np.ptp(np.diff(t_s)) < 1e-9
    assert (np.diff(t_s) > 0).all()


def test_a_packet_never_spans_a_hole() -> None:
    t_s = np.concatenate([np.arange(10), np.arange(14, 40)]) / 100
    samples = Samples(t_s, np.zeros((36, 3)), np.zeros((36, 3)))
    track = ramp(100, 1.0)
    packets = Packets(type(track)("holed", 100.0, 0.39, 160.0, 35.0, lambda: iter([samples])))
    batches = list(iter(lambda: packets.take(8), None))
    assert [len(batch) for batch in batches] == [8, 2, 8, 8, 8, 2]
    assert [batch.after_hole for batch in batches] == [False, False, True, False, False, False]


def test_holes_of_a_track_arrive_as_holes(root: Path) -> None:
    path = root / "recordings" / "quadruped_gap_and_loss.csv"
    session, original = play(recorded_track(path), speed=100.0), read_recording(path).samples
    assert session.sensor is not None
    lost = session.decoded(Lost)
    steps_s = np.diff(original.t_s)
    assert len(lost) == session.sensor.sent.holes == (steps_s > 1.5 * np.median(steps_s)).sum() > 2
    assert {one.packets for one in lost} == {1}
    assert len(session.numbers) == len(original)
    assert np.abs(session.t_s - (original.t_s - original.t_s[0])).max() < 0.005


def test_the_endless_track_goes_on_at_its_rate() -> None:
    track = endless_track(rate_hz=50.0, seed=1)
    pieces = track.pieces()
    t_s = np.concatenate([next(pieces).t_s for _ in range(3)])
    assert track.duration_s is None
    assert np.abs(np.diff(t_s) - 0.02).max() < 0.001


def test_what_is_too_short_or_too_slow_is_not_played(tmp_path: Path) -> None:
    head = "t_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps\n"
    slow = tmp_path / "slow.csv"
    slow.write_text(head + "".join(f"{k / 5},0,0,9.81,0,0,0\n" for k in range(60)), encoding="utf-8")
    with pytest.raises(RecordingError, match="slow"):
        recorded_track(slow)


def test_the_radio_draws_the_same_again_and_keeps_its_bounds() -> None:
    radio = Radio(interval_s=0.03, jitter_s=0.01, loss=0.2, repeats=0.3, seed=5, silences_s=((1.0, 2.0),))
    ready = [0.095 * k for k in range(400)]

    def drawn() -> list[tuple[float, int]]:
        fate = Fate(radio)
        return [(fate.leaves_s(t_s), fate.copies(t_s)) for t_s in ready]

    assert drawn() == drawn()
    leaves = np.array([leaves_s for leaves_s, _ in drawn()])
    late = leaves - np.array(ready)
    assert (np.diff(leaves) >= 0).all()
    assert (late >= 0).all()
    assert late.max() < 0.03 + 0.01
    assert {copies for t_s, (_, copies) in zip(ready, drawn(), strict=True) if 1.0 <= t_s < 2.0} == {0}
    share = np.bincount([copies for _, copies in drawn()]) / 400
    assert abs(share[0] - 0.22) < 0.05
    assert abs(share[2] - 0.24) < 0.05


def test_the_battery_runs_down_step_by_step() -> None:
    radio = Radio(battery_pct=4, battery_life_s=10.0)
    t_s, decoded = 0.0, [radio.battery_at(0.0)]
    while (t_s := radio.next_change_s(t_s)) < math.inf:
        decoded.append(radio.battery_at(t_s + 1e-6))
    assert decoded == [4, 3, 2, 1, 0]
    assert not radio.in_reach(10.0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Radio(interval_s=0.001),
        lambda: Radio(loss=0.95),
        lambda: Radio(repeats=-0.1),
        lambda: Radio(mtu=22),
        lambda: Radio(drift_ppm=math.nan),
        lambda: Radio(battery_pct=0),
        lambda: Radio(battery_life_s=0.0),
        lambda: Radio(drops_s=((2.0, 1.0),)),
        lambda: Radio(silences_s=((-1.0, 1.0),)),
    ],
)
def test_what_no_radio_does_is_refused(wrong: Callable[[], Radio]) -> None:
    with pytest.raises(ImukickError):
        wrong()


class Host:
    """A host that says what it likes."""

    def __init__(self, client: BleakClient) -> None:
        self.client = client
        self.replies: asyncio.Queue[v1.Reply] = asyncio.Queue()
        self.packets: list[v1.Packet] = []

    async def listen(self, *, stream: bool = True) -> None:
        await self.client.start_notify(v1.CONTROL, lambda _, data: self.replies.put_nowait(v1.parse_reply(bytes(data))))
        if stream:
            await self.client.start_notify(v1.STREAM, lambda _, data: self.packets.append(v1.parse_stream(bytes(data))))

    async def ask(self, command: v1.ControlCommand) -> v1.Reply:
        await self.client.write_gatt_char(v1.CONTROL, v1.pack_command(command), response=True)
        return await asyncio.wait_for(self.replies.get(), 20.0)

    async def att_error(self, data: bytes) -> int:
        with pytest.raises(BleakGATTProtocolError) as raised:
            await self.client.write_gatt_char(v1.CONTROL, data, response=True)
        return int(raised.value.code)

    async def config(self) -> v1.Config:
        return v1.parse_config(bytes(await self.client.read_gatt_char(v1.CONFIG)))


def with_host(work: Callable[[Host], Awaitable[None]], *, mtu: int = 247, faults: Faults | None = None) -> None:
    async def run() -> None:
        async with in_process(ramp(200, 600.0), radio=Radio(mtu=mtu), faults=faults, speed=10.0) as room:
            found = (await find(NAME, backend=room.backend))[0]
            async with BleakClient(found.device, backend=room.backend.client) as client:
                await work(Host(client))

    run_skipping(run())


def test_it_obeys_the_state_chart() -> None:
    async def work(host: Host) -> None:
        assert await host.att_error(v1.pack_command(v1.ControlCommand(v1.CommandCode.SYNC))) == 0xFD
        await host.listen(stream=False)
        for wrong in (b"", b"\x00", b"\x06", b"\x01\x00", b"\x03\x01"):
            assert await host.att_error(wrong) == 0x80
        assert (await host.ask(v1.ControlCommand(v1.CommandCode.START))).status is v1.Status.NOT_SUBSCRIBED
        assert (await host.ask(v1.ControlCommand(v1.CommandCode.STOP))).status is v1.Status.OK
        assert (await host.ask(v1.ControlCommand(v1.CommandCode.IDENTIFY))).status is v1.Status.OK
        assert (
            await host.ask(v1.ControlCommand(v1.CommandCode.SET, rate_millihz=104_000))
        ).status is v1.Status.UNSUPPORTED
        assert (
            await host.ask(v1.ControlCommand(v1.CommandCode.SET, max_latency_ms=1001))
        ).status is v1.Status.UNSUPPORTED
        same = v1.ControlCommand(v1.CommandCode.SET, rate_millihz=200_000, acc_range_g=16, max_latency_ms=50)
        assert (await host.ask(same)).status is v1.Status.OK
        config = await host.config()
        assert (config.max_latency_ms, config.samples, config.mtu, config.streaming) == (50, 10, 247, False)
        await host.client.start_notify(v1.STREAM, lambda _, data: host.packets.append(v1.parse_stream(bytes(data))))
        assert host.packets == []
        begun = await host.ask(v1.ControlCommand(v1.CommandCode.START))
        assert begun.uptime_us is not None
        assert begun.uptime_us > 0, "its clock runs since it was switched on"
        await asyncio.sleep(0.05)
        assert (await host.config()).streaming
        assert (await host.ask(v1.ControlCommand(v1.CommandCode.SET, max_latency_ms=100))).status is v1.Status.BUSY
        again = await host.ask(v1.ControlCommand(v1.CommandCode.START))
        before = len(host.packets)
        await asyncio.sleep(0.05)
        stopped = await host.ask(v1.ControlCommand(v1.CommandCode.STOP))
        assert stopped == v1.Reply(v1.CommandCode.STOP)
        after = len(host.packets)
        await asyncio.sleep(0.03)
        assert len(host.packets) == after, "nothing comes behind the reply to STOP"
        assert [packet.seq for packet in host.packets[before:]] == list(range(after - before))
        assert again.uptime_us is not None
        assert host.packets[before].t_us >= again.uptime_us
        assert {len(packet.counts) for packet in host.packets[before : after - 1]} == {10}
        assert not (await host.config()).streaming
        sync = await host.ask(v1.ControlCommand(v1.CommandCode.SYNC))
        assert sync.uptime_us is not None
        assert sync.uptime_us > host.packets[-1].t_us

    with_host(work)


def test_it_measures_as_it_is_set() -> None:
    async def work(host: Host) -> None:
        await host.listen()
        wanted = v1.ControlCommand(v1.CommandCode.SET, rate_millihz=400_000, acc_range_g=4, gyr_range_dps=500)
        assert (await host.ask(wanted)).status is v1.Status.OK
        config = await host.config()
        assert (config.rate_millihz, config.acc_range_g, config.gyr_range_dps) == (400_000, 4, 500)
        assert config.acc_range_mps2 == pytest.approx(4 * 9.80665, rel=1e-6)
        await host.ask(v1.ControlCommand(v1.CommandCode.START))
        await asyncio.sleep(0.1)
        await host.ask(v1.ControlCommand(v1.CommandCode.STOP))
        steps_us = np.diff([packet.t_us for packet in host.packets])
        assert len(steps_us) > 3
        assert (np.abs(steps_us[:-1] / config.samples - 2500) <= 1).all()

    with_host(work)


def test_a_packet_that_the_core_still_holds_comes_before_the_reply_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holes within what the player takes for one packet leave the core with a few samples of the next."""

    class Short(Device):
        def sample(self, t_us: int, counts: bytes) -> bool:
            kept = super().sample(t_us, counts)
            if len(self._filling) == 12 * 6:  # 380 is no multiple of it
                self.missed()
            return kept

    monkeypatch.setitem(MODELS, "short", Model(lambda body: VirtualImukickV1(body, core=Short), NAME))
    track = ramp(200, 1.9)
    assert sum(map(len, track.pieces())) == 20 * 19, "the last packet of the player is a full one"
    assert len(talk("short", track).samples) == 20 * 19


def test_it_stops_when_nobody_subscribes_any_more() -> None:
    async def work(host: Host) -> None:
        await host.listen()
        await host.ask(v1.ControlCommand(v1.CommandCode.START))
        await asyncio.sleep(0.03)
        await host.client.stop_notify(v1.STREAM)
        assert not (await host.config()).streaming

    with_host(work)


def test_commands_do_not_overtake_their_replies() -> None:
    async def work(host: Host) -> None:
        await host.listen()
        two = (host.client.write_gatt_char(v1.CONTROL, b"\x04", response=True) for _ in range(2))
        results = await asyncio.gather(*two, return_exceptions=True)
        codes = [int(result.code) for result in results if isinstance(result, BleakGATTProtocolError)]
        replies = 0
        with suppress(TimeoutError):
            while True:
                await asyncio.wait_for(host.replies.get(), 0.1)
                replies += 1
        assert replies + len(codes) == 2
        assert set(codes) <= {0xFE}

    with_host(work)


def test_every_characteristic_answers() -> None:
    async def work(host: Host) -> None:
        for service in host.client.services:
            for characteristic in service.characteristics:
                with suppress(BleakGATTProtocolError):
                    await asyncio.wait_for(host.client.read_gatt_char(characteristic), 1.0)
                if service.uuid.startswith(("0a35", "0000180f", "0000180a")):
                    with suppress(BleakGATTProtocolError):
                        await asyncio.wait_for(host.client.write_gatt_char(characteristic, b"x", response=True), 1.0)
        with pytest.raises(BleakGATTProtocolError):
            await host.client.read_gatt_char(v1.STREAM)
        assert bytes(await host.client.read_gatt_char(v1.MODEL_NUMBER)) == b"imukick virtual sensor"
        assert bytes(await host.client.read_gatt_char(v1.BATTERY_LEVEL)) == b"\x64"

    with_host(work, mtu=23)
