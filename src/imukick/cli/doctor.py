"""`imukick doctor`: is everything here that a live session needs? A line each, OK or what to do."""

from __future__ import annotations

import typer


def doctor() -> None:
    """Look at Python, libraries, data folder, Bluetooth and the virtual sensor; each is OK, or it says what to do."""
    from imukick.cli.doctor_checks import bluetooth, here, virtual_sensor
    from imukick.cli.screen import Screen
    from imukick.live.stopping import run_until_stopped

    screen, well = Screen(), True
    for look in (here, lambda: run_until_stopped(bluetooth), lambda: run_until_stopped(virtual_sensor)):
        for checked in look():
            sign = {True: "OK", False: "--", None: "  "}[checked.well]
            screen.print(f"{sign}  {checked.what}: {checked.said}", soft_wrap=True)
            well = well and checked.well is not False
    screen.print("everything is well" if well else "-- marks what does not work, and what to do about it")
    raise typer.Exit(0 if well else 2)
