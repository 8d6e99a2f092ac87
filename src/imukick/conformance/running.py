"""A whole conformance run: connects, asks part after part, and reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from imukick.conformance import asking, streaming
from imukick.conformance.host import Host
from imukick.conformance.report import ConformanceReport, reported
from imukick.conformance.rules import Findings
from imukick.errors import ImukickError, ProtocolError, SensorError
from imukick.sensors.imukick_v1 import FIRMWARE_REVISION, MODEL_NUMBER
from imukick.sensors.standard import text
from imukick.sources.ble import AttRefusedError, Backend, Found, PlainLink, plain_link

PARTS: Final = ("services", "commands", "settings", "rates", "starts", "mtus", "link", "minute")
"""In this order; the rates that `settings` finds are used by those behind it."""


@dataclass(frozen=True, slots=True)
class ConformOptions:
    """`parts`: of `PARTS`. `stream_s`: of each short stream; `minute_s`: of the long one. `wraps`: wait for both wraps."""

    parts: Sequence[str] = PARTS
    stream_s: float = 2.0
    minute_s: float = 60.0
    wraps: bool = False


async def conform(
    found: Found,
    *,
    backend: Backend | None = None,
    options: ConformOptions | None = None,
    say: Callable[[str], None] | None = None,
) -> ConformanceReport:
    """Ask a sensor for all of firmware_protocol/v1.md; `say` hears which part begins.

    Raises `SensorError` when it cannot be connected, or is lost on the way.
    """
    options, say = options or ConformOptions(), say or (lambda _part: None)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        raise ImukickError(f"part {unknown[0]!r} is not known; known: {', '.join(PARTS)}")
    findings, taken = Findings(), dict[str, list[float]]()
    who: dict[str, str | None] = {"name": found.name, "address": found.address}
    with suppress(ProtocolError):  # CONFIG that is not allowed is a finding, and ends the run
        async with plain_link(found, backend=backend) as link:
            who |= await _who(link)
            await _on_one_link(Host(link, findings), found, backend, options, taken, say)
        rates_hz = taken.get("rates_hz", [])
        if "mtus" in options.parts:
            say("mtus")
            await streaming.mtus(found, backend, findings, rates_hz, options.stream_s / 2)
        if "link" in options.parts:
            say("link")
            await streaming.lost_link(found, backend, findings, options.stream_s / 2)
    return ConformanceReport(who, taken, reported(findings))


async def _who(link: PlainLink) -> dict[str, str | None]:
    said: dict[str, str | None] = {"model": None, "firmware": None}
    for key, characteristic in (("model", MODEL_NUMBER), ("firmware", FIRMWARE_REVISION)):
        with suppress(AttRefusedError, SensorError):
            said[key] = text(await link.read(characteristic)) or None
    return said


async def _on_one_link(
    host: Host,
    found: Found,
    backend: Backend | None,
    options: ConformOptions,
    taken: dict[str, list[float]],
    say: Callable[[str], None],
) -> None:
    if "services" in options.parts:
        say("services")
        await asking.services(host.link, host.findings, found, backend)
    await asking.configuration(host)
    if "commands" in options.parts:
        say("commands")
        await asking.commands(host)
    await host.listen()
    if "settings" in options.parts:
        say("settings")
        taken |= await asking.settings(host)
    if "rates" in options.parts:
        say("rates")
        await streaming.rates(host, taken.get("rates_hz", []), options.stream_s)
    if "starts" in options.parts:
        say("starts")
        await streaming.starts(host, options.stream_s / 2)
    if "minute" in options.parts:
        say("minute")
        await streaming.minute(host, options.minute_s)
    if options.wraps:
        say("wraps")
        await streaming.wraps(host)
