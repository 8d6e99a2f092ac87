"""`imukick conform`: does a sensor keep to the open protocol? A table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imukick.cli.options import ForceOption
from imukick.errors import ImukickError, SensorError

if TYPE_CHECKING:
    from imukick.cli.screen import Screen
    from imukick.conformance import ConformanceReport
    from imukick.sources.ble import Backend, Found

VIRTUAL = "virtual"
BROKEN = 1
"""Exit code where a rule is broken; 2 is for what the user can mend."""
LIMITS_S = (1.0, 3600.0)


def conform(
    sensor: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|ADDRESS", help="Which sensor; virtual: one without hardware. [default: the only one]"
        ),
    ] = None,
    part: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this part; may be repeated: services, commands, settings, rates, starts, mtus, link, minute."
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long the stream of the part minute is.")] = 60.0,
    wraps: Annotated[
        bool,
        typer.Option(
            "--wraps", help="Keep streaming until packet number and clock have wrapped around; up to 72 minutes."
        ),
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON too.")
    ] = None,
    force: ForceOption = False,
    radio: Annotated[
        str | None,
        typer.Option(metavar="TRANSPORT", help="Instead of Bluetooth: tcp-client:HOST:PORT of imukick virtual-sensor."),
    ] = None,
) -> int:
    """Ask a sensor for all of the open protocol, version 1, and say which rules it keeps."""
    from imukick.cli.screen import Screen
    from imukick.conformance import PARTS, ConformOptions
    from imukick.conformance import conform as run_conformance
    from imukick.live.link import with_a_way_out
    from imukick.live.stopping import run_until_stopped
    from imukick.sinks.whole_file import check_place, whole_file

    if not LIMITS_S[0] <= seconds <= LIMITS_S[1]:
        raise ImukickError(f"--seconds {seconds:g} cannot be; give {LIMITS_S[0]:g} to {LIMITS_S[1]:g}")
    if json_file is not None:
        check_place(json_file, force=force)
    screen, options = Screen(), ConformOptions(parts=part or PARTS, minute_s=seconds, wraps=wraps)

    async def ask() -> ConformanceReport:
        async with _linked(sensor, radio) as (found, backend):
            screen.print(f"{found.title}: asking; a minute or two, and nobody else may use it", soft_wrap=True)
            return await run_conformance(
                found, backend=backend, options=options, say=lambda one: screen.print(f"  {one} …")
            )

    try:
        report = run_until_stopped(ask)
    except SensorError as error:
        raise with_a_way_out(error) from None
    _show(report, screen)
    if json_file is not None:
        with whole_file(json_file, force=force) as place:
            place.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        screen.print(f"report: {json_file}", soft_wrap=True)
    return 0 if report.conforms else BROKEN


@asynccontextmanager
async def _linked(want: str | None, radio: str | None) -> AsyncIterator[tuple[Found, Backend | None]]:
    """The sensor that was asked for. Raises `SensorError` when it is not there, or one of several."""
    from imukick.live.link import NEEDS_BUMBLE, radio_backend
    from imukick.sensors.known import SENSORS
    from imukick.sources.ble import find

    own = [one for one in SENSORS if one.model == "imukick v1"]
    if want == VIRTUAL:
        import importlib.util

        if importlib.util.find_spec("bumble") is None:
            raise ImukickError(NEEDS_BUMBLE)
        from imukick.virtual.running_sensor import in_process
        from imukick.virtual.track import endless_track

        async with in_process(endless_track()) as room:
            yield (await find(sensors=own, backend=room.backend, settle_s=0.1))[0], room.backend
        return
    async with radio_backend(radio) as backend:
        heard = await find(want, sensors=own, backend=backend)
        if not heard:
            raise SensorError(
                f"{want or 'no sensor of the open protocol'} is not in range: switch it on, and see what imukick scan says",
                reason="not found",
            )
        if len(heard) > 1:
            names = ", ".join(one.title for one in heard)
            raise SensorError(f"several sensors are in range ({names}): name one with --sensor", reason="several")
        yield heard[0], backend


def _show(report: ConformanceReport, screen: Screen) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("v1.md", "rule", "result", "detail"):
        table.add_column(heading, overflow="fold")
    styles = {"fail": "bold red", "not tried": "dim", "pass": None}
    for check in report.checks:
        detail = f"{check.says}: {check.detail}" if check.result == "fail" else check.detail
        table.add_row(f"§ {check.section}", check.rule, check.result, detail, style=styles[check.result])
    screen.print(table)
    for name, values in report.settings.items():
        screen.print(f"{name}: {', '.join(f'{value:g}' for value in values)}", soft_wrap=True)
    tried = sum(check.result != "not tried" for check in report.checks)
    broken = len(report.failed)
    screen.print(
        f"{tried - broken} of {tried} rules kept, {len(report.checks) - tried} not tried"
        + (f"; broken: {', '.join(report.failed)}" if broken else "")
    )
