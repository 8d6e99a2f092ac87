"""`imukick scan`: what is in range, which model it is, whether imukick can use it or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from imukick.cli.options import SensorFileOption
from imukick.errors import ImukickError, SensorError

if TYPE_CHECKING:
    from imukick.sources.ble import Answer, Found

STRANGER = "no: not a sensor that imukick knows"


def scan(
    seconds: Annotated[float, typer.Option(help="How long to listen.")] = 5.0,
    ask: Annotated[
        bool, typer.Option("--ask", help="Connect to each sensor for a moment: firmware, battery, what it lacks.")
    ] = False,
    sensor_file: SensorFileOption = None,
    radio: Annotated[
        str | None,
        typer.Option(metavar="TRANSPORT", help="Instead of Bluetooth: tcp-client:HOST:PORT of imukick virtual-sensor."),
    ] = None,
) -> None:
    """List the Bluetooth LE devices in range, and say which of them can be used, or why not."""
    from rich import box
    from rich.table import Table

    from imukick.cli.screen import Screen
    from imukick.live.link import radio_backend, with_a_way_out
    from imukick.live.stopping import run_until_stopped
    from imukick.sensors.known import SENSORS
    from imukick.sources.ble import ask as ask_sensor
    from imukick.sources.ble import in_range
    from imukick.sources.mapped_files import find_mapped

    if not 0.1 <= seconds <= 600.0:
        raise ImukickError(f"--seconds {seconds:g} cannot be; give 0.1 to 600")
    known = SENSORS if sensor_file is None else (find_mapped(sensor_file), *SENSORS)

    async def listen() -> list[tuple[Found, Answer | SensorError | None]]:
        heard: list[tuple[Found, Answer | SensorError | None]] = []
        async with radio_backend(radio) as backend:
            for found in await in_range(sensors=known, backend=backend, timeout_s=seconds):
                answer: Answer | SensorError | None = None
                if ask and found.sensor is not None and found.sensor.unusable is None and not found.connected:
                    try:
                        answer = await ask_sensor(found, backend=backend)
                    except SensorError as error:
                        answer = error
                heard.append((found, answer))
        return heard

    try:
        found = run_until_stopped(listen)
    except SensorError as error:
        raise with_a_way_out(error) from None
    screen = Screen()
    if not found:
        raise ImukickError("nothing is in range; switch the sensor on, bring it near, and listen longer with --seconds")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    headings = ("name", "address", "signal", "model", *(("firmware", "battery") if ask else ()), "usable")
    for heading in headings:
        table.add_column(heading, justify="right" if heading in ("signal", "battery") else "left", overflow="fold")
    for one, answer in found:
        if one.sensor is None and one.name is None:
            continue
        signal = "-" if one.rssi_dbm is None else f"{one.rssi_dbm} dBm"
        said = _asked(answer) if ask else ()
        cells = (one.name or "-", one.address, signal, _model(one, answer), *said, usable(one, answer))
        table.add_row(*cells, style=None if one.sensor else "dim")
    if table.row_count:
        screen.print(table)
    nameless = sum(one.sensor is None and one.name is None for one, _ in found)
    if nameless:
        screen.print(f"{nameless} more without a name, none of them a sensor that imukick knows", style="dim")
    if not any(one.sensor is not None and one.sensor.unusable is None for one, _ in found):
        screen.print(
            "no sensor that imukick can use among them; is it switched on? One that is connected to a phone or to "
            "another computer does not show itself"
        )


def usable(found: Found, answer: Answer | SensorError | None = None) -> str:
    """Whether it can be used, or why not; `answer`: what came of asking it."""
    sensor = found.sensor
    if sensor is None:
        return STRANGER
    if sensor.unusable is not None:
        return f"no: {sensor.unusable}"
    if found.connected:
        return "yes, connected to this computer already"
    if isinstance(answer, SensorError):
        return f"not now: {answer}"
    if answer is not None and answer.lacks:
        return (
            f"no: it needs {sensor.needs}"
            if sensor.needs
            else "no: it is not set up as its model is; update its firmware"
        )
    return "yes"


def _model(found: Found, answer: Answer | SensorError | None) -> str:
    """The model as its table row says it; what it calls itself where it was asked and says more."""
    if found.sensor is None:
        return "-"
    own = None if answer is None or isinstance(answer, SensorError) else answer.model
    model = found.sensor.model
    return model if own is None or own.casefold() == model.casefold() else f"{model} ({own})"


def _asked(answer: Answer | SensorError | None) -> tuple[str, str]:
    """Firmware, battery."""
    if answer is None or isinstance(answer, SensorError):
        return "-", "-"
    return answer.firmware or "-", "-" if answer.battery_pct is None else f"{answer.battery_pct} %"
