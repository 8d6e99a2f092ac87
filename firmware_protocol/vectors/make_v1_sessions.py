"""Writes vectors/v1/sessions.json: streams of packets with the times and gaps that follow, worked out from v1.md alone."""

from __future__ import annotations

from typing import Any

from make_v1 import Row, config, packet, write

P = 5_000  # us, 200 Hz
N = 4
LATENCY_S = 0.03
W = 2**32


class Script:
    """One session, step by step: what arrives when, and what a host tells of it.

    The clocks: a packet arrives `LATENCY_S` after its last sample; the host's clock reads `host_s` when the device's reads
    `start_us`.
    """

    def __init__(
        self, name: str, what: str, *, start_us: int = 3_000_000, host_s: float = 100.0, **settings: int
    ) -> None:
        self.row: Row = {"name": name, "what": what, "steps": []}
        self.start_us, self.host_s, self.settings = start_us, host_s, settings
        self.connect()

    def step(self, on: str, arrival_s: float, data: bytes = b"", **result: Any) -> None:
        """One thing that happens, and what is told of it."""
        self.row["steps"].append({"on": on, "arrival_s": round(arrival_s, 6), "hex": data.hex(), **result})

    def connect(self) -> None:
        """CONFIG and the reply to START, as on every connection."""
        self.step("start", self.host_s - 0.2)
        rate_hz = self.settings.get("rate_millihz", 200_000) / 1000
        self.step("config", self.host_s - 0.1, config(**self.settings), told=[{"rate_hz": rate_hz}])
        self.step("control", self.host_s, b"\x81\0" + self.start_us.to_bytes(8, "little"), told=[])

    def again(self, after_us: int) -> None:
        """The link broke and is back; START is answered `after_us` after the last one was."""
        self.start_us, self.host_s = self.start_us + after_us, self.host_s + after_us / 1e6
        self.connect()

    def reboot(self, start_us: int, after_us: int) -> None:
        """The sensor was off and is back with another boot number and a new clock."""
        self.settings = {**self.settings, "boot": 77}
        self.start_us, self.host_s = start_us, self.host_s + after_us / 1e6
        self.connect()

    def send(self, seq: int, after_us: int, n: int = N, *, period_us: float = P, cut: int = 0, **result: Any) -> None:
        """Packet `seq`, its first sample `after_us` after START; told samples hold seq in their ax."""
        samples = [(seq % 32768, 0, 2048, 0, 0, 0)] * n
        data = packet(seq, self.start_us + after_us, samples)
        arrival_s = self.host_s + (after_us + n * period_us) / 1e6 + LATENCY_S
        self.step("stream", arrival_s, data[: len(data) - cut], **result)


def even(first_us: float, n: int = N, step_us: float = P) -> dict[str, list[float]]:
    """Samples `step_us` apart, in seconds."""
    return {"t_s": [round((first_us + step_us * i) / 1e6, 9) for i in range(n)]}


def lost(from_us: float, to_us: float, packets: int | None, samples: int | None) -> dict[str, list[float | int | None]]:
    """A hole, in seconds."""
    return {"lost": [round(from_us / 1e6, 9), round(to_us / 1e6, 9), packets, samples]}


def steady(script: Script, seqs: range) -> None:
    """Packets that come as they should."""
    for seq in seqs:
        script.send(seq, seq * N * P, told=[even(seq * N * P)])


def plain() -> list[Script]:
    """Rates, sizes and what may happen to single packets."""
    made = []
    s = Script("steady", "200 Hz as stated, four samples a packet")
    steady(s, range(5))
    made.append(s)

    s = Script("slower than stated", "3 % slower: the first packet goes by the stated rate, all others by their stamps")
    for seq in range(4):
        step_us = 5150 if seq else 5000
        s.send(seq, seq * 4 * 5150, period_us=5150, told=[even(seq * 4 * 5150, step_us=step_us)])
    made.append(s)

    s = Script(
        "faster than stated", "10 % faster: the second packet begins before the first one's end and shares the rest"
    )
    s.send(0, 0, 12, period_us=4500, told=[even(0, 12)])
    squeezed = [round((55_000 + (54_000 + 11 * 4500 - 55_000) * k / 12) / 1e6, 9) for k in range(1, 13)]
    s.send(1, 54_000, 12, period_us=4500, told=[{"t_s": squeezed}])
    s.send(2, 108_000, 12, period_us=4500, told=[even(108_000, 12, 4500)])
    made.append(s)

    s = Script("lost", "number 2, then 4 to 6 are missing")
    for seq, missing in ((0, 0), (1, 0), (3, 1), (7, 3), (8, 0)):
        hole = [lost((seq - missing) * N * P - P, seq * N * P, missing, missing * N)] if missing else []
        s.send(seq, seq * N * P, told=[*hole, even(seq * N * P)])
    made.append(s)

    s = Script("repeated", "number 1 twice, number 0 once more, late")
    steady(s, range(2))
    s.send(1, 1 * N * P, told=[{"repeated": 1}])
    s.send(0, 0, told=[{"repeated": 1}])
    steady(s, range(2, 4))
    made.append(s)

    s = Script("cut short", "number 1 comes without its last 6 bytes: refused, and lost")
    steady(s, range(1))
    s.send(1, N * P, cut=6, error={"offset": 50})
    s.send(2, 2 * N * P, told=[lost(2 * N * P - N * P - P, 2 * N * P, 1, N), even(2 * N * P)])
    made.append(s)

    s = Script("first ones lost", "the first packet that comes has number 2")
    s.send(2, 2 * N * P, told=[lost(0, 0, 2, 2 * N), even(0)])
    s.send(3, 3 * N * P, told=[even(N * P)])
    made.append(s)

    s = Script("not measured", "the sensor's FIFO overran for 37 samples: it leaves out number 2")
    steady(s, range(2))
    begin_us = (2 * N + 37) * P
    s.send(3, begin_us, told=[lost(2 * N * P - P, begin_us, 1, 37), even(begin_us)])
    s.send(4, begin_us + N * P, told=[even(begin_us + N * P)])
    made.append(s)

    s = Script("not measured, no number", "against the rules the number goes on over a hole of 37 samples")
    steady(s, range(2))
    s.send(2, begin_us, told=[lost(2 * N * P - P, begin_us, 0, 37), even(begin_us)])
    made.append(s)

    s = Script("two not measured, no number", "against the rules the number goes on over a hole of 2 samples")
    steady(s, range(2))
    begin_us = (2 * N + 2) * P
    s.send(2, begin_us, told=[lost(2 * N * P - P, begin_us, 0, 2), even(begin_us)])
    made.append(s)

    s = Script("late stamp", "the clock of number 2 is half a period late: no hole, its samples go by it")
    steady(s, range(2))
    s.send(2, 2 * N * P + P // 2, told=[even(2 * N * P + P // 2, step_us=(2 * N * P + P // 2) / (2 * N))])
    made.append(s)

    s = Script("short packets", "3 samples before STOP, then nothing")
    steady(s, range(2))
    s.send(2, 2 * N * P, 3, told=[even(2 * N * P, 3)])
    s.step("control", s.host_s + 0.2, b"\x82\0", told=[])
    s.send(3, 3 * N * P, told=[])
    made.append(s)

    s = Script("battery", "80 %, then a value that is none")
    s.step("battery", s.host_s, b"\x50", told=[{"battery": 80}])
    s.step("battery", s.host_s, b"\xff", error={"offset": 0})
    steady(s, range(1))
    made.append(s)
    return made


def wraps() -> list[Script]:
    """Counters that start over, alone and together, and gaps longer than they count."""
    made = []
    s = Script("clock wrap", "t_us starts over within packet 1", start_us=W - 30_000)
    steady(s, range(4))
    made.append(s)

    far = 65_536 * N * P
    s = Script("number wrap", "65533 packets are lost; then 65534, 65535, 0, 1")
    steady(s, range(1))
    s.send(65_534, far - 2 * N * P, told=[lost(N * P - P, far - 2 * N * P, 65_533, 65_533 * N), even(far - 2 * N * P)])
    steady(s, range(65_535, 65_538))
    made.append(s)

    s = Script("both wraps together", "number and clock start over in the same packet", start_us=W - far)
    steady(s, range(1))
    s.send(65_535, far - N * P, told=[lost(N * P - P, far - N * P, 65_534, 65_534 * N), even(far - N * P)])
    steady(s, range(65_536, 65_538))
    made.append(s)

    s = Script("gap over one number wrap", "65539 packets lost: the next number is only 4 on, the clock tells")
    steady(s, range(2))
    at_us = 65_541 * N * P
    s.send(65_541, at_us, told=[lost(2 * N * P - P, at_us, 65_539, 65_539 * N), even(at_us)])
    steady(s, range(65_542, 65_543))
    made.append(s)

    s = Script(
        "gap over the clock wrap", "5000 s without a packet: t_us is 705 s on, the arrivals tell that it wrapped"
    )
    steady(s, range(2))
    seq = 250_002
    s.send(seq, seq * N * P, told=[lost(2 * N * P - P, seq * N * P, 250_000, 1_000_000), even(seq * N * P)])
    steady(s, range(seq + 1, seq + 2))
    made.append(s)

    s = Script("gap of 20 hours", "17 clock wraps and 55 number wraps", start_us=W - 1)
    steady(s, range(1))
    seq = 3_600_000
    s.send(seq, seq * N * P, told=[lost(N * P - P, seq * N * P, seq - 1, (seq - 1) * N), even(seq * N * P)])
    made.append(s)
    return made


def links() -> list[Script]:
    """Reconnections, restarts, refusals."""
    made = []
    s = Script("reconnection", "the link is gone for 2 s; numbers begin at 0, the clock goes on")
    steady(s, range(3))
    s.again(2_000_000)
    base = 2_000_000
    s.send(0, 0, told=[lost(3 * N * P - P, base, None, None), even(base)])
    s.send(1, N * P, told=[even(base + N * P)])
    made.append(s)

    s = Script("reconnection, first ones lost", "as before, and the first packet that comes has number 2")
    steady(s, range(3))
    s.again(2_000_000)
    begun, came = base, base + 2 * N * P
    s.send(2, 2 * N * P, told=[lost(3 * N * P - P, begun, None, None), lost(begun, came, 2, 2 * N), even(came)])
    made.append(s)

    s = Script("reconnection over the clock wrap", "80 minutes without a link; the reply to START has the whole clock")
    steady(s, range(3))
    s.again(4_800_000_000)
    s.send(0, 0, told=[lost(3 * N * P - P, 4_800_000_000, None, None), even(4_800_000_000)])
    made.append(s)

    s = Script("sensor restart", "another boot number, the clock starts over: placed by arrival, 5 s after START")
    steady(s, range(3))
    s.reboot(250_000, 5_000_000)
    s.send(0, 0, told=[lost(3 * N * P - P, 5_000_000, None, None), even(5_000_000)])
    s.send(1, N * P, told=[even(5_000_000 + N * P)])
    made.append(s)

    s = Script(
        "restart behind a longer run", "as before, but its new clock is ahead of the old one: the boot number tells"
    )
    steady(s, range(3))
    s.reboot(30_000_000, 60_000_000)
    s.send(0, 0, told=[lost(3 * N * P - P, 60_000_000, None, None), even(60_000_000)])
    made.append(s)

    s = Script("START answered twice", "a second reply that nobody asked for changes nothing")
    steady(s, range(2))
    s.step("control", s.host_s + 0.1, b"\x81\0" + s.start_us.to_bytes(8, "little"), error={"offset": 0})
    steady(s, range(2, 3))
    made.append(s)

    s = Script("another rate after reconnection", "104 Hz now")
    steady(s, range(2))
    s.settings = {"rate_millihz": 104_000}
    s.again(1_000_000)
    step_us = 1e6 / 104
    s.send(0, 0, period_us=step_us, told=[lost(2 * N * P - P, 1e6, None, None), even(1e6, step_us=step_us)])
    made.append(s)

    s = Script("before START", "packets that come before the reply belong to nobody; older ones after it are dropped")
    steps = s.row["steps"]
    reply = steps.pop()
    s.send(900, -9 * N * P, told=[])
    steps.append(reply)
    s.send(901, -8 * N * P, told=[{"repeated": 1}])
    steady(s, range(2))
    made.append(s)

    s = Script("START refused", "the packets do not fit the link")
    s.row["steps"].pop()
    s.step("control", s.host_s, b"\x81\4", error={"offset": 1})
    s.send(0, 0, told=[])
    made.append(s)

    s = Script("version 2", "CONFIG says so: refused, and nothing is decoded")
    s.row["steps"][1] = {"on": "config", "arrival_s": 99.9, "hex": config(version=2).hex(), "error": {"offset": 0}}
    s.row["steps"][2]["error"] = {"offset": 0}
    del s.row["steps"][2]["told"]
    s.send(0, 0, told=[])
    made.append(s)
    return made


def contradictions() -> list[Script]:
    """Packets whose number and clock cannot both be true: refused, and the stream goes on."""
    made = []
    s = Script("clock runs backwards", "number 2 is stamped before number 1")
    steady(s, range(2))
    s.send(2, N * P - 1_000, error={"offset": 4})
    steady_after(s, 3, lost_packets=1)
    made.append(s)

    s = Script("clock stands still", "number 2 has the stamp of number 1")
    steady(s, range(2))
    s.send(2, N * P, error={"offset": 4})
    steady_after(s, 3, lost_packets=1)
    made.append(s)

    s = Script("same number, later clock", "number 1 again, with the stamp of number 2")
    steady(s, range(2))
    s.send(1, 2 * N * P, error={"offset": 2})
    steady(s, range(2, 4))
    made.append(s)

    s = Script("number far on", "number 1000 is stamped where number 2 should be")
    steady(s, range(2))
    s.send(1000, 2 * N * P, error={"offset": 2})
    steady(s, range(2, 4))
    made.append(s)

    s = Script("inside the packet before", "number 2 begins 3 samples before the end of number 1")
    steady(s, range(2))
    s.send(2, 2 * N * P - 3 * P, error={"offset": 4})
    steady_after(s, 3, lost_packets=1)
    made.append(s)

    s = Script("rubbish between", "an empty packet, another type, n = 0, n beyond the data; nothing is lost by it")
    steady(s, range(1))
    for data, offset in ((b"", 0), (b"\2" + bytes(19), 0), (b"\1" + bytes(7), 1), (b"\1\xff" + bytes(18), 20)):
        s.step("stream", s.host_s + 0.06, data, error={"offset": offset})
    steady(s, range(1, 3))
    made.append(s)
    return made


def steady_after(script: Script, seq: int, *, lost_packets: int) -> None:
    """The stream goes on with number `seq`, this many packets after the last good one."""
    before = seq - lost_packets
    hole = lost(before * N * P - P, seq * N * P, lost_packets, lost_packets * N)
    script.send(seq, seq * N * P, told=[hole, even(seq * N * P)])


ABOUT = "Sessions: what arrives, when, and what a host tells of it (times in s from the first sample received)"

if __name__ == "__main__":
    scripts = [*plain(), *wraps(), *links(), *contradictions()]
    write("sessions.json", ABOUT, [script.row for script in scripts])
