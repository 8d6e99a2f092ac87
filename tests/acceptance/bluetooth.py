"""The live session over Bluetooth, in real time: two programs, minutes of stream, and everything that radios do.

    pytest tests/acceptance/bluetooth.py     both ends are bumble
    pytest tests/acceptance/on_bluez.py      the same file on Linux's own BlueZ, in a virtual machine

Not part of the ordinary suite, which does much of it faster than real time: this takes several minutes.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, aclosing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from imukick.analysis import analyse
from imukick.errors import SensorError
from imukick.sensors.imukick_v1 import Status
from imukick.sensors.link import Battery, Lost, Repeated
from imukick.signals import Samples
from imukick.sources.ble import Found, LinkDown, LinkItem, LinkParams, LinkUp, Received, Refused, Stalled, find, stream
from imukick.sources.recordings import read_recording
from imukick.virtual.playing import Faults
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import serve
from imukick.virtual.track import Track, endless_track
from tests.acceptance.programs import Program
from tests.acceptance.stage import DAEMON, NEEDS_BLUEZ, ON_BLUEZ, Stage, bluetoothctl
from tests.cli.command import Run, runner
from tests.sources.ble_session import NAME, Session, ramp

RESUMES_S = 3.0
QUIET_S = 1.0
"""When for so long nothing came after all was played, nothing will."""
Say = Callable[[str], None]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    here = Stage(tmp_path / "bluetoothd.log")
    yield here
    here.close()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints a figure beside the name of the test."""

    def decoded(line: str) -> None:
        with capsys.disabled():
            print(f"\n    {line}", end=" ", flush=True)

    return decoded


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def play(
    stage: Stage,
    track: Track,
    *,
    radio: Radio | None = None,
    faults: Faults | None = None,
    params: LinkParams | None = None,
    meanwhile: Callable[[Session], Awaitable[None]] | None = None,
) -> Session:
    """A session with a sensor in this process, through the stage's Bluetooth, until its track is over or it is given up."""
    return asyncio.run(_play(stage, track, radio, faults, params, meanwhile))


async def _play(
    stage: Stage,
    track: Track,
    radio: Radio | None,
    faults: Faults | None,
    params: LinkParams | None,
    meanwhile: Callable[[Session], Awaitable[None]] | None,
) -> Session:
    session = Session()
    async with serve(stage.radio, track, radio=radio, faults=faults) as sensor, stage.backend() as backend:
        session.sensor = sensor
        await stage.ready()
        found = await find(NAME, backend=backend, timeout_s=20.0)
        listening = asyncio.create_task(_listen(session, stream(found[0], backend=backend, params=params)))
        playing = asyncio.create_task(_played(sensor.played, session))
        also = [] if meanwhile is None else [asyncio.create_task(_do(meanwhile(session)))]
        await asyncio.wait([listening, playing], return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, playing, *also):
            task.cancel()
        ends = await asyncio.gather(listening, playing, *also, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end
    return session


async def _do(work: Awaitable[None]) -> None:
    await work


async def _played(played: asyncio.Event, session: Session) -> None:
    """All was played, and all of it came."""
    await played.wait()
    came = -1
    while came != (came := len(session.of(Received))):
        await asyncio.sleep(QUIET_S)


async def _listen(session: Session, items: AsyncGenerator[LinkItem, None]) -> None:
    async with aclosing(items):
        try:
            async for item in items:
                session.items.append(item)
        except SensorError as error:
            session.error = error


async def arrived(session: Session, samples: int) -> None:
    """Until so many more samples came."""
    wanted = sum(map(len, session.decoded(Samples))) + samples
    while sum(map(len, session.decoded(Samples))) < wanted:
        await asyncio.sleep(0.02)


def resumed_s(session: Session) -> list[float]:
    """From each lost link to the next sample."""
    downs = [item.t_host_s for item in session.of(LinkDown) if item.tries == 0]
    came = [
        item.t_host_s for item in session.of(Received) if any(isinstance(decoded, Samples) for decoded in item.decoded)
    ]
    return [next(t_s for t_s in came if t_s > down_s) - down_s for down_s in downs]


def assert_in_order(session: Session, rate_hz: float) -> None:
    """Every sample once, each at its own time."""
    numbers = session.numbers
    assert numbers == sorted(set(numbers))
    assert np.abs(session.t_s - np.array(numbers) / rate_hz).max() < 1e-4


def assert_replays(recording: Path, table: Path, folder: Path) -> None:
    """The table that live wrote is, byte for byte, that of the recording."""
    with Program(folder, "replay", recording, "--one-pass", "--out", folder / "replay.reps.csv") as replay:
        assert replay.wait() == 0
    assert table.read_bytes() == (folder / "replay.reps.csv").read_bytes()
    assert table.with_suffix(".meta.json").read_bytes() == (folder / "replay.reps.meta.json").read_bytes()
    assert len(table.read_text(encoding="utf-8").splitlines()) > 1


def quality(live: Program) -> str:
    """The line about the link at the end."""
    return next(line for line in live.out.splitlines() if line.startswith("time quality"))


@pytest.mark.parametrize("rate_hz", [100, 200, 400])
def test_two_programs_for_a_minute_without_a_loss(rate_hz: int, stage: Stage, say: Say, tmp_path: Path) -> None:
    recording, table = tmp_path / "live.csv", tmp_path / "live.reps.csv"
    with Program(tmp_path, "virtual-sensor", "--radio", stage.radio, "--rate-hz", rate_hz) as sensor:
        sensor.until("advertising")
        stage.wait_ready()
        options = (*stage.options, "--duration", 60, "--record", recording, "--out", table)
        with Program(tmp_path, "live", *options) as live:
            assert live.wait() == 0
            assert live.err == ""
        say(quality(live))
        assert "0.00 % lost, no gap" in quality(live)
        assert "repeated" not in quality(live)
        assert "connected" not in quality(live)
        assert sensor.end() == 143
        assert "lost 0, repeated 0 packets" in sensor.out
        assert sensor.err == ""
    samples, sent = read_recording(recording).samples, list(islice(endless_track(rate_hz=rate_hz).pieces(), 3))
    n = len(samples)
    assert 60.0 <= samples.t_s[-1] - samples.t_s[0] < 62.0
    assert np.abs(samples.t_s - np.concatenate([piece.t_s - sent[0].t_s[0] for piece in sent])[:n]).max() < 0.001
    assert np.abs(samples.gyr_radps - np.concatenate([piece.gyr_radps for piece in sent])[:n]).max() < 1e-3
    assert_replays(recording, table, tmp_path)
    assert analyse(recording).counted >= 8


@pytest.mark.parametrize(
    ("rate_hz", "mtu", "a_packet"),
    [(100, 247, 10), (200, 247, 19), (400, 247, 19), (100, 185, 10), (200, 185, 14), (400, 185, 14), (100, 23, 1)],
)
def test_every_packet_size_carries_its_rates(rate_hz: int, mtu: int, a_packet: int, stage: Stage, say: Say) -> None:
    began_s = time.monotonic()
    session = play(stage, ramp(rate_hz, 10.0), radio=Radio(mtu=mtu))
    say(f"{rate_hz} Hz, MTU {mtu}: {len(session.numbers)} samples, {time.monotonic() - began_s:.1f} s in all")
    assert session.error is None
    assert session.numbers == list(range(10 * rate_hz))
    assert {len(samples) for samples in session.decoded(Samples)[:-1]} == {a_packet}
    assert (session.decoded(Lost), session.decoded(Repeated), session.of(Refused)) == ([], [], [])
    assert len(session.of(LinkUp)) == 1


@pytest.mark.parametrize("rate_hz", [200, 400])
def test_what_the_smallest_packets_cannot_carry_is_refused_by_name(rate_hz: int, stage: Stage) -> None:
    session = play(stage, ramp(rate_hz, 2.0), radio=Radio(mtu=23))
    assert session.error is not None
    assert session.error.reason == "protocol"
    assert "MTU" in str(session.error)


def test_losses_and_repeats_are_counted_exactly(stage: Stage, say: Say) -> None:
    session = play(stage, ramp(200, 30.0), radio=Radio(loss=0.1, repeats=0.1, jitter_s=0.02, seed=3))
    assert session.sensor is not None
    sent = session.sensor.sent
    say(f"{sent.packets} packets came, {sent.lost} lost, {sent.repeated} repeated")
    assert min(sent.lost, sent.repeated) >= 15
    assert sum(lost.packets or 0 for lost in session.decoded(Lost)) == sent.lost
    assert sum(lost.samples or 0 for lost in session.decoded(Lost)) == sent.lost_samples
    assert sum(again.packets for again in session.decoded(Repeated)) == sent.repeated
    assert len(session.numbers) == sent.samples
    assert_in_order(session, 200)


def test_a_broken_link_is_back_within_three_seconds(stage: Stage, say: Say) -> None:
    drops_s = ((3.0, 3.3), (10.0, 10.3), (17.0, 17.3))
    session = play(stage, ramp(200, 24.0), radio=Radio(drops_s=drops_s))
    say("resumed after " + ", ".join(f"{after_s:.2f}" for after_s in resumed_s(session)) + " s")
    assert session.error is None
    assert [item.reason for item in session.of(LinkDown) if item.tries == 0] == ["link lost"] * 3
    assert max(resumed_s(session)) < RESUMES_S
    lost = session.decoded(Lost)
    assert [item.packets for item in lost] == [None] * 3
    for item, (from_s, _) in zip(lost, drops_s, strict=True):
        assert from_s - 0.2 < item.t_from_s < from_s
        assert item.t_to_s - item.t_from_s < RESUMES_S + 0.5
    assert_in_order(session, 200)
    assert session.numbers[-1] == 24 * 200 - 1


def test_two_programs_through_losses_and_a_broken_link(stage: Stage, say: Say, tmp_path: Path) -> None:
    recording, table = tmp_path / "live.csv", tmp_path / "live.reps.csv"
    radio = ("--loss", 0.03, "--repeats", 0.03, "--jitter-ms", 20, "--drop", "12-12.3", "--seed", 5)
    with Program(tmp_path, "virtual-sensor", "--radio", stage.radio, *radio) as sensor:
        sensor.until("advertising")
        stage.wait_ready()
        options = (*stage.options, "--duration", 40, "--record", recording, "--out", table)
        with Program(tmp_path, "live", *options) as live:
            assert live.wait() == 0
            assert live.err == ""
    say(quality(live))
    assert "link lost: the link to imukick virtual was lost" in live.out
    assert "connected 2 times" in quality(live)
    marks = read_recording(recording).marks
    notes = [mark for mark in marks if mark.kind == "note"]
    assert [mark.value for mark in notes] == ["link lost", "link back"]
    hole = next(mark for mark in marks if mark.kind == "gap" and mark.t_s >= notes[0].t_s)
    assert 0.3 < float(hole.value) - hole.t_s < RESUMES_S + 0.5
    assert_replays(recording, table, tmp_path)


def test_a_sensor_that_falls_silent_is_told_and_connected_anew(stage: Stage, say: Say) -> None:
    session = play(stage, ramp(100, 12.0), radio=Radio(silences_s=((3.0, 6.5),)))
    assert session.error is None
    assert len(session.of(Stalled)) == 1
    assert [up.connection for up in session.of(LinkUp)] == [1, 2]
    assert session.numbers[-1] == 1199
    assert_in_order(session, 100)
    said = session.of(Stalled)[0]
    say(
        f"told after {said.silent_s:.2f} s, connected again {session.of(LinkUp)[1].t_host_s - said.t_host_s:.2f} s later"
    )


def test_a_sensor_that_never_sends_is_given_up(stage: Stage) -> None:
    session = play(stage, ramp(100, 600.0), faults=Faults(mute_starts=99))
    assert session.error is not None
    assert session.error.reason == "silent"
    assert len(session.of(Stalled)) == 3


def test_a_dying_battery_is_told_and_a_dead_sensor_given_up(stage: Stage) -> None:
    params = LinkParams(scan_s=1.0, give_up_s=4.0)
    session = play(stage, ramp(100, 600.0), radio=Radio(battery_pct=5, battery_life_s=8.0), params=params)
    percents = [battery.percent for battery in session.decoded(Battery)]
    assert [percent for n, percent in enumerate(percents) if percent not in percents[:n]] == [5, 4, 3, 2, 1]
    assert session.error is not None
    assert session.error.reason == "gone"
    assert [item.reason for item in session.of(LinkDown)][:2] == ["link lost", "not found"]
    assert session.numbers == list(range(len(session.numbers)))
    assert len(session.numbers) >= 780


@pytest.mark.parametrize(
    ("faults", "said"),
    [(Faults(version=2), "version 2"), (Faults(status=Status.FAULT), "motion sensor does not answer")],
)
def test_a_sensor_that_cannot_be_used_says_why_at_once(faults: Faults, said: str, stage: Stage) -> None:
    session = play(stage, ramp(100, 600.0), faults=faults)
    assert session.error is not None
    assert session.error.reason == "protocol"
    assert said in str(session.error)
    assert session.of(LinkDown) == []


def test_malformed_packets_are_refused_and_nothing_else_is(stage: Stage) -> None:
    hostile = (
        b"",
        b"\x01",
        b"\x01\xff\x00\x00\x00\x00\x00\x00",
        b"\x01\x00\x00\x00\x00\x00\x00\x00",
        b"\x02" + bytes(19),
        bytes([1, 1]) + bytes(240),
        bytes([1, 255]) + bytes(242),
        b"\xff" * 244,
    )
    session = play(stage, ramp(200, 5.0), faults=Faults(malformed=hostile))
    assert session.error is None
    assert len(session.of(Refused)) == len(hostile)
    assert session.numbers == list(range(1000))


def test_a_radio_that_is_pulled_out_and_put_in_again(stage: Stage, say: Say) -> None:
    """The sensor is switched off with its radio, and on again: on BlueZ the adapter itself is gone meanwhile."""

    async def session() -> tuple[list[float], list[str], int]:
        times: list[float] = []
        reasons: list[str] = []
        ups = packets = 0
        async with AsyncExitStack() as stack:
            air = await stack.enter_async_context(AsyncExitStack())
            await air.enter_async_context(serve(stage.radio, ramp(200, 600.0)))
            backend = await stack.enter_async_context(stage.backend())
            await stage.ready()
            found = await find(NAME, backend=backend, timeout_s=20.0)
            items = await stack.enter_async_context(aclosing(stream(found[0], backend=backend)))
            async for item in items:
                ups += isinstance(item, LinkUp)
                reasons += [item.reason] if isinstance(item, LinkDown) else []
                new = [
                    t_s for decoded in getattr(item, "told", ()) if isinstance(decoded, Samples) for t_s in decoded.t_s
                ]
                times, packets = times + new, packets + bool(new)
                if packets == 30 and ups == 1 and new:
                    await air.aclose()
                    await asyncio.sleep(1.0)
                    await air.enter_async_context(serve(stage.radio, ramp(200, 600.0)))
                if packets >= 60:
                    return times, reasons, ups
        raise AssertionError("the stream ended")

    times, reasons, ups = asyncio.run(session())
    say(f"meanwhile: {', '.join(reasons)}")
    assert ups == 2
    assert times == sorted(set(times))


def test_a_program_that_was_killed_leaves_a_sensor_that_is_found_again(stage: Stage, tmp_path: Path) -> None:
    first, second, table = tmp_path / "first.csv", tmp_path / "second.csv", tmp_path / "second.reps.csv"

    async def connected() -> list[Found]:
        async with stage.backend() as backend:
            return await find(NAME, backend=backend, timeout_s=20.0)

    with Program(tmp_path, "virtual-sensor", "--radio", stage.radio) as sensor:
        sensor.until("advertising")
        stage.wait_ready()
        with Program(tmp_path, "live", *stage.options, "--record", first) as live:
            live.until("rep 2 ")
            live.kill()
        if ON_BLUEZ:
            assert [found.connected for found in asyncio.run(connected())] == [True]
        options = (*stage.options, "--reps", 3, "--record", second, "--out", table)
        with Program(tmp_path, "live", *options) as live:
            assert live.wait() == 0
            assert live.err == ""
        assert "0.00 % lost" in quality(live)
        assert sensor.out.count("streaming") == 2
    assert analyse(first).counted >= 2
    assert_replays(second, table, tmp_path)
    t_s = read_recording(second).samples.t_s
    assert np.abs(np.diff(t_s) - 0.005).max() < 0.001, "no sample twice, none missing"


@NEEDS_BLUEZ
def test_the_bluetooth_service_is_killed_and_started_again(stage: Stage, say: Say, tmp_path: Path) -> None:
    recording, table = tmp_path / "live.csv", tmp_path / "live.reps.csv"
    with Program(tmp_path, "virtual-sensor", "--radio", stage.radio) as sensor:
        sensor.until("advertising")
        stage.wait_ready()
        options = (*stage.options, "--reps", 6, "--record", recording, "--out", table)
        with Program(tmp_path, "live", *options) as live:
            live.until("rep 2 ")
            stage.kill_bluetoothd()
            killed_s = time.monotonic()
            live.until("link lost")
            told_s = time.monotonic() - killed_s
            stage.start_bluetoothd()
            started_s = time.monotonic()
            live.until("connected again")
            say(f"told after {told_s:.1f} s, back {time.monotonic() - started_s:.1f} s after its start")
            assert live.wait() == 0
            assert live.err == ""
    say(quality(live))
    assert "connected 2 times" in quality(live)
    notes = [mark.value for mark in read_recording(recording).marks if mark.kind == "note"]
    assert notes[-1] == "link back"
    assert_replays(recording, table, tmp_path)


@NEEDS_BLUEZ
def test_bluetooth_is_switched_off_and_on_again(stage: Stage, say: Say) -> None:
    async def switching(session: Session) -> None:
        await arrived(session, 600)
        await asyncio.to_thread(bluetoothctl, "power", "off")
        await asyncio.sleep(3.0)
        await asyncio.to_thread(bluetoothctl, "power", "on")

    session = play(stage, ramp(200, 20.0), meanwhile=switching)
    say("meanwhile: " + ", ".join(item.reason for item in session.of(LinkDown)))
    assert session.error is None
    assert [up.connection for up in session.of(LinkUp)] == [1, 2]
    assert "powered off" in [item.reason for item in session.of(LinkDown)]
    assert_in_order(session, 200)
    assert session.numbers[-1] == 20 * 200 - 1


def one_line(err: str) -> str:
    """The one line that it has to be."""
    assert re.fullmatch(r"imukick: [^\n]+\n", err), err
    return err


@NEEDS_BLUEZ
@pytest.mark.usefixtures("stage")
def test_no_adapter_is_one_line(say: Say, run: Run) -> None:
    for _ in range(100):
        if "No default controller" in bluetoothctl("show"):
            break
        time.sleep(0.1)
    done = run("live")
    say(one_line(done.err).strip())
    assert (done.code, "has no Bluetooth adapter" in done.err) == (2, True)


@NEEDS_BLUEZ
def test_no_bluetooth_service_is_one_line(stage: Stage, say: Say, run: Run) -> None:
    stage.kill_bluetoothd()
    done = run("live")
    say(one_line(done.err).strip())
    assert (done.code, "Bluetooth service does not answer" in done.err) == (2, True)
    assert DAEMON.rpartition("/")[2] in done.err


@NEEDS_BLUEZ
def test_bluetooth_switched_off_is_one_line(stage: Stage, say: Say, run: Run, tmp_path: Path) -> None:
    with Program(tmp_path, "virtual-sensor", "--radio", stage.radio) as sensor:
        sensor.until("advertising")
        stage.wait_ready()
        bluetoothctl("power", "off")
        done = run("live")
    say(one_line(done.err).strip())
    assert (done.code, "switched off" in done.err) == (2, True)
