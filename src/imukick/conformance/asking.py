"""The parts of a conformance run that ask without streaming: services, CONFIG, commands, settings."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Final

from imukick.conformance.host import Host
from imukick.conformance.rules import Findings
from imukick.errors import SensorError
from imukick.sensors.imukick_v1 import (
    BATTERY_LEVEL,
    CONFIG,
    CONTROL,
    FIRMWARE_REVISION,
    MODEL_NUMBER,
    STREAM,
    CommandCode,
    Config,
    ControlCommand,
    Status,
    pack_command,
    samples_per_packet,
)
from imukick.sources.ble import AttRefusedError, Backend, Found, PlainLink, in_range

NEEDED: Final = {STREAM: ("notify",), CONTROL: ("write", "indicate"), CONFIG: ("read",)}
PAIRING: Final = (0x05, 0x08, 0x0C, 0x0F)
"""ATT errors that ask for encryption, authorisation or a longer key (Bluetooth Core 5.0, volume 3, part F, 3.4.1.1)."""
NO_COMMANDS: Final = (
    b"\x00",
    b"\x06",
    b"\x81\x00",
    b"\x01\x00",
    b"\x02\x02",
    b"\x03",
    b"\x03" + bytes(9),
    b"\x03" + bytes(11),
)
RATES_MILLIHZ: Final = tuple(
    round(1000 * rate_hz)
    for rate_hz in (
        10,
        12.5,
        25,
        26,
        50,
        52,
        100,
        104,
        112.5,
        119,
        200,
        208,
        225,
        238,
        400,
        416,
        476,
        500,
        800,
        833,
        1000,
    )
)
ACC_RANGES_G: Final = (2, 4, 8, 16, 32)
GYR_RANGES_DEGPS: Final = (125, 245, 250, 500, 1000, 2000, 4000)
"""What motion sensors have (data sheets of LSM6DS, LSM9DS1, BMI270, BMI160, ICM-20948, MPU-6886)."""
CLOCK_SHARE: Final = 0.02
"""Chosen: a clock in another unit is off by 1000, a clock of a radio's ticks by 2 %; the delays of two replies are less on a second."""


async def services(link: PlainLink, findings: Findings, found: Found, backend: Backend | None) -> None:
    """Characteristics, pairing, battery, advertising."""
    for characteristic, uses in NEEDED.items():
        there = link.uses.get(characteristic)
        lacks = [use for use in uses if there is None or use not in there]
        findings.expect("services", not lacks, f"{characteristic[:8]} lacks {', '.join(lacks)}")
    for characteristic in (CONFIG, BATTERY_LEVEL, MODEL_NUMBER, FIRMWARE_REVISION):
        if "read" not in link.uses.get(characteristic, ()):
            continue
        try:
            value = await link.read(characteristic)
        except AttRefusedError as refused:
            asks = refused.code in PAIRING
            findings.expect(
                "no pairing", not asks, f"{characteristic[4:8]} is refused with ATT error 0x{refused.code:02X}"
            )
            continue
        findings.expect("no pairing", kept=True, otherwise="")
        if characteristic == BATTERY_LEVEL:
            good = len(value) == 1 and value[0] <= 100
            findings.expect("battery", good, f"it reads {value.hex() or 'nothing'}")
            notifies = "notify" in link.uses[BATTERY_LEVEL]
            findings.note("battery", "read and notified" if notifies else "read only")
            if notifies:
                with suppress(AttRefusedError):
                    await link.subscribe(BATTERY_LEVEL)
    heard = await in_range(backend=backend, timeout_s=1.0)
    again = [one for one in heard if one.address == found.address and one.rssi_dbm is not None]
    if backend is not None:
        findings.expect("one host", not again, "it advertises while it is connected")


async def configuration(host: Host) -> Config:
    """CONFIG by itself. Raises `ProtocolError` where it is not allowed."""
    findings, config = host.findings, await host.config()
    again = replace(await host.config(), overruns=config.overruns)
    findings.expect("config steady", again == config, "it differs although nothing happened")
    findings.expect("config state", not config.streaming, "it says STREAMING before START")
    size(host, config)
    return config


def size(host: Host, config: Config) -> None:
    """The n and the MTU of CONFIG against the rule, where the MTU is known."""
    mtu = host.link.mtu
    if mtu is not None:
        host.findings.expect("config size", config.mtu in (None, mtu), f"MTU {config.mtu} on a link of {mtu}")
    mtu = mtu or config.mtu
    if mtu is not None:
        n = samples_per_packet(mtu, config.rate_hz, config.max_latency_ms / 1000)
        said = f"n is {config.samples} at MTU {mtu}, {config.rate_hz:g} Hz and {config.max_latency_ms} ms, not {n}"
        host.findings.expect("config size", config.samples == n, said)


async def commands(host: Host) -> None:
    """CONTROL: which writes are refused and which answered. Begins with nothing subscribed, and ends subscribed."""
    findings = host.findings
    code = await host.write(pack_command(ControlCommand(CommandCode.SYNC)))
    findings.expect("not heard", code == 0xFD, f"SYNC is answered with ATT error 0x{code:02X}, not 0xFD")
    await host.link.subscribe(CONTROL)
    before = await host.config()
    for data in NO_COMMANDS:
        code = await host.write(data)
        findings.expect("no command", code == 0x80, f"{data.hex()} is answered with ATT error 0x{code:02X}, not 0x80")
    with suppress(SensorError):  # not every system writes nothing
        code = await host.write(b"")
        findings.expect("no command", code == 0x80, f"an empty write is answered with ATT error 0x{code:02X}, not 0x80")
    _, replies = await host.quiet()
    findings.expect("no command", not replies, f"{len(replies)} replies to an unknown command")
    after = replace(await host.config(), overruns=before.overruns)
    findings.expect("no command", after == before, "an unknown command changed CONFIG")
    stopped = await host.ask(CommandCode.STOP)
    if stopped is not None:
        findings.expect("stop in idle", stopped.status is Status.OK, f"it is answered {stopped.status.name}")
    begun = await host.ask(CommandCode.START)
    if begun is not None:
        refused = begun.status is Status.NOT_SUBSCRIBED
        findings.expect("not subscribed", refused, f"START without a subscription is answered {begun.status.name}")
        if begun.status is Status.OK:
            await host.ask(CommandCode.STOP)
    shown = await host.ask(CommandCode.IDENTIFY)
    if shown is not None:
        good = shown.status in (Status.OK, Status.UNSUPPORTED)
        findings.expect("identify", good, f"it is answered {shown.status.name}")
    await _clock(host)
    await _overlap(host)
    await host.listen()


async def _clock(host: Host) -> None:
    first = await host.clock()
    await host.hear(1.0)
    second = await host.clock()
    if first is None or second is None:
        return
    passed_s, host_s = (second.uptime_us - first.uptime_us) * 1e-6, second.host_s - first.host_s
    said = f"it went on by {passed_s:.3f} s in {host_s:.3f} s"
    kept = abs(passed_s - host_s) < CLOCK_SHARE * host_s + first.within_s + second.within_s
    host.findings.expect("clock", kept, said)


async def _overlap(host: Host) -> None:
    sync = pack_command(ControlCommand(CommandCode.SYNC))
    codes = await asyncio.gather(host.write(sync), host.write(sync))
    _, replies = await host.quiet()
    refused = [code for code in codes if code]
    said = f"{len(replies)} replies, ATT errors {', '.join(f'0x{code:02X}' for code in refused) or 'none'}"
    host.findings.expect("overlap", len(replies) + len(refused) == 2 and set(refused) <= {0xFE}, said)


async def settings(host: Host) -> dict[str, list[float]]:
    """SET: every usual rate and range; gives those that it took. The settings at the end are those of the beginning."""
    findings, begin = host.findings, await host.config()
    taken: dict[str, list[float]] = {"rates_hz": [], "acc_ranges_g": [], "gyr_ranges_degps": []}
    for name, field, values, scale in (
        ("rates_hz", "rate_millihz", (*RATES_MILLIHZ, begin.rate_millihz), 1e-3),
        ("acc_ranges_g", "acc_range_g", (*ACC_RANGES_G, begin.acc_range_g), 1.0),
        ("gyr_ranges_degps", "gyr_range_dps", (*GYR_RANGES_DEGPS, begin.gyr_range_dps), 1.0),
    ):
        for value in sorted(set(values)):
            before = await host.config()
            if await _set(host, before, **{field: value}):
                taken[name].append(value * scale)
        await _set(host, await host.config(), **{field: getattr(begin, field)})
        said = f"what CONFIG says, {field} {getattr(begin, field)}, is not taken"
        findings.expect("set exactly", getattr(begin, field) * scale in taken[name], said)
    for latency_ms in (1, 50, 1000, begin.max_latency_ms):
        kept = await _set(host, await host.config(), max_latency_ms=latency_ms)
        findings.expect("set exactly", kept, f"max_latency_ms {latency_ms} is not taken")
    now = await host.config()
    await _impossible(host, now)
    nothing = await host.ask(CommandCode.SET)
    if nothing is not None:
        kept = nothing.status is Status.OK and await host.config() == now
        findings.expect("set nothing", kept, f"four zeros are answered {nothing.status.name}, or change CONFIG")
    return taken


async def _set(host: Host, before: Config, **numbers: int) -> bool:
    """Set one value: True when it was taken; whatever the answer, CONFIG has to agree with it."""
    reply = await host.ask(CommandCode.SET, **numbers)
    if reply is None:
        return False
    (field, value), now = next(iter(numbers.items())), await host.config()
    good = reply.status in (Status.OK, Status.UNSUPPORTED)
    host.findings.expect("set exactly", good, f"{field} {value} is answered {reply.status.name}")
    if reply.status is Status.OK:
        has = getattr(now, field)
        host.findings.expect("set exactly", has == value, f"{field} {value} is answered OK, and CONFIG has {has}")
        size(host, now)
        return True
    host.findings.expect(
        "set exactly", now == before, f"{field} {value} is answered UNSUPPORTED, and CONFIG has changed"
    )
    return False


async def _impossible(host: Host, now: Config) -> None:
    latency_ms = now.max_latency_ms - 1 if now.max_latency_ms > 1 else 2
    for what, numbers in (
        ("a rate of 9.999 Hz", {"rate_millihz": 9_999}),
        ("a rate of 4 MHz", {"rate_millihz": 2**32 - 1}),
        ("a range of 65535 g", {"acc_range_g": 65535}),
        ("a range of 65535 deg/s", {"gyr_range_dps": 65535}),
        ("a latency of 1001 ms", {"max_latency_ms": 1001}),
    ):
        wanted = numbers if "max_latency_ms" in numbers else {**numbers, "max_latency_ms": latency_ms}
        reply = await host.ask(CommandCode.SET, **wanted)
        if reply is None:
            continue
        host.findings.expect(
            "set exactly", reply.status is Status.UNSUPPORTED, f"{what} is answered {reply.status.name}"
        )
        host.findings.expect(
            "set all or none", await host.config() == now, f"{what} is refused, and CONFIG has changed"
        )
