"""A virtual phone with phyphox: an experiment with both sensors, and the app's REST interface as documented."""

from __future__ import annotations

import json
import math
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from imukick.errors import SensorError
from imukick.signals import Samples
from imukick.virtual.radio import Radio
from imukick.virtual.sampling import resampled
from imukick.virtual.track import Track

ACC_HZ: Final = 99.0
GYR_HZ: Final = 100.0
"""Chosen: two sensors of a phone do not measure at the same moments."""
BUFFERS: Final = {
    "accelerometer": ("acc_time", "accX", "accY", "accZ"),
    "gyroscope": ("gyr_time", "gyrX", "gyrY", "gyrZ"),
}
"""Buffer names of a simple experiment with both sensors (phyphox-android, SimpleExperimentCreator)."""
MOST_DELAY_S: Final = 10.0


class Phone:
    """The app: measures between start and stop, on a clock that stops in a pause, and answers requests.

    `clock`: the time in the track, in s; it runs from the first start on, pause or not.
    """

    def __init__(self, track: Track, clock: Callable[[], float]) -> None:
        self.title = "imukick"
        self.sensors = tuple(BUFFERS)
        self.session = "3f7a9c"
        self.measuring = False
        self._clock = clock
        self._streams = {
            name: iter(resampled(track, rate_hz).pieces())
            for name, rate_hz in zip(BUFFERS, (ACC_HZ, GYR_HZ), strict=True)
        }
        self._ahead: dict[str, list[tuple[float, ...]]] = {name: [] for name in BUFFERS}
        self._zero_s: float | None = None
        self._shift_s = 0.0  # from the track's time to that of the experiment
        self._paused_s: float | None = None
        self.held: dict[str, list[float]] = {buffer: [] for buffers in BUFFERS.values() for buffer in buffers}
        """The measured values: buffer -> numbers."""

    @property
    def samples(self) -> int:
        """The number of gyroscope samples so far."""
        return len(self.held["gyr_time"])

    def config(self) -> dict[str, object]:
        """The document at /config."""
        inputs = [
            {"source": name, "outputs": [{axis: buffer} for axis, buffer in zip("txyz", BUFFERS[name], strict=True)]}
            for name in self.sensors
        ]
        buffers = [{"name": buffer, "size": 0} for name in self.sensors for buffer in BUFFERS[name]]
        return {
            "title": self.title,
            "category": "virtual",
            "crc32": "0",
            "buffers": buffers,
            "inputs": inputs,
            "export": [],
        }

    def meta(self) -> dict[str, object]:
        """The document at /meta, with the fields that imukick reads."""
        return {"version": "1.2.0", "deviceModel": "virtual", "sensors": {name: {"Range": ""} for name in self.sensors}}

    def control(self, command: str) -> bool:
        """Obey /control?cmd=start, stop or clear; False for any other command."""
        self.measure()
        now_s = self._clock()
        if command == "start" and not self.measuring:
            self._shift_s = now_s if self._paused_s is None else self._shift_s + now_s - self._paused_s
            self.measuring = True
        elif command == "stop" and self.measuring:
            self.measuring, self._paused_s = False, now_s
        elif command == "clear":
            self.measuring, self._paused_s = False, None
            self.held = {buffer: [] for buffer in self.held}
        return command in ("start", "stop", "clear")

    def measure(self) -> None:
        """Take in the samples measured up to now; samples measured in a pause are dropped."""
        now_s = self._clock()
        for name, buffers in BUFFERS.items():
            ahead = self._ahead[name]
            while not ahead or ahead[-1][0] <= now_s:
                piece = next(self._streams[name], None)
                if piece is None:
                    break
                ahead += self._rows(piece, name)
            kept = 0
            while kept < len(ahead) and ahead[kept][0] <= now_s:
                if self.measuring and ahead[kept][0] >= self._shift_s:
                    for buffer, number in zip(buffers, ahead[kept], strict=True):
                        self.held[buffer].append(number - self._shift_s if buffer == buffers[0] else number)
                kept += 1
            del ahead[:kept]

    def _rows(self, piece: Samples, name: str) -> list[tuple[float, ...]]:
        if self._zero_s is None:
            self._zero_s = float(piece.t_s[0])
        values = piece.acc_mps2 if name == "accelerometer" else piece.gyr_radps
        times = (piece.t_s - self._zero_s).tolist()
        return [(t_s, *row) for t_s, row in zip(times, values.tolist(), strict=True)]

    def get(self, query: Mapping[str, str]) -> str:
        """The answer to /get: the requested part of each buffer, eight digits a number, and the status."""
        self.measure()
        there = {buffer for name in self.sensors for buffer in BUFFERS[name]}
        parts = {}
        for buffer, part in query.items():
            if buffer not in there:
                continue
            numbers, mode = self.held[buffer], "full"
            threshold, _, reference = part.partition("|")
            if part == "":
                numbers, mode = numbers[-1:], "single"
            elif part != "full":
                least = float(threshold)
                least += 10.0 ** math.floor(math.log10(least / 1e7)) if least > 0 else 0.0
                keep = self.held.get(reference or buffer, [])
                numbers = [number for number, by in zip(numbers, keep, strict=False) if by > least]
                mode = "partial"
            said = ",".join(f"{number:.7E}" for number in numbers) or ("null" if mode == "single" else "")
            parts[buffer] = f'"{buffer}":{{"size":0,"updateMode":"{mode}", "buffer":[{said}]}}'
        status = {"session": self.session, "measuring": self.measuring, "timedRun": False, "countDown": 0}
        return '{"buffer":{\n' + ",\n".join(parts.values()) + '\n},\n"status":' + json.dumps(status) + "}\n"

    def answer(self, path: str, query: Mapping[str, str]) -> str | None:
        """The document at a path; None when there is no such document."""
        match path:
            case "/config":
                return json.dumps(self.config())
            case "/meta":
                return json.dumps(self.meta())
            case "/get":
                return self.get(query)
            case "/control":
                return json.dumps({"result": self.control(query.get("cmd", ""))})
            case _:
                return None


@dataclass
class Network:
    """The network between phone and host: each answer takes `delay_s` (from, to), and a share `loss` of them is lost.

    `away_s`: [from, to) of the track in which every answer is lost.
    """

    delay_s: tuple[float, float] = (0.0, 0.0)
    loss: float = 0.0
    away_s: tuple[tuple[float, float], ...] = ()
    seed: int = 0
    lost: int = 0
    answered: int = 0
    _draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)

    @classmethod
    def of(cls, radio: Radio) -> Network:
        """A network with the faults of a radio: its jitter is how much longer an answer takes, at most."""
        most_s = min(MOST_DELAY_S, radio.interval_s + radio.jitter_s)
        return cls((radio.interval_s, most_s), radio.loss, (*radio.drops_s, *radio.silences_s), radio.seed)

    def fate(self, t_s: float) -> float | None:
        """How long the next answer takes, in s; None: it is lost."""
        delay_s, lost = self._draw.uniform(*self.delay_s), self._draw.random() < self.loss
        if lost or any(begin_s <= t_s < end_s for begin_s, end_s in self.away_s):
            self.lost += 1
            return None
        self.answered += 1
        return delay_s


class RunningPhone:
    """A phone that plays a track behind a port of this computer; its clock begins with the first start."""

    def __init__(self, track: Track, network: Network, *, speed: float) -> None:
        self.track, self.network = track, network
        self._began_s: float | None = None
        self._speed = speed
        self._one_at_a_time = threading.Lock()
        self.port = 0
        self.phone = Phone(track, lambda: self.t_s)

    @property
    def t_s(self) -> float:
        """The time in the track; 0 before the first start."""
        return 0.0 if self._began_s is None else (time.monotonic() - self._began_s) * self._speed

    @property
    def state(self) -> str:
        """One of: waiting, streaming, played."""
        if self.track.duration_s is not None and self.t_s > self.track.duration_s:
            return "played"
        return "streaming" if self.phone.measuring else "waiting"

    def answer(self, path: str, query: Mapping[str, str]) -> tuple[str | None, float] | None:
        """(document, delay in s), or None when the answer is lost; the phone has then obeyed the request all the same."""
        with self._one_at_a_time:
            if path == "/control" and query.get("cmd") == "start" and self._began_s is None:
                self._began_s = time.monotonic()
            delay_s = self.network.fate(self.t_s)
            document = self.phone.answer(path, query)
        return None if delay_s is None else (document, delay_s)


@contextmanager
def phone_at(host: str, port: int, track: Track, network: Network, *, speed: float = 1.0) -> Iterator[RunningPhone]:
    """A virtual phone that answers at `host:port` (0: any that is free, see `RunningPhone.port`) until the block ends.

    Raises `SensorError` when the port cannot be opened.
    """
    running = RunningPhone(track, network, speed=speed)
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            answer = running.answer(url.path, dict(parse_qsl(url.query, keep_blank_values=True)))
            if answer is None:
                over.wait(MOST_DELAY_S)
                return
            document, delay_s = answer
            over.wait(delay_s)
            data = b"not found" if document is None else document.encode()
            self.send_response(404 if document is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Ignore it: the host gave up waiting."""

    try:
        server = Server((host, port), Handler)
    except (OSError, OverflowError) as error:
        raise SensorError(
            f"http:{host}:{port} cannot be opened ({error}): choose another port", reason="no transport"
        ) from error
    running.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
