"""What the packets of one stream say of the rules: plain data in, findings out."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import Final

from imukick.conformance.host import StreamRun
from imukick.conformance.rules import Findings
from imukick.errors import ProtocolError
from imukick.sensors.imukick_v1 import MAX_PACKETS_HZ, Packet, Status, parse_stream

STAMP_SHARE: Final = 0.2
"""Two stamps, each a tenth of a period off at most (v1.md, section 3)."""
HOLE_SHARE: Final = 0.5
"""Chosen: a packet that begins so much of a period off the end of the one before does not follow it."""
HELD_PERIODS: Final = 3.0
HELD_US: Final = 30_000
"""Chosen: how far the last sample may lie behind the clock just before STOP, for a sensor that reads its part's FIFO by the clock."""
AHEAD_S: Final = 1.0
"""Chosen: a stamp in another unit, or of another clock, is further off."""
RATE_SHARE: Final = 0.1
SHORT_N: Final = 8
MANY_STOPS: Final = 4
"""Chosen: so many stops of packets so long all fall on a full one by chance once in 4096 at most."""
WRAP_SEQ: Final = 2**16
WRAP_US: Final = 2**32


def judge(run: StreamRun, findings: Findings, *, mtu: int | None) -> list[Packet]:
    """Check the packets of a run; gives those that can be read. `mtu`: of the link, where it is known."""
    config = run.config
    packets_hz = config.rate_hz / config.samples
    if run.begun is None:
        return []
    small = run.begun.status is Status.MTU_TOO_SMALL
    said = f"{run.begun.status.name} at {packets_hz:.4g} packets a second"
    findings.expect("small packets", small == (packets_hz > MAX_PACKETS_HZ), said)
    if not small:
        findings.expect("replies", run.begun.status is Status.OK, f"START is answered {run.begun.status.name}")
    if run.begun.status is not Status.OK:
        return []
    findings.expect("config state", config.streaming, "CONFIG says IDLE while it streams")
    findings.expect("reply first", not run.early, f"{len(run.early)} packets came before the reply to START")
    packets = _readable(run, findings, mtu or config.mtu)
    if len(packets) < 2 <= len(run.packets):
        return packets  # what is wrong with the others has been said
    if not findings.expect("rate", len(packets) > 1, f"{len(packets)} packets came at {config.rate_hz:g} Hz"):
        return packets
    first, clock_us = packets[0], run.begun.uptime_us or 0
    findings.expect("number 0", first.seq == 0 or bool(run.early), f"the first packet has number {first.seq}")
    late_us = (first.t_us - clock_us) % WRAP_US
    findings.expect(
        "reply first", late_us < WRAP_US // 2, f"the first sample is {WRAP_US - late_us} us older than START"
    )
    _follow(run, packets, findings)
    return packets


def _readable(run: StreamRun, findings: Findings, mtu: int | None) -> list[Packet]:
    packets = []
    for came in run.packets:
        said_bytes = 8 + 12 * came.data[1] if len(came.data) > 1 else len(came.data)
        if mtu is not None and max(said_bytes, len(came.data)) > mtu - 3:
            findings.expect("fits", kept=False, otherwise=f"{said_bytes} bytes where {mtu - 3} fit")
            continue
        findings.expect("fits", kept=True, otherwise="")
        try:
            packets.append(parse_stream(came.data))
        except ProtocolError as error:
            findings.expect("packet", kept=False, otherwise=f"{error} ({came.data[:12].hex()}…)")
        else:
            findings.expect("packet", kept=True, otherwise="")
    return packets


def _follow(run: StreamRun, packets: list[Packet], findings: Findings) -> None:
    """How packets follow each other: numbers, times, sizes, and the end."""
    nominal_us, n = 1e9 / run.config.rate_millihz, run.config.samples
    steps = [_step(one, two) for one, two in pairwise(packets)]
    full = [us / len(one.counts) for (d, us), one in zip(steps, packets, strict=False) if d == 1 and us < WRAP_US // 2]
    period_us = median(full) if full else nominal_us
    hz = 1e6 / period_us if period_us > 0 else 0.0
    kept = abs(hz / run.config.rate_hz - 1.0) <= RATE_SHARE
    findings.expect("rate", kept, f"{hz:.4g} Hz where CONFIG says {run.config.rate_hz:g}")
    for (d, us), one, two in zip(steps, packets, packets[1:], strict=False):
        label, have, want_us = f"packet {two.seq}", len(one.counts), len(one.counts) * period_us
        if not findings.expect("rising", 0 < us < WRAP_US // 2, f"{label} has t_us {two.t_us} behind {one.t_us}"):
            continue
        findings.expect("numbers", 0 < d < WRAP_SEQ // 2, f"number {two.seq} comes behind {one.seq}")
        off = (us - want_us) / period_us
        if d == 1:
            hole = abs(off) > HOLE_SHARE
            stamped_last = hole and abs(us - len(two.counts) * period_us) < HOLE_SHARE * period_us
            reason = ": t_us looks like that of the last sample" if stamped_last else ""
            said = f"{label} begins {off:+.1f} samples off the end of the one before{reason}"
            findings.expect("times", not hole or (off > 0.0 and not stamped_last), said)
            findings.expect("numbers", not hole or off < 0.0 or stamped_last, f"{said}, and no number is left out")
            findings.expect("stamps", hole or abs(off) <= STAMP_SHARE, f"{label} is {off:+.2f} sample periods off")
        else:
            findings.expect(
                "numbers", off > HOLE_SHARE, f"number {two.seq} follows {one.seq}, and no sample is missing"
            )
        findings.expect(
            "packet size", have == n or (have < n and d > 1), f"packet {one.seq} holds {have} samples, not {n}"
        )
    last = packets[-1]
    findings.expect(
        "packet size", len(last.counts) <= n, f"packet {last.seq} holds {len(last.counts)} samples, not {n}"
    )
    _end(run, last, period_us, findings)


def _step(one: Packet, two: Packet) -> tuple[int, int]:
    """(Numbers, microseconds) from one packet to the next, across their wraps."""
    return (two.seq - one.seq) % WRAP_SEQ, (two.t_us - one.t_us) % WRAP_US


def _end(run: StreamRun, last: Packet, period_us: float, findings: Findings) -> None:
    findings.expect("stop", run.whole, "STOP is not answered OK")
    findings.expect("stop", not run.late, f"{len(run.late)} packets came behind the reply to STOP")
    if run.before_stop_us is None or not run.whole:
        return
    newest_us = last.t_us + round((len(last.counts) - 1) * period_us)
    behind_us = (run.before_stop_us - newest_us + WRAP_US // 2) % WRAP_US - WRAP_US // 2
    if run.config.samples >= SHORT_N:
        findings.stops.append(len(last.counts) < run.config.samples)
    most_us = max(HELD_PERIODS * period_us, HELD_US)
    findings.expect("stop", behind_us <= most_us, f"{behind_us / 1000:.0f} ms before STOP were measured and not sent")
    ahead_s = -behind_us * 1e-6 - 1.1 * run.stopped_s
    findings.expect("times", ahead_s < AHEAD_S, f"the last sample is {ahead_s:.1f} s ahead of the clock")


def judge_stops(findings: Findings) -> None:
    """Of many stops at any moment, some have to fall within a packet, which then comes shorter."""
    if len(findings.stops) >= MANY_STOPS:
        said = f"{len(findings.stops)} streams ended with a full packet: what a packet held was not sent"
        findings.expect("stop", any(findings.stops), said)


def missing(packets: list[Packet]) -> int:
    """How many numbers are left out among these packets."""
    return sum(max(0, _step(one, two)[0] - 1) for one, two in pairwise(packets) if _step(one, two)[0] < WRAP_SEQ // 2)
