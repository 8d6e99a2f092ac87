"""Virtual sensors of other makes: what each sends and obeys, off the radio; and whole sessions through bleak over the virtual link."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from imukick.analysis import Analysis, analyse
from imukick.sensors import imukick_v1 as v1
from imukick.sensors import movella_dot as dot
from imukick.sensors import movesense as gsp
from imukick.sensors import polar_pmd as pmd
from imukick.sensors import shimmer3r as shim
from imukick.sensors import thingy52 as thingy
from imukick.sensors import witmotion as wit
from imukick.sensors.known import SENSORS
from imukick.sensors.link import Battery, Lost, Settings
from imukick.signals import Samples
from imukick.sources.ble import LinkDown, LinkUp, Received, Refused, find, stream
from imukick.sources.recordings import Recording, read_recording
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2
from imukick.virtual.device_model import AttError
from imukick.virtual.device_models import MODELS
from imukick.virtual.off_radio import Talk, act, sensor_of, talk
from imukick.virtual.playing import Faults
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import in_process
from imukick.virtual.sampling import resampled
from imukick.virtual.track import Track, recorded_track
from tests.skipped_time import run_skipping
from tests.sources.ble_session import QUICK, Session, listen
from tests.sources.other_makes import OTHERS, RATES_HZ

CLOCKLESS = ("witmotion", "thingy52")
WITMOTIONS = ("witmotion", "witmotion-sdcl")
WIT_STEPS = (16 * STANDARD_GRAVITY_MPS2 / 32768, 2000 * RAD_PER_DEG / 32768)
STEPS = {
    "movesense": (0.000244 * STANDARD_GRAVITY_MPS2, 0.07 * RAD_PER_DEG),
    "witmotion": WIT_STEPS,
    "witmotion-sdcl": WIT_STEPS,
    "dot": (16 * STANDARD_GRAVITY_MPS2 / 32767, 2000 * RAD_PER_DEG / 32767),
    "verity": (8 * STANDARD_GRAVITY_MPS2 / 32768, 2000 * RAD_PER_DEG / 32768),
    "thingy52": (STANDARD_GRAVITY_MPS2 / 1024, RAD_PER_DEG / 32),
    "shimmer3r": (1.0 / 418, RAD_PER_DEG / 14),
    "openearable": (0.000061035 * 9.81, 0.0609756 * RAD_PER_DEG),
    "nordic-uart": (1e-4 * STANDARD_GRAVITY_MPS2, 1e-2 * RAD_PER_DEG),
    "nordic-uart-frames": (STANDARD_GRAVITY_MPS2 / 4096, 2000 * RAD_PER_DEG / 32768),
}
"""Acceleration, rate of a count."""
BEGINS = {
    "movesense": [b"\x01c/Meas/IMU6/52"],
    "witmotion": [wit.UNLOCK, wit.set_rate(8)],
    "witmotion-sdcl": [wit.UNLOCK, wit.set_rate(8)],
    "dot": [dot.START],
    "verity": [pmd.begin(kind, pmd.WANTED[kind]) for kind in pmd.Measurement],
    "thingy52": [thingy.SETTINGS.pack(5000, 5000, 5000, 50, 1)],
    "openearable": [bytes([0, 1, 1])],
    "shimmer3r": [question for question, _ in shim.STEPS],
}
ENDS = {
    "movesense": [b"\x02c"],
    "witmotion": [wit.UNLOCK, wit.set_rate(6)],
    "witmotion-sdcl": [wit.UNLOCK, wit.set_rate(6)],
    "dot": [dot.STOP],
    "verity": [b"\x03\x02", b"\x03\x05"],
    "thingy52": [thingy.SETTINGS.pack(5000, 5000, 5000, 10, 1)],
    "openearable": [bytes([0, 1, 0])],
    "shimmer3r": [bytes([shim.Byte.STOP])],
}
"""What has to be written last: to begin, and to end."""
ACC_ENDS = {"openearable": 32767 * 0.000061035 * 9.81}
"""Full scales that the recording exceeds."""
CLOCK_RADIO = Radio(jitter_s=0.01, seed=2)


@pytest.fixture(scope="module")
def quick() -> Path:
    return Path(__file__).resolve().parents[2] / "recordings" / "standing_200hz_quick.csv"


@cache
def replayed(path: Path) -> Analysis:
    return analyse(read_recording(path))


@cache
def talked(name: str, path: Path) -> Talk:
    """A whole session, off the radio."""
    return talk(name, recorded_track(path), radio=CLOCK_RADIO)


def measured(track: Track, rate_hz: float, begin_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Times and all six readings of the track at a sensor's rate, from then on."""
    pieces = list(resampled(track, rate_hz).pieces())
    t_s = np.concatenate([piece.t_s for piece in pieces])
    rows = np.concatenate([np.concatenate([piece.acc_mps2, piece.gyr_radps], axis=1) for piece in pieces])
    t_s = t_s - t_s[0]
    return t_s[t_s >= begin_s - 1e-9], rows[t_s >= begin_s - 1e-9]


@pytest.mark.parametrize("name", OTHERS)
def test_it_counts_as_the_replay_does(name: str, quick: Path) -> None:
    body = talked(name, quick)
    assert [decoded for decoded in body.decoded if isinstance(decoded, Lost)] == []
    analysis = analyse(Recording(quick, body.samples, (), read_recording(quick).meta))
    ours, theirs = analysis.reps, replayed(quick).reps
    assert [rep.counted for rep in ours] == [rep.counted for rep in theirs]
    assert np.abs([a.rom_deg - b.rom_deg for a, b in zip(ours, theirs, strict=True)]).max() < 0.5


@pytest.mark.parametrize("name", OTHERS)
def test_every_reading_is_right_to_half_a_step(name: str, quick: Path) -> None:
    track, body = recorded_track(quick), talked(name, quick)
    assert body.first_s is not None
    t_s, rows = measured(track, RATES_HZ[name], body.first_s)
    came = body.samples
    six = np.concatenate([came.acc_mps2, came.gyr_radps], axis=1)
    shifted = (*WITMOTIONS, "nordic-uart")
    if name in shifted:  # a first second at 10 Hz, in packets of one sample; a first line that nobody saw begin
        came = came.part(int(np.searchsorted(came.t_s, 1.0)), len(came))
        six = six[-len(came) :]
        begins = min(range(len(rows) - len(six) + 1), key=lambda k: float(np.abs(rows[k : k + 9] - six[:9]).sum()))
        rows, t_s = rows[begins:], t_s[begins:]
    assert 0 <= len(rows) - len(six) < (60 if name == "verity" else 4), "packets that are not full at the end"
    t_s = t_s[: len(six)]
    allowed = np.repeat([0.51 * step for step in STEPS[name]], 3)
    held = rows[: len(six)].clip(-ACC_ENDS.get(name, np.inf), ACC_ENDS.get(name, np.inf))
    assert (np.abs(six - held) <= allowed + 1e-6).all()
    if name in shifted and name not in CLOCKLESS:
        assert np.abs(np.diff(came.t_s) - np.diff(t_s)).max() < 0.0021, "whole milliseconds"
    elif name not in CLOCKLESS:
        assert np.abs(came.t_s + body.first_s - t_s[: len(came)]).max() < 0.002
    else:
        late_s = came.t_s - came.t_s[0] - (t_s - t_s[0])
        assert np.ptp(late_s) < 0.03 + 0.01 + 0.06


@pytest.mark.parametrize("name", OTHERS)
def test_it_is_told_to_begin_and_to_end(name: str, quick: Path) -> None:
    body = talked(name, quick)
    written = [data for _, data in body.written]
    ends, begins = ENDS.get(name, []), BEGINS.get(name, [])
    assert written[len(written) - len(ends) :] == ends
    assert [data for data in written[: len(written) - len(ends)] if data in begins] == begins
    settings = [decoded for decoded in body.decoded if isinstance(decoded, Settings)]
    assert settings[-1].rate_hz == RATES_HZ[name]
    battery = [decoded.percent for decoded in body.decoded if isinstance(decoded, Battery)]
    assert battery == ([] if name.startswith(("nordic-uart", "shimmer3r")) else [100])


@pytest.mark.parametrize("name", ["movesense", "dot", "verity", "witmotion-sdcl", "openearable", "shimmer3r"])
def test_its_clock_may_wrap_and_lost_packets_show(name: str, quick: Path) -> None:
    wraps_s = {"movesense": 2**32 / 1e3, "dot": 2**32 / 1e6, "verity": 1e9, "shimmer3r": 512.0}
    wrap_s = {**wraps_s, "witmotion-sdcl": 1e7, "openearable": 1e8}[name]
    track = recorded_track(quick)
    body = talk(name, track, radio=Radio(loss=0.05, seed=1), faults=Faults(uptime_s=wrap_s - 7.0))
    whole = talk(name, track)
    lost = [decoded for decoded in body.decoded if isinstance(decoded, Lost)]
    assert lost
    missing = len(whole.samples) - len(body.samples) - sum(decoded.samples or 0 for decoded in lost)
    assert (
        abs(missing)
        <= {"movesense": 4, "dot": 1, "verity": 60, "witmotion-sdcl": 6, "openearable": 1, "shimmer3r": 4}[name]
    ), "packets lost at the ends have no neighbour"
    where = np.abs(whole.samples.t_s[:, None] + (whole.first_s or 0.0) - body.samples.t_s - (body.first_s or 0.0))
    assert where.min(axis=0).max() < 0.003


def test_a_movesense_splits_long_packets_and_old_firmware_leaves_them_out(quick: Path) -> None:
    track = recorded_track(quick)
    whole = talk("movesense", track, decoder=gsp.Movesense(104))
    paths = [data[2:].decode() for _, data in whole.written if data[0] == gsp.Code.SUBSCRIBE]
    assert paths == ["/Meas/IMU6/104"]
    old = talk("movesense", track, decoder=gsp.Movesense(104), faults=Faults(old_firmware=True))
    paths = [data[2:].decode() for _, data in old.written if data[0] == gsp.Code.SUBSCRIBE]
    assert paths == ["/Meas/IMU6/104", "/Meas/Acc/104", "/Meas/Gyro/104"]
    begins, n = round(104 * (old.first_s or 0.0)), min(len(old.samples), 1500)
    assert begins > 0
    assert np.array_equal(whole.samples.gyr_radps[begins : begins + n], old.samples.gyr_radps[:n])
    assert np.abs(whole.samples.acc_mps2[begins : begins + n] - old.samples.acc_mps2[:n]).max() < 0.05


class Answers(Talk):
    """A body that keeps what its make answers."""

    def __init__(self, name: str) -> None:
        samples = Samples(np.arange(1000) / 100, np.zeros((1000, 3)), np.zeros((1000, 3)))
        still = Track("still", 100.0, 10.0, 160.0, 35.0, lambda: iter([samples]))
        super().__init__(MODELS[name].name, still, Radio(battery_pct=7), Faults(), sensor_of(name).decoder())
        self.make = MODELS[name].build(self)

    def ask(self, characteristic: str, data: bytes) -> list[bytes]:
        """Write; what is answered."""
        self.make.write(characteristic, data)
        answers = [value for _, value, _ in self._said]
        self._said.clear()
        return answers


def test_what_a_movesense_answers() -> None:
    body = Answers("movesense")
    assert body.ask(gsp.COMMAND, b"") == body.ask(gsp.COMMAND, b"\x01\x00/Meas/Acc/52") == []
    assert (
        body.ask(gsp.COMMAND, b"\x01\x05/Meas/Magn/52")
        == body.ask(gsp.COMMAND, b"\x01\x05/Meas/Acc/50")
        == [b"\x01\x05\x94\x01"]
    )
    for ref in range(1, 5):
        assert body.ask(gsp.COMMAND, bytes([1, ref]) + b"/Meas/Gyro/13") == [bytes([1, ref, 200, 0])]
    assert body.ask(gsp.COMMAND, b"\x01\x05/Meas/Acc/52") == [b"\x01\x05\xfb\x01"]
    assert body.ask(gsp.COMMAND, b"\x02\x03") == [b"\x01\x03\xc8\x00"]
    assert body.ask(gsp.COMMAND, b"\x02\x03") == [b"\x01\x03\x94\x01"]
    assert body.make.read(v1.BATTERY_LEVEL) == b"\x07"


def test_what_a_dot_accepts() -> None:
    body = Answers("dot")
    control = bytearray(body.make.read(dot.DEVICE_CONTROL))
    assert len(control) == 32
    control[0], control[24] = dot.VISIT_RATE, 30
    body.ask(dot.DEVICE_CONTROL, bytes(control))
    assert body.make.read(dot.DEVICE_CONTROL)[24] == 30
    for wrong in (b"", bytes(control[:20]), bytes(control[:24]) + b"\x1f" + bytes(7)):
        with pytest.raises(AttError):
            body.ask(dot.DEVICE_CONTROL, wrong)
    with pytest.raises(AttError):
        body.ask(dot.CONTROL, b"\x01\x01\x02")
    assert not body.streaming
    assert body.make.read(dot.CONTROL)[1] == dot.HALT
    body.ask(dot.CONTROL, dot.START)
    assert body.make.read(dot.CONTROL) == dot.START
    assert body.make.read(dot.BATTERY) == b"\x07\x00"


def test_a_dot_at_another_rate_is_set_to_sixty() -> None:
    body = Answers("dot")
    control = bytearray(body.make.read(dot.DEVICE_CONTROL))
    control[0], control[24] = dot.VISIT_RATE, 20
    body.ask(dot.DEVICE_CONTROL, bytes(control))
    act(body.decoder.start(), body, body.make)
    assert body.make.read(dot.DEVICE_CONTROL)[24] == 60
    assert [decoded.rate_hz for decoded in body.decoded if isinstance(decoded, Settings)] == [60.0]
    body.play()
    assert len(body.samples) == pytest.approx(60 * 9.8, abs=3)


def test_a_witmotion_has_to_be_unlocked() -> None:
    body = Answers("witmotion")
    body.ask(wit.COMMAND, wit.set_rate(9))
    assert body.ask(wit.COMMAND, wit.ASK_RATE)[0][4:6] == b"\x06\x00"
    body.ask(wit.COMMAND, wit.UNLOCK)
    body.ask(wit.COMMAND, wit.set_rate(9))
    said = body.ask(wit.COMMAND, wit.ASK_RATE)[0]
    assert (len(said), said[:6]) == (20, b"\x55\x71\x03\x00\x09\x00")
    body.make.subscribed(wit.NOTIFY, on=True)
    assert body.streaming
    body.make.subscribed(wit.NOTIFY, on=False)
    assert not body.streaming


def test_what_a_verity_offers_and_refuses() -> None:
    body = Answers("verity")
    offer = pmd.parse_answer(body.ask(pmd.CONTROL, b"\x01\x05")[0])
    assert offer.numbers(pmd.PmdSetting.RANGE) == [245, 500, 1000, 2000]
    start = pmd.begin(pmd.Measurement.GYRO, pmd.WANTED[pmd.Measurement.GYRO])
    for wrong, error in ((b"\x01\x00", 2), (b"\x09\x05", 1), (start[:-1], 3), (start.replace(b"\x34", b"\x35"), 3)):
        assert pmd.parse_answer(body.ask(pmd.CONTROL, wrong)[0]).error == error
    assert not body.streaming
    assert pmd.parse_answer(body.ask(pmd.CONTROL, start)[0]).factor == 0.06103515625
    assert pmd.parse_answer(body.ask(pmd.CONTROL, start)[0]).error == 6
    assert body.ask(pmd.CONTROL, b"\x03\x05") == [b"\xf0\x03\x05\x00\x00"]


def test_what_a_thingy_refuses() -> None:
    body = Answers("thingy52")
    for wrong in (b"", thingy.SETTINGS.pack(1, 1, 1, 4, 0), thingy.SETTINGS.pack(1, 1, 1, 201, 0)):
        with pytest.raises(AttError):
            body.ask(thingy.CONFIG, wrong)
    body.ask(thingy.CONFIG, thingy.SETTINGS.pack(1, 1, 1, 200, 0))
    assert thingy.SETTINGS.unpack(body.make.read(thingy.CONFIG))[3] == 200


@pytest.mark.parametrize("name", OTHERS)
def test_a_session_over_the_link_loses_nothing_and_stops_the_sensor(name: str, quick: Path) -> None:
    """Scan, connect, start, stream, lose the link, connect again, stream to the end, stop."""

    async def run() -> tuple[Session, int, list[bytes], str]:
        session = Session()
        radio = Radio(drops_s=((4.5, 4.9),), jitter_s=0.01)
        until_s = 10.0
        async with in_process(recorded_track(quick), model=name, radio=radio, speed=5.0) as room:
            session.sensor = room.sensor
            found = await find(backend=room.backend, settle_s=0.1, sensors=[*SENSORS, sensor_of(name)])
            assert [one.sensor.model for one in found if one.sensor] == [sensor_of(name).model]
            items = stream(found[0], backend=room.backend, params=replace(QUICK, quality_s=9.0))
            listening = asyncio.create_task(listen(session, items))
            while room.sensor.t_s < until_s and not listening.done():
                await asyncio.sleep(0.02)
            sent = room.sensor.sent.samples
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await asyncio.sleep(0.02)
            return session, sent, [data for _, data in room.sensor.written], room.sensor.state

    session, sent, written, state = run_skipping(run())
    assert session.sensor is not None
    assert session.error is None
    assert session.of(Refused) == []
    assert [up.connection for up in session.of(LinkUp)] == [1, 2]
    assert [down.reason for down in session.of(LinkDown)] == ["link lost"]
    ends, begins = ENDS.get(name, []), BEGINS.get(name, [])
    assert written[len(written) - len(ends) :] == ends
    times = 1 if name in WITMOTIONS else 2  # its rate outlives the link
    assert [data for data in written if data in begins[-1:]] == begins[-1:] * times
    assert state == "waiting"
    came = sum(map(len, session.decoded(Samples)))
    held = {"movesense": 4, "verity": 120, "nordic-uart-frames": 20}.get(name, 10)  # some packets, a busy computer
    assert 0 <= sent - came <= 2 * held, "what was on its way when the link broke, or ended"
    assert session.sensor.sent.lost == 0
    assert len(session.decoded(Lost)) == 1
    assert (np.diff(session.t_s) >= 0).all()


@pytest.mark.parametrize("name", ["dot", "witmotion"])
def test_it_plays_to_its_end_over_the_link(name: str, quick: Path) -> None:
    async def run() -> tuple[int, int, int, list[str]]:
        came = 0
        refused: list[str] = []
        async with in_process(recorded_track(quick), model=name, speed=10.0) as room:
            found = await find(backend=room.backend, settle_s=0.05)
            async with aclosing(stream(found[0], backend=room.backend, params=QUICK)) as items:
                async for item in items:
                    if isinstance(item, Received):
                        came += sum(len(decoded) for decoded in item.decoded if isinstance(decoded, Samples))
                    if isinstance(item, Refused):
                        refused.append(item.message)
                    if room.sensor.played.is_set():
                        break
            return came, room.sensor.sent.samples, room.sensor.sent.lost, refused

    came, sent, lost, refused = run_skipping(run())
    assert (lost, refused) == (0, [])
    assert came > 300
    assert sent == came
