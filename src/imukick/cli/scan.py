"""`imukick scan`: what is in range, which model it is, whether imukick can use it."""

from __future__ import annotations

from typing import Annotated

import typer

from imukick.errors import ImukickError


def scan(
    seconds: Annotated[float, typer.Option(help="How long to listen.")] = 5.0,
    radio: Annotated[
        str | None,
        typer.Option(metavar="TRANSPORT", help="Instead of Bluetooth: tcp-client:HOST:PORT of imukick virtual-sensor."),
    ] = None,
) -> None:
    """List the Bluetooth LE devices in range, and say which of them can be used, or why not."""
    from rich import box
    from rich.table import Table

    from imukick.cli.live_run import radio_backend, with_a_way_out
    from imukick.cli.screen import Screen
    from imukick.cli.stopping import run_until_stopped
    from imukick.errors import SensorError
    from imukick.sources.ble import Found, in_range

    if not 0.1 <= seconds <= 600.0:
        raise ImukickError(f"--seconds {seconds:g} cannot be; give 0.1 to 600")

    async def listen() -> list[Found]:
        async with radio_backend(radio) as backend:
            return await in_range(backend=backend, timeout_s=seconds)

    try:
        found = run_until_stopped(listen)
    except SensorError as error:
        raise with_a_way_out(error) from None
    screen = Screen()
    if not found:
        raise ImukickError("nothing is in range; switch the sensor on, bring it near, and listen longer with --seconds")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("name", "address", "signal", "model", "usable"):
        table.add_column(heading, justify="right" if heading == "signal" else "left", overflow="fold")
    for one in found:
        if one.sensor is None and one.name is None:
            continue
        signal = "-" if one.rssi_dbm is None else f"{one.rssi_dbm} dBm"
        model, usable = ("-", "no: not a sensor that imukick knows")
        if one.sensor is not None:
            model, usable = one.sensor.model, "yes, connected already" if one.connected else "yes"
        table.add_row(one.name or "-", one.address, signal, model, usable, style=None if one.sensor else "dim")
    if table.row_count:
        screen.print(table)
    nameless = sum(one.sensor is None and one.name is None for one in found)
    if nameless:
        screen.print(f"{nameless} more without a name, none of them a sensor that imukick knows", style="dim")
    if not any(one.sensor for one in found):
        screen.print("no sensor that imukick knows among them; is it switched on, and not connected to a phone?")
