"""A phone over HTTP on this computer: start, slow and lost answers, restarts, other experiments, what is said when it fails."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pytest

from imukick.errors import ImukickError, SensorError
from imukick.sensors.link import Lost, Settings
from imukick.signals import Samples
from imukick.sources.ble import LinkDown, LinkItem, LinkQuality, LinkUp, Notice, Received
from imukick.sources.phyphox import PhoneParams, phone_places, stream_phone
from imukick.virtual.phone import Network, RunningPhone, phone_at
from imukick.virtual.track import Track
from tests.sensors.test_phyphox import swing

QUICK = PhoneParams(
    poll_s=0.02, try_s=0.5, down_s=0.6, retry_s=0.05, first_tries=6, give_up_s=1.5, silent_s=0.8, quality_s=0.2
)
SPEED = 10.0
Item = TypeVar("Item")


@dataclass
class Heard:
    """What came of a session with a phone."""

    items: list[LinkItem] = field(default_factory=list)
    error: SensorError | None = None

    def of(self, kind: type[Item]) -> list[Item]:
        return [one for one in self.items if isinstance(one, kind)]

    @property
    def samples(self) -> list[Samples]:
        return [one for item in self.of(Received) for one in item.decoded if isinstance(one, Samples)]

    @property
    def t_s(self) -> np.ndarray:
        return np.concatenate([one.t_s for one in self.samples])

    @property
    def lost(self) -> list[Lost]:
        return [one for item in self.of(Received) for one in item.decoded if isinstance(one, Lost)]


def heard(
    until_s: float,
    *,
    track: Track | None = None,
    network: Network | None = None,
    also: Callable[[RunningPhone, Heard], None] = lambda _running, _heard: None,
    params: PhoneParams = QUICK,
) -> tuple[Heard, RunningPhone]:
    """A session until a time of the track, or its error; `also` looks on after each item."""

    async def run() -> tuple[Heard, RunningPhone]:
        out = Heard()
        with phone_at("127.0.0.1", 0, track or swing(60.0), network or Network(), speed=SPEED) as running:
            try:
                async with aclosing(stream_phone(f"127.0.0.1:{running.port}", params)) as items:
                    async for item in items:
                        out.items.append(item)
                        also(running, out)
                        if running.t_s > until_s:
                            break
            except SensorError as error:
                out.error = error
            return out, running

    return asyncio.run(run())


def test_it_is_started_streamed_and_stopped() -> None:
    out, running = heard(8.0)
    assert out.error is None
    assert [one.connection for one in out.of(LinkUp)] == [1]
    assert isinstance(out.items[0], LinkUp)
    first = out.of(Received)[0].decoded[0]
    assert first == Settings("phyphox on virtual", "1.2.0")
    assert out.lost == []
    assert (np.diff(out.t_s) > 0).all()
    assert np.diff(out.t_s).max() < 0.011
    assert out.t_s[-1] > 4.0
    assert not running.phone.measuring, "what was started here is stopped"
    assert sum(one.samples for one in out.of(LinkQuality)) > 200


def test_slow_and_lost_answers_lose_nothing() -> None:
    network = Network(delay_s=(0.005, 0.04), loss=0.05, seed=3)
    out, running = heard(25.0, network=network)
    assert out.error is None
    assert network.lost >= 1
    assert out.lost == []
    gyr_times = np.array(running.phone.held["gyr_time"])
    inside = gyr_times[(gyr_times >= out.t_s[0] - 1e-6) & (gyr_times <= out.t_s[-1] + 1e-6)]
    assert out.t_s == pytest.approx(inside, abs=1e-5)


def test_a_phone_that_was_out_of_reach_comes_back_with_what_it_measured() -> None:
    out, _ = heard(25.0, network=Network(away_s=((5.0, 15.0),)))
    assert out.error is None
    assert [one.reason for one in out.of(LinkDown)] == ["link lost"]
    assert "did not answer in time: keep phyphox open" in out.of(LinkDown)[0].message
    assert [one.connection for one in out.of(LinkUp)] == [1, 2]
    assert out.lost == []
    assert np.diff(out.t_s).max() < 0.011


def test_a_phone_that_stays_away_is_given_up() -> None:
    out, _ = heard(60.0, network=Network(away_s=((5.0, 1e9),)))
    assert out.error is not None
    assert out.error.reason == "gone"
    assert "has not come back for 0.025 min" in str(out.error)


def test_a_pause_on_the_phone_is_told_and_is_a_hole() -> None:
    def also(running: RunningPhone, _out: Heard) -> None:
        if 4.0 < running.t_s < 8.0 and running.phone.measuring:
            running.phone.control("stop")
        elif running.t_s > 8.0 and not running.phone.measuring:
            running.phone.control("start")

    out, _ = heard(14.0, also=also)
    assert [one.message for one in out.of(Notice)] == [
        "the phone does not measure: tap its play button to go on",
        "the phone measures again",
    ]
    (hole,) = out.lost
    assert (hole.packets, len(out.of(LinkDown))) == (0, 0)
    assert hole.t_to_s - hole.t_from_s > 0.2, "by the network's clock, which the test plays slower than the phone's"


def test_another_experiment_is_one_line_until_it_is_right_again() -> None:
    def also(running: RunningPhone, _out: Heard) -> None:
        phone = running.phone
        if 4.0 < running.t_s < 8.0 and phone.title == "imukick":
            phone.title, phone.sensors, phone.session = "Pendulum", ("gyroscope",), "b"
        elif running.t_s > 8.0 and phone.title == "Pendulum":
            phone.title, phone.sensors, phone.session = "mine", ("gyroscope", "accelerometer"), "c"

    out, _ = heard(14.0, also=also)
    assert out.error is None
    (down,) = out.of(LinkDown)
    assert (
        down.reason,
        "the phone shows the experiment 'Pendulum', which has no acceleration with g" in down.message,
    ) == (
        "protocol",
        True,
    )
    assert [one.message for one in out.of(Notice)] == [
        "the phone now shows the experiment 'mine'; the session goes on with it"
    ]
    assert (np.diff(out.t_s) > 0).all()
    assert out.t_s[-1] > out.lost[0].t_to_s


def test_the_wrong_experiment_at_the_start_ends_it_with_what_to_do() -> None:
    async def run(sensors: tuple[str, ...]) -> None:
        with phone_at("127.0.0.1", 0, swing(), Network()) as running:
            running.phone.sensors = sensors
            async with aclosing(stream_phone(f"127.0.0.1:{running.port}", QUICK)) as items:
                async for _ in items:
                    pass

    with pytest.raises(SensorError, match="which has no gyroscope: in phyphox tap \\+ and") as refused:
        asyncio.run(run(("accelerometer",)))
    assert refused.value.reason == "protocol"


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def run() -> None:
        async with aclosing(stream_phone(f"127.0.0.1:{port}", QUICK)) as items:
            async for _ in items:
                pass

    with pytest.raises(SensorError, match=r"does not answer \(Connection refused\): keep phyphox open") as refused:
        asyncio.run(run())
    assert refused.value.reason == "not found"


def test_another_program_there() -> None:
    async def run() -> None:
        with phone_at("127.0.0.1", 0, swing(), Network()) as running:
            running.phone.config = lambda: "not it"  # type: ignore[method-assign,assignment,return-value]
            async with aclosing(stream_phone(f"127.0.0.1:{running.port}", QUICK)) as items:
                async for _ in items:
                    pass

    with pytest.raises(SensorError, match="not a reply of phyphox: is another program on that address"):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("192.168.0.7", [("192.168.0.7", 8080), ("192.168.0.7", 80)]),
        ("192.168.0.7:8080", [("192.168.0.7", 8080)]),
        ("http://phone.local:80/", [("phone.local", 80)]),
        ("[fe80::1]:8080", [("fe80::1", 8080)]),
    ],
)
def test_addresses(address: str, places: list[tuple[str, int]]) -> None:
    assert phone_places(address) == places


@pytest.mark.parametrize("address", ["", "a b", "x:0", "x:99999", "x:port", "https://x", "a..b", "x/get"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ImukickError, match="is no address; the phone shows it"):
        phone_places(address)
