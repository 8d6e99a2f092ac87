"""`imukick scan`: who is in range, which model it is, whether it can be used or why not; with --ask what it says of itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from imukick.cli.scan import usable
from imukick.errors import SensorError
from imukick.sensors.known import SENSORS
from imukick.sources.ble import Answer, Backend, Found
from imukick.virtual import bumble_backend as bumble_backend_room
from imukick.virtual.device_models import MODELS
from imukick.virtual.off_radio import sensor_of
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import in_process, serve
from tests.cli.command import Run
from tests.cli.test_virtual_sensor import free_port
from tests.skipped_time import skipped_time
from tests.sources.ble_session import ramp


@contextmanager
def served(make: str, name: str | None = None) -> Iterator[str]:
    """A virtual sensor in a thread of its own; the transport by which it is reached, and on the way out whether it was started."""
    port, ready, stop = free_port(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    written: list[object] = []

    async def runs() -> None:
        place = f"tcp-server:127.0.0.1:{port}"
        async with serve(place, ramp(50.0, 5.0), model=make, name=name, radio=Radio(battery_pct=61)) as sensor:
            ready.set()
            await stop.wait()
            written.extend(sensor.written)

    thread = threading.Thread(target=lambda: loop.run_until_complete(runs()))
    thread.start()
    try:
        assert ready.wait(10.0)
        yield f"tcp-client:127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10.0)
        loop.close()
    assert written == [], "a scan writes nothing"


@contextmanager
def nearby(make: str, name: str | None = None) -> Iterator[str]:
    """As `served`, but in the event loop of the command, which then need not wait; the transport has no port."""
    written: list[object] = []

    @asynccontextmanager
    async def backend(_transport: str) -> AsyncIterator[Backend]:
        async with in_process(ramp(50.0, 5.0), model=make, name=name, radio=Radio(battery_pct=61)) as room:
            yield room.backend
            written.extend(room.sensor.written)

    with pytest.MonkeyPatch.context() as patch, skipped_time():
        patch.setattr(bumble_backend_room, "bumble_backend", backend)
        yield "in this process"
    assert written == [], "a scan writes nothing"


def row(out: str, name: str) -> list[str]:
    """The cells of its row."""
    lines = [line for line in out.splitlines() if line.startswith(name)]
    assert len(lines) == 1, out
    return [cell for cell in lines[0].split("  ") if cell.strip()]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.parametrize("make", MODELS)
def test_each_make_is_named_and_asked(make: str, run: Run) -> None:
    name = MODELS[make].name
    described = MODELS[make].described
    options = () if described is None else ("--sensor-file", described)
    with nearby(make) as radio:
        done = run("scan", "--radio", radio, "--ask", *options)
    assert (done.code, done.err) == (0, "")
    said = row(done.out, name)
    firmware = {"imukick": "1.0.0", "verity": "2.1.0"}.get(make, "-")
    charge = "61 %" if make in ("imukick", "movesense", "dot", "verity", "thingy52", "openearable") else "-"
    assert sensor_of(make).model in said[3]
    assert [cell.strip() for cell in said[-3:]] == [firmware, charge, "yes"]


@pytest.mark.parametrize(
    ("make", "name", "why"),
    [
        ("verity", "Polar H10 12345678", "no: it has no gyroscope"),
        ("witmotion", "WTVB01-BT50", "no: it measures vibration"),
        ("witmotion", "BWT901CL", "no: it speaks classic Bluetooth"),
        ("thingy52", "Movesense 170000000000", "no: it needs firmware 2.3 or later"),
        ("verity", "Kettle", "no: not a sensor that imukick knows"),
    ],
)
def test_why_one_cannot_be_used(make: str, name: str, why: str, run: Run) -> None:
    with nearby(make, name) as radio:
        done = run("scan", "--radio", radio, "--ask")
    assert row(done.out, name)[-1].strip().startswith(why)
    assert ("does not show itself" in done.out) == (not name.startswith("Movesense"))


def test_a_scan_alone_connects_to_nobody(run: Run) -> None:
    with served("thingy52", "Movesense 170000000000") as radio:
        done = run("scan", "--radio", radio, "--seconds", 0.4)
    assert row(done.out, "Movesense")[-1].strip() == "yes"
    assert "battery" not in done.out


def test_the_words_for_what_no_virtual_sensor_shows() -> None:
    sensor = sensor_of("dot")
    assert usable(Found("AA", "x", sensor, connected=True)) == "yes, connected to this computer already"
    gone = SensorError("x is no longer in range", reason="not found")
    assert usable(Found("AA", "x", sensor), gone) == "not now: x is no longer in range"
    assert usable(Found("AA", "x", sensor_of("imukick")), Answer(lacks=True)).endswith("update its firmware")
    for known in SENSORS:
        said = usable(Found("AA", "x", known))
        assert said == ("yes" if known.unusable is None else f"no: {known.unusable}")


def test_seconds_that_cannot_be(run: Run) -> None:
    done = run("scan", "--seconds", 0)
    assert (done.code, "give 0.1 to 600" in done.err) == (2, True)
