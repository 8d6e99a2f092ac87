"""A virtual phone with phyphox: an experiment with both sensors, and the app's REST interface as its documentation has it."""

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
"""Chosen: two sensors of a phone never have one clock edge in common."""
BUFFERS: Final = {
    "accelerometer": ("acc_time", "accX", "accY", "accZ"),
    "gyroscope": ("gyr_time", "gyrX", "gyrY", "gyrZ"),
}
"""As a simple experiment with both names them (phyphox-android, SimpleExperimentCreator)."""
MOST_DELAY_S: Final = 10.0


class Phone:
    """The app: measures while it is told to, on a clock that stands still in a pause, and answers questions.

    `clock`: where in the track we are, in s; it runs from the first start on, pause or not.
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
        """What was measured: buffer -> its numbers."""

    @property
    def samples(self) -> int:
        """Of the gyroscope, so far."""
        return len(self.held["gyr_time"])

    def config(self) -> dict[str, object]:
        """What /config says."""
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
        """What /meta says, as far as anybody asks."""
        return {"version": "1.2.0", "deviceModel": "virtual", "sensors": {name: {"Range": ""} for name in self.sensors}}

    def control(self, command: str) -> bool:
        """/control?cmd=start, stop or clear; whether it is understood."""
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
        """Take in what the sensors measured up to now; what they measure in a pause is not kept."""
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
        """What /get answers: of each buffer that there is the part asked for, eight digits a number; and the status."""
        self.measure()
        there = {buffer for name in self.sensors for buffer in BUFFERS[name]}
        parts = {}
        for buffer, asked in query.items():
            if buffer not in there:
                continue
            numbers, mode = self.held[buffer], "full"
            threshold, _, reference = asked.partition("|")
            if asked == "":
                numbers, mode = numbers[-1:], "single"
            elif asked != "full":
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
        """The body for a path; None where there is no such document."""
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
    """What lies between: each answer takes `delay_s` (from, to), and a share `loss` of them never comes.

    `away_s`: [from, to) of the track in which nothing is answered at all.
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
        """As the options of a radio say: its jitter is what an answer takes longer, at most."""
        most_s = min(MOST_DELAY_S, radio.interval_s + radio.jitter_s)
        return cls((radio.interval_s, most_s), radio.loss, (*radio.drops_s, *radio.silences_s), radio.seed)

    def fate(self, t_s: float) -> float | None:
        """How long the next answer takes; None: it never comes."""
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
        """Where in the track it is; 0 before the first start."""
        return 0.0 if self._began_s is None else (time.monotonic() - self._began_s) * self._speed

    @property
    def state(self) -> str:
        """One of: waiting, streaming, played."""
        if self.track.duration_s is not None and self.t_s > self.track.duration_s:
            return "played"
        return "streaming" if self.phone.measuring else "waiting"

    def answer(self, path: str, query: Mapping[str, str]) -> tuple[str | None, float] | None:
        """(Body, how long it takes), or None where the answer is lost: the question was heard all the same."""
        with self._one_at_a_time:
            if path == "/control" and query.get("cmd") == "start" and self._began_s is None:
                self._began_s = time.monotonic()
            delay_s = self.network.fate(self.t_s)
            body = self.phone.answer(path, query)
        return None if delay_s is None else (body, delay_s)


@contextmanager
def phone_at(host: str, port: int, track: Track, network: Network, *, speed: float = 1.0) -> Iterator[RunningPhone]:
    """A virtual phone that answers at `host:port` (0: any that is free, see `RunningPhone.port`) until the block ends.

    Raises `SensorError` when the port cannot be opened.
    """
    running = RunningPhone(track, network, speed=speed)
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = urlsplit(self.path)
            answer = running.answer(said.path, dict(parse_qsl(said.query, keep_blank_values=True)))
            if answer is None:
                over.wait(MOST_DELAY_S)
                return
            body, delay_s = answer
            over.wait(delay_s)
            data = b"not found" if body is None else body.encode()
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A host that gave up waiting."""

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
