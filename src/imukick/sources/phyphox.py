"""A phone that runs phyphox, asked over its REST interface again and again: one session, through every hitch of the network.

async with contextlib.aclosing(stream_phone("192.168.0.7")) as items:
    async for item in items: ...
"""

from __future__ import annotations

import asyncio
import http.client
import math
import re
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from imukick.errors import ImukickError, ProtocolError, SensorError
from imukick.sensors.phyphox import LOAD, MOST_BYTES, Phyphox, parse_config, parse_meta
from imukick.signals import Samples
from imukick.sources.ble.items import LinkDown, LinkItem, LinkQuality, LinkUp, Notice, Received, Stalled

PREFIX: Final = "phyphox:"
"""What `--sensor` begins with where it names a phone's address."""
PORTS: Final = (8080, 80)
"""Where the app listens on Android and on iPhones, unless its settings say otherwise."""
UNREACHABLE: Final = (OSError, http.client.HTTPException)
"""How a network says that nobody answered; a timeout is an `OSError`."""
PAUSED: Final = "the phone does not measure: tap its play button to go on"
_ADDRESS: Final = re.compile(r"(?:http://)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?/?")


@dataclass(frozen=True, slots=True)
class PhoneParams:
    """How to poll a phone; all chosen."""

    poll_s: float = 0.1
    """From one request to the next, when the answer comes sooner."""
    try_s: float = 1.5
    """How long to wait for an answer."""
    down_s: float = 3.0
    """How long no answer may come before the link counts as lost. A home network drops a reply now and then, and the samples
    measured meanwhile stay on the phone."""
    retry_s: float = 1.0
    """Between requests while the link is lost."""
    first_tries: int = 3
    """How many requests to try before giving up a phone that never answered."""
    give_up_s: float = 300.0
    """How long to look for a phone that did answer."""
    silent_s: float = 5.0
    """How long the phone may measure without a new sample."""
    quality_s: float = 1.0
    """How often `LinkQuality` is given."""


def phone_places(address: str) -> list[tuple[str, int]]:
    """Host and port to try, in order, of `192.168.0.7`, `192.168.0.7:8080` or `http://192.168.0.7:8080`. Raises `ImukickError`."""
    match = _ADDRESS.fullmatch(address)
    ports = PORTS if match is None or match[2] is None else (int(match[2]),)
    if match is None or ".." in match[1] or not all(0 < port < 65536 for port in ports):
        raise ImukickError(
            f"--sensor {PREFIX}{address[:60]} is no address; the phone shows it below 'allow remote access', such as {PREFIX}192.168.0.7:8080"
        )
    return [(match[1].strip("[]"), port) for port in ports]


async def stream_phone(address: str, params: PhoneParams | None = None) -> AsyncGenerator[LinkItem, None]:
    """Start the experiment if it does not run yet, and give all samples measured from now on, until the caller stops.

    Samples measured while the network was away come later. To end, close the generator (`contextlib.aclosing`): it stops an
    experiment that it started. Raises `SensorError`: nobody answers, the experiment lacks a sensor, the phone sends no sample,
    or it does not come back within `give_up_s`.
    """
    phone = _Phone(address, params or PhoneParams())
    try:
        while True:
            async for item in phone.poll():
                yield item
    finally:
        await phone.close()


class _Phone:
    """One session with a phone."""

    def __init__(self, address: str, params: PhoneParams) -> None:
        self._title = f"phyphox at {address}"
        self._places = phone_places(address)
        self._params = params
        self._decoder: Phyphox | None = None
        self._fresh = False  # whether the loaded experiment is known and asked
        self._connections = self._failures = 0
        self._down = False
        self._started_here = self._measured = self._streamed = False
        self._answered_s = self._sample_s = time.monotonic()
        self._start_sent_s = -math.inf  # when the phone was last asked to start
        self._since_s, self._samples, self._packets, self._refused, self._silence_s = self._answered_s, 0, 0, 0, 0.0

    async def poll(self) -> AsyncGenerator[LinkItem, None]:
        """One request, its answer or the lack of one, and the wait before the next."""
        begun_s = time.monotonic()
        try:
            if self._decoder is None or not self._fresh:
                async for item in self._opened():
                    yield item
            async for item in self._polled():
                yield item
        except UNREACHABLE as error:
            for item in self._unanswered(error):
                yield item
        except ProtocolError as error:
            self._fresh = False
            for item in self._misunderstood(error):
                yield item
        now_s = time.monotonic()
        if self._connections and now_s - self._since_s >= self._params.quality_s:
            yield self._quality(now_s)
        pause_s = self._params.retry_s if self._down else self._params.poll_s
        await asyncio.sleep(max(0.0, begun_s + pause_s - now_s))

    async def close(self) -> None:
        """Stop the experiment if it was started here and the phone still answers."""
        if self._started_here and not self._down:
            with suppress(*UNREACHABLE, ProtocolError):
                await self._get("/control", {"cmd": "stop"})

    async def _opened(self) -> AsyncGenerator[LinkItem, None]:
        """Find out which experiment is loaded, and where in it the session begins."""
        experiment = parse_config(await self._get("/config"))
        if self._decoder is None:
            try:
                self._decoder = Phyphox(parse_meta(await self._get("/meta")))
            except (ProtocolError, *UNREACHABLE):  # older apps do not have it
                self._decoder = Phyphox()
        changed = self._decoder.load(experiment)
        if changed:
            self._decoder.begin(await self._get("/get", self._decoder.newest()))
        if changed and self._connections:
            yield Notice(
                time.monotonic(),
                f"the phone now shows the experiment {experiment.title!r}; the session goes on with it",
            )
        status = self._decoder.status
        if changed and self._measured and status is not None and not status.measuring:
            yield Notice(time.monotonic(), PAUSED)
        self._fresh = True
        self._up()
        yield LinkUp(time.monotonic(), self._connections)

    async def _polled(self) -> AsyncGenerator[LinkItem, None]:
        decoder = self._decoder
        assert decoder is not None
        before = decoder.status
        wanted = before is not None and not before.measuring and not self._measured
        if wanted and time.monotonic() - self._start_sent_s >= self._params.retry_s:
            self._start_sent_s = time.monotonic()
            await self._get("/control", {"cmd": "start"})
            self._started_here = True
        data = await self._get("/get", decoder.query())
        now_s = time.monotonic()
        decoded = decoder.receive(data, now_s)
        if self._down:
            self._up()
            yield LinkUp(now_s, self._connections)
        self._answered_s, self._failures = now_s, 0
        status = decoder.status
        if status is None or (before is not None and status.session != before.session):
            self._fresh = False
            return
        if before is not None and before.measuring != status.measuring and self._measured:
            yield Notice(now_s, "the phone measures again" if status.measuring else PAUSED)
        self._measured = self._measured or status.measuring
        fresh = sum(len(one) for one in decoded if isinstance(one, Samples))
        self._count(fresh, now_s)
        if decoded:
            yield Received(now_s, tuple(decoded))
        if not status.measuring and self._measured:
            self._sample_s = now_s
        silent_s = now_s - self._sample_s
        if silent_s > self._params.silent_s:
            if not self._streamed:
                what = (
                    "sends no readings of both sensors"
                    if self._measured
                    else "does not begin to measure: tap its play button"
                )
                raise SensorError(f"{self._title} {what}; {LOAD}", reason="silent")
            self._fresh, self._sample_s = False, now_s
            yield Stalled(now_s, silent_s)

    def _unanswered(self, error: Exception) -> list[LinkItem]:
        """Handle a missing answer: the link counts as lost after a while. Raises `SensorError` when the phone is given up."""
        self._failures += 1
        now_s = time.monotonic()
        away_s = now_s - self._answered_s
        why = "did not answer in time" if isinstance(error, TimeoutError) else f"does not answer ({_text(error)})"
        message = f"{self._title} {why}: keep phyphox open with remote access allowed, and both devices in one network"
        if not self._connections:
            self._places.append(self._places.pop(0))
            if self._failures >= self._params.first_tries * len(self._places):
                raise SensorError(message, reason="not found") from error
            return []
        if away_s > self._params.give_up_s:
            minutes = self._params.give_up_s / 60
            raise SensorError(f"{self._title} has not come back for {minutes:.3g} min; last: {message}", reason="gone")
        if away_s < self._params.down_s or self._down:
            return []
        self._down, self._fresh = True, False
        return [LinkDown(now_s, "link lost", message)]

    def _misunderstood(self, error: ProtocolError) -> list[LinkItem]:
        """Handle an answer that is no use: another experiment, or not phyphox. Raises `SensorError` before the first sample."""
        now_s = time.monotonic()
        if not self._streamed:
            raise SensorError(f"{self._title} cannot be used: {error}", reason="protocol") from None
        if now_s - self._answered_s > self._params.give_up_s:
            raise SensorError(f"{self._title} has not come back; last: {error}", reason="gone") from None
        self._refused += 1
        if self._down:
            return []
        self._down = True
        return [LinkDown(now_s, "protocol", str(error))]

    def _up(self) -> None:
        self._connections += 1
        self._down, self._failures = False, 0
        self._answered_s = self._sample_s = time.monotonic()

    def _count(self, samples: int, now_s: float) -> None:
        if samples:
            self._silence_s = max(self._silence_s, now_s - self._sample_s)
            self._sample_s, self._streamed = now_s, True
            self._samples += samples
            self._packets += 1

    def _quality(self, now_s: float) -> LinkQuality:
        """The link's quality since the last report; nothing is lost on the way, as the phone keeps its samples."""
        silence_s = max(self._silence_s, now_s - self._sample_s)
        item = LinkQuality(now_s, now_s - self._since_s, self._samples, self._packets, 0, 0, self._refused, silence_s)
        self._since_s, self._samples, self._packets, self._refused, self._silence_s = now_s, 0, 0, 0, 0.0
        return item

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """The bytes of an answer. Raises `UNREACHABLE`, `ProtocolError`."""
        host, port = self._places[0]
        target = path + ("?" + urlencode(query) if query else "")
        return await asyncio.to_thread(_fetched, host, port, target, self._params.try_s)


def _fetched(host: str, port: int, path: str, timeout_s: float) -> bytes:
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        content = answer.read(MOST_BYTES + 1)
    finally:
        connection.close()
    if answer.status != 200:
        raise ProtocolError(
            f"it answers {path.partition('?')[0]} with {answer.status}: is another program on that address?"
        )
    if len(content) > MOST_BYTES:
        raise ProtocolError(f"it answers with more than {MOST_BYTES // 10**6} MB")
    return content


def _text(error: Exception) -> str:
    said = getattr(error, "strerror", None) or " ".join(str(error).split())
    return str(said or type(error).__name__)[:80]
