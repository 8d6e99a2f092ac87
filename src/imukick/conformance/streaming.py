"""The parts of a conformance run that stream: every rate, every MTU, starts and stops, a minute by the clock, wraps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from imukick.conformance.asking import size
from imukick.conformance.host import Host, StreamRun
from imukick.conformance.rules import Findings
from imukick.conformance.streams import WRAP_SEQ, WRAP_US, judge, judge_stops, missing
from imukick.sensors.imukick_v1 import MAX_PACKETS_HZ, STREAM, CommandCode, Config, Packet, Status
from imukick.sources.ble import Backend, Found, plain_link_again

MTUS: Final = (23, 35, 46, 47, 185, 247)
"""The smallest, those on either side of a sample more, a Mac's and that of most sensors."""
DRIFT_SHARE: Final = 0.002
"""Chosen: a crystal is within 0.0001, an RC oscillator up to 0.02 off."""
STOPS: Final = 3
"""Chosen: so many stops that one of them falls within a packet."""


async def one_run(host: Host, for_s: float) -> tuple[StreamRun, list[Packet]]:
    """A stream of these settings, judged, with its losses against the counter of CONFIG."""
    before = await host.config()
    run = await host.stream(for_s)
    packets = judge(run, host.findings, mtu=host.link.mtu)
    after = await host.config()
    if run.begun is not None and run.begun.status is Status.OK:
        host.findings.expect("config state", not after.streaming, "CONFIG says STREAMING behind STOP")
        losses(host.findings, before, after, missing(packets))
        wrapped(packets, host.findings)
    return run, packets


def losses(findings: Findings, before: Config, after: Config, numbers: int) -> None:
    """Compare missing packet numbers with the losses that the sensor itself counts."""
    if before.overruns is None or after.overruns is None:
        return
    rose = after.overruns - before.overruns
    said = f"{numbers} numbers are missing and the counter rose by {rose}: the sensor does not count them, or this computer lost them"
    findings.expect("overruns", rose >= 0, f"it fell from {before.overruns} to {after.overruns}")
    findings.expect("overruns", numbers == 0 or rose > 0, said)
    if rose:
        findings.note("overruns", f"it rose by {rose}, {numbers} numbers are missing")


def wrapped(packets: Sequence[Packet], findings: Findings) -> None:
    """Whether packet number or clock wrapped around in this stream; the rules `times` and `numbers` check that they went on correctly."""
    for one, two in pairwise(packets):
        if one.seq - two.seq > WRAP_SEQ // 2:
            findings.wrapped.add("number")
        if one.t_us - two.t_us > WRAP_US // 2:
            findings.wrapped.add("clock")
    if findings.wrapped:
        findings.expect("wraps", kept=True, otherwise="")
        findings.note("wraps", f"seen: {' and '.join(sorted(findings.wrapped))}")


async def rates(host: Host, taken_hz: Sequence[float], for_s: float) -> None:
    """A stream at every rate that it took, then at that of the beginning again."""
    begin = await host.config()
    for rate_hz in taken_hz or (begin.rate_hz,):
        if taken_hz:
            await host.ask(CommandCode.SET, rate_millihz=round(rate_hz * 1000))
        await one_run(host, for_s)
    await host.ask(CommandCode.SET, rate_millihz=begin.rate_millihz)


async def starts(host: Host, for_s: float) -> None:
    """SET while it streams, START again, several stops, a subscription that ends."""
    findings = host.findings
    for number in range(STOPS):
        await one_run(host, for_s * (0.5 + 0.37 * number))
    first = await host.ask(CommandCode.START)
    if first is None or first.status is not Status.OK:
        return
    await host.hear(for_s)
    before = await host.config()
    refused = await host.ask(CommandCode.SET, max_latency_ms=before.max_latency_ms % 1000 + 1)
    if refused is not None:
        kept = refused.status is Status.BUSY and (await host.config()).max_latency_ms == before.max_latency_ms
        findings.expect("set while streaming", kept, f"it is answered {refused.status.name}, or changes CONFIG")
    host.packets.clear()
    again = await host.ask(CommandCode.START)
    if again is None or not findings.expect(
        "start again", again.status is Status.OK, f"it is answered {again.status.name}"
    ):
        return
    rose = (again.uptime_us or 0) > (first.uptime_us or 0)
    findings.expect(
        "start again", rose, f"the clock was {first.uptime_us} at the first START and {again.uptime_us} at the second"
    )
    host.packets.clear()
    run = StreamRun(await host.config(), begun=again)
    await host.hear(for_s)
    await host.stop(run)
    judge(run, findings, mtu=host.link.mtu)
    judge_stops(findings)
    begun = await host.ask(CommandCode.START)
    if begun is not None and begun.status is Status.OK:
        await host.hear(for_s)
        await host.link.unsubscribe(STREAM)
        packets, _ = await host.quiet()
        config = await host.config()
        findings.expect("unsubscribe", not config.streaming, "CONFIG says STREAMING behind it")
        await host.link.subscribe(STREAM)
        packets, _ = await host.quiet()
        if not findings.expect(
            "unsubscribe", not packets, f"{len(packets)} packets come when STREAM is subscribed again"
        ):
            await host.ask(CommandCode.STOP)


async def mtus(
    found: Found, backend: Backend | None, findings: Findings, taken_hz: Sequence[float], for_s: float
) -> None:
    """A connection of every MTU, and the rates on it; only where the MTU can be chosen."""
    if backend is None or not backend.chooses_mtu:
        return
    for mtu in MTUS:
        async with plain_link_again(found, backend=backend, mtu=mtu) as link:
            host = Host(link, findings)
            await host.listen()
            begin = await host.config()
            got = link.mtu or 0
            findings.expect("mtu", begin.mtu in (None, got), f"CONFIG says MTU {begin.mtu} on a link of {got}")
            for rate_hz in taken_hz or (begin.rate_hz,):
                if taken_hz:
                    await host.ask(CommandCode.SET, rate_millihz=round(rate_hz * 1000))
                size(host, await host.config())
                run, packets = await one_run(host, for_s)
                if run.begun is not None and run.begun.status is Status.OK:
                    findings.expect("mtu", len(packets) > 0, f"no packet can be read at MTU {got} and {rate_hz:g} Hz")
            await host.ask(CommandCode.SET, rate_millihz=begin.rate_millihz)


async def lost_link(found: Found, backend: Backend | None, findings: Findings, for_s: float) -> None:
    """A stream whose link ends, and the sensor's state on the next link."""
    async with plain_link_again(found, backend=backend) as link:
        host = Host(link, findings)
        await host.listen()
        before, begun = await host.config(), await host.ask(CommandCode.START)
        await host.hear(for_s)
    async with plain_link_again(found, backend=backend) as link:
        host = Host(link, findings)
        after = await host.config()
        findings.expect("link lost", not after.streaming, "CONFIG says STREAMING on the next connection")
        code = await host.write(bytes([CommandCode.SYNC]))
        findings.expect("link lost", code == 0xFD, f"SYNC without a subscription is answered 0x{code:02X}, not 0xFD")
        await host.listen()
        packets, _ = await host.quiet()
        findings.expect("link lost", not packets, f"{len(packets)} packets come before START")
        synced = await host.ask(CommandCode.SYNC)
        findings.expect("power stays on", after.boot == before.boot, "boot is another number")
        if synced is not None and begun is not None and synced.uptime_us is not None and begun.uptime_us is not None:
            said = f"the clock was {begun.uptime_us} and is {synced.uptime_us}"
            findings.expect("power stays on", synced.uptime_us > begun.uptime_us, said)


async def minute(host: Host, for_s: float) -> None:
    """A long stream; the sensor's clock against this computer's."""
    first = await host.clock()
    run, packets = await one_run(host, for_s)
    second = await host.clock()
    if first is None or second is None:
        return
    host_s = second.host_s - first.host_s
    share = (second.uptime_us - first.uptime_us) * 1e-6 / host_s - 1.0
    uncertain = (first.within_s + second.within_s) / host_s
    said = f"{share * 1e6:+.0f} ppm against this computer (± {uncertain * 1e6:.0f} ppm)"
    if host.findings.expect("drift", abs(share) < DRIFT_SHARE + uncertain, said):
        host.findings.note("drift", said)
    if len(packets) > 1:
        last_us = int(np.unwrap(np.array([one.t_us for one in packets], dtype=np.float64), period=WRAP_US)[-1])
        seconds = (last_us - packets[0].t_us) * 1e-6
        samples = sum(len(one.counts) for one in packets[:-1])
        host.findings.note("rate", f"{samples / seconds:.4g} Hz over {seconds:.1f} s; {run.config.rate_hz:g} stated")


async def wraps(host: Host) -> None:
    """Stream the smallest packets allowed until the low half of the clock and the packet number have wrapped around: up to 72 minutes."""
    findings, begin, clock = host.findings, await host.config(), await host.ask(CommandCode.SYNC)
    if clock is None or clock.uptime_us is None:
        return
    fewest = math.ceil(begin.rate_hz / MAX_PACKETS_HZ)
    await host.ask(CommandCode.SET, max_latency_ms=math.ceil(1000 * fewest / begin.rate_hz))
    config = await host.config()
    clock_s = (WRAP_US - clock.uptime_us % WRAP_US) * 1e-6
    number_s = WRAP_SEQ * config.samples / config.rate_hz
    await one_run(host, max(clock_s, number_s) + 5.0)
    await host.ask(CommandCode.SET, max_latency_ms=begin.max_latency_ms)
    kept = findings.wrapped == {"clock", "number"}
    findings.expect("wraps", kept, f"both were due, seen: {' and '.join(sorted(findings.wrapped)) or 'neither'}")
