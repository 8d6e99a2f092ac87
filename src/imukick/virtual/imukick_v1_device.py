"""The sensor's side of the imukick sensor protocol, version 1 (firmware_protocol/v1.md): no clock, no radio, `struct` alone.

It is written in what CPython, MicroPython and CircuitPython have in common and imports nothing of imukick: copy this one
file to a board. The board calls a method for each thing that happens (a connection, a write, a reading) and does what
`actions` and `next` ask for; times are microseconds since power-on, from one clock. `reference/c/imukick_v1.c` is the same in C.

    device.sample(t_us, counts)
    while (item := device.next()) and radio_takes(*item):
        device.sent()
"""

import struct

VERSION = 1
HEADER_BYTES = 8
SAMPLE_BYTES = 12
MAX_MTU = 517
QUEUE_BYTES = 5192
"""22 packets of 236 bytes: a second at 400 Hz, and the packet that is being filled."""
MAX_SAMPLES = 255
MAX_PACKETS_HZ = 125
DEFAULT_LATENCY_MS = 100
MAX_LATENCY_MS = 1000

START, STOP, SET, SYNC, IDENTIFY = 1, 2, 3, 4, 5
SET_BYTES = 11
OK, BUSY, UNSUPPORTED, NOT_SUBSCRIBED, MTU_TOO_SMALL, FAULT = 0, 1, 2, 3, 4, 5
ATT_OK, ATT_NO_COMMAND, ATT_NO_INDICATIONS, ATT_UNCONFIRMED = 0, 0x80, 0xFD, 0xFE
"""Commands, statuses, and the ATT errors that refuse a write."""

STREAM, CONTROL, BATTERY = 1, 2, 3
"""Characteristics: STREAM and BATTERY are notified, CONTROL is indicated."""
DO_CONFIGURE, DO_START, DO_STOP, DO_IDENTIFY = 1, 2, 4, 8
"""Bits of `actions`: set rate and ranges as CONFIG has them; empty the FIFO and hand over every reading; hand over what
was measured until now and call `part_stopped`; blink for 3 s."""

_NOT_KNOWN = 255


def samples_per_packet(mtu: int, rate_millihz: int, latency_ms: int) -> int:
    """Samples a packet holds (v1.md, section 6).

    >>> [samples_per_packet(247, rate, 100) for rate in (100000, 200000, 400000)], samples_per_packet(23, 100000, 100)
    ([10, 19, 19], 1)
    """
    fit = 1 if mtu < 23 else (mtu - 3 - HEADER_BYTES) // SAMPLE_BYTES
    return max(1, min(fit, rate_millihz * latency_ms // 1000000, MAX_SAMPLES))


def pack_stream(seq: int, t_us: int, samples: bytes) -> bytes:
    """A STREAM packet around `samples`, 12 bytes each; `seq` and `t_us` are cut to 16 and 32 bits."""
    return struct.pack("<BBHI", VERSION, len(samples) // SAMPLE_BYTES, seq & 0xFFFF, t_us & 0xFFFFFFFF) + samples


def pack_config(*fields: int) -> bytes:
    """The 36 bytes of CONFIG from its 14 fields, in the order of v1.md."""
    return struct.pack("<BBHIIIHHHHIIHH", *fields)


def pack_reply(command: int, status: int, clock_us: int | None = None) -> bytes:
    """A reply; with the clock in those to START and SYNC that are OK."""
    head = bytes([command + 0x80, status])
    return head if clock_us is None else head + struct.pack("<II", clock_us & 0xFFFFFFFF, clock_us >> 32)


def read_command(data: bytes) -> tuple[int, int, int, int, int, int]:
    """(-1, command, rate in mHz, range in g, in deg/s, max latency in ms), or the offset of the first wrong byte instead of -1."""
    if not data or not START <= data[0] <= IDENTIFY:
        return 0, 0, 0, 0, 0, 0
    wanted = SET_BYTES if data[0] == SET else 1
    if len(data) != wanted:
        return min(len(data), wanted), 0, 0, 0, 0, 0
    if data[0] != SET:
        return -1, data[0], 0, 0, 0, 0
    command, rate_millihz, acc_g, gyr_dps, latency_ms = struct.unpack("<BIHHH", data)
    return -1, command, rate_millihz, acc_g, gyr_dps, latency_ms


class Part:
    """What the motion sensor can do; the first of each list is what it does after power-on.

    `rates_millihz`: 10 000 to 1 000 000. `acc`, `gyr`: (range in g or deg/s, what one count is in 1e-9 g or 1e-9 deg/s, smallest
    |count| that is saturated). `lamp`: whether it can show where it is (IDENTIFY). Raises `ValueError` for what a host would refuse.
    """

    def __init__(
        self,
        rates_millihz: list[int],
        acc: list[tuple[int, int, int]],
        gyr: list[tuple[int, int, int]],
        lamp: bool = True,
    ) -> None:
        self.rates_millihz, self.acc, self.gyr, self.lamp = rates_millihz, acc, gyr, lamp
        rates = rates_millihz and all(10000 <= rate <= 1000000 for rate in rates_millihz)
        if not (rates and acc and gyr and all(_spans(*one) for one in acc + gyr)):
            raise ValueError("no rates of 10 to 1000 Hz, or a scale that does not belong to its range")


def _spans(full: int, scale: int, clip: int) -> bool:
    """Whether clip counts reach the range and 32768 do not pass it by far."""
    full *= 1000000000
    return full > 0 and 0 < clip <= 32767 and 10 * scale * clip >= 9 * full and 10 * scale * 32768 <= 16 * full


class Device:
    """One sensor. `boot`: another number after every power-on."""

    def __init__(self, part: Part, boot: int) -> None:
        self.part, self.boot = part, boot
        self.overruns = 0
        self.mtu = 0
        self.latency_ms = DEFAULT_LATENCY_MS
        self.rate_millihz = part.rates_millihz[0]
        self.acc, self.gyr = part.acc[0], part.gyr[0]
        self.streaming = False
        self.n = 0
        self._battery_pct = _NOT_KNOWN
        self._actions = DO_CONFIGURE
        self._answers = True
        self._stopping = False
        self._heard = [False, False, False, False]
        self._battery_new = False
        self._reply = b""
        self._reply_sent = self._reply_last = False
        self._seq = 0
        self._start_us = self._first_us = self._newest_us = 0
        self._any = self._hole = False
        self._filling = bytearray()
        self._waiting: list[bytes] = []
        self._offered = 0

    # the link

    def connected(self, mtu: int) -> None:
        """A host is there; again when the MTU has changed."""
        self.mtu = max(23, min(mtu, MAX_MTU))

    def disconnected(self) -> None:
        """It is gone, and with it every subscription."""
        self._halt()
        self._empty()
        self.mtu = 0
        self._reply = b""
        self._heard = [False, False, False, False]
        self._battery_new = False

    def subscribed(self, to: int, on: bool) -> None:
        """The host wants STREAM, CONTROL or BATTERY, or no more."""
        self._heard[to] = on
        if to == STREAM and not on:
            self._halt()
            self._empty()
        if to == CONTROL and not on:
            self._reply = b""

    def config(self) -> bytes:
        """What the host reads from CONFIG, 36 bytes. Keep them while it reads them in parts."""
        n = self.n if self.streaming else samples_per_packet(self.mtu, self.rate_millihz, self.latency_ms)
        (acc_g, acc_ng, acc_clip), (gyr_dps, gyr_ndps, gyr_clip) = self.acc, self.gyr
        measures = (self.latency_ms, self.rate_millihz, acc_ng, gyr_ndps, acc_g, gyr_dps, acc_clip, gyr_clip)
        return pack_config(VERSION, self.streaming, *measures, self.overruns, self.boot, self.mtu, n)

    def write(self, data: bytes, now_us: int) -> int:
        """The host wrote to CONTROL: gives the ATT error to answer with, 0 for none."""
        offset, command, *wanted = read_command(data)
        if offset >= 0:
            return ATT_NO_COMMAND
        if not self._heard[CONTROL]:
            return ATT_NO_INDICATIONS
        if self._reply or self._stopping:
            return ATT_UNCONFIRMED
        status = OK
        if command == START:
            status = self._start(now_us)
        elif command == STOP and self.streaming:  # the reply comes behind what the sensor holds
            self._stopping = True
            self._actions |= DO_STOP
            return ATT_OK
        elif command == SET:
            status = self._set(*wanted)
        elif command == IDENTIFY:
            status = OK if self.part.lamp else UNSUPPORTED
            self._actions |= DO_IDENTIFY if self.part.lamp else 0
        timed = status == OK and command in (START, SYNC)
        self._answer(command, status, now_us if timed else None)
        return ATT_OK

    def confirmed(self) -> None:
        """The host has confirmed the last indication."""
        if self._reply_sent:
            self._reply = b""

    # the motion sensor

    def sample(self, t_us: int, counts: bytes) -> bool:
        """A reading, taken at `t_us`: ax ay az gx gy gz as six i16, little-endian. True when it was kept."""
        if not self.streaming or t_us < self._start_us:
            return False
        if self._any and t_us - self._newest_us > 1500000000 // self.rate_millihz:
            self.missed()
        self._newest_us = t_us
        if not self._filling:
            slots = QUEUE_BYTES // (HEADER_BYTES + SAMPLE_BYTES * self.n)
            if (self._any and t_us <= self._first_us) or len(self._waiting) == slots:
                self.missed()
                return False
            self._seq += self._hole  # one number is left out
            self._hole = False
            self._any = True
            self._first_us = t_us
        self._filling += counts
        if len(self._filling) == SAMPLE_BYTES * self.n:
            self._close_packet()
        return True

    def missed(self) -> None:
        """Readings were lost before the next one. A pause of 1.5 sample periods between two readings is noticed without it."""
        if self.streaming and not self._hole:
            self._close_packet()
            self._hole = True
            self.overruns = min(self.overruns + 1, 0xFFFFFFFE)

    def part_stopped(self) -> None:
        """Everything that was measured until STOP has been handed over."""
        if self._stopping:
            self._close_packet()
            self.streaming = self._stopping = False
            self._answer(STOP, OK)
            self._reply_last = True

    def part_answers(self, answers: bool) -> None:
        """Whether the motion sensor answers; it does until you say otherwise."""
        self._answers = answers
        if not answers:
            self._halt()

    def tick(self, now_us: int) -> None:
        """Now and then while readings may fail to come: a packet whose first sample is twice the max latency old is sent as it is."""
        if now_us - self._first_us >= 2000 * self.latency_ms:
            self._close_packet()

    def battery(self, percent: int) -> bool:
        """Charge, 0 to 100 %; False for anything else, which is not taken."""
        if not 0 <= percent <= 100:
            return False
        self._battery_new = self._heard[BATTERY] and (self._battery_new or percent != self._battery_pct)
        self._battery_pct = percent
        return True

    # what the board does

    def actions(self) -> int:
        """What to do now (`DO_…`), and no longer asked for then."""
        actions, self._actions = self._actions, 0
        return actions

    def next(self) -> tuple[int, bytes] | None:
        """Where to send which bytes next; None for nothing. The same until `sent`, or until something else happens."""
        self._offered = 0
        if self._reply and not self._reply_sent and not (self._reply_last and self._waiting):
            self._offered = CONTROL
            return CONTROL, self._reply
        if self._waiting:
            self._offered = STREAM
            return STREAM, self._waiting[0]
        if self._battery_new and self._heard[BATTERY]:
            self._offered = BATTERY
            return BATTERY, bytes([self._battery_pct])
        return None

    def sent(self) -> None:
        """The radio has taken what `next` gave last."""
        if self._offered == CONTROL and self._reply:
            self._reply_sent = True
        elif self._offered == STREAM:
            self._waiting.pop(0)
        elif self._offered == BATTERY:
            self._battery_new = False
        self._offered = 0

    # inside

    def _start(self, now_us: int) -> int:
        n = samples_per_packet(self.mtu, self.rate_millihz, self.latency_ms)
        if not self._answers:
            return FAULT
        if not self._heard[STREAM]:
            return NOT_SUBSCRIBED
        if self.rate_millihz > 1000 * MAX_PACKETS_HZ * n:
            return MTU_TOO_SMALL
        self.n = n
        self._empty()
        self._seq = 0
        self._any = self._hole = False
        self._start_us = now_us
        self.streaming = True
        self._actions = (self._actions & ~DO_STOP) | DO_START
        return OK

    def _set(self, rate_millihz: int, acc_g: int, gyr_dps: int, latency_ms: int) -> int:
        if self.streaming:
            return BUSY
        rate_millihz = rate_millihz or self.rate_millihz
        acc = [one for one in self.part.acc if one[0] == (acc_g or self.acc[0])]
        gyr = [one for one in self.part.gyr if one[0] == (gyr_dps or self.gyr[0])]
        if rate_millihz not in self.part.rates_millihz or not acc or not gyr or latency_ms > MAX_LATENCY_MS:
            return UNSUPPORTED
        self.rate_millihz, self.acc, self.gyr = rate_millihz, acc[0], gyr[0]
        self.latency_ms = latency_ms or self.latency_ms
        self._actions |= DO_CONFIGURE
        return OK

    def _answer(self, command: int, status: int, clock_us: int | None = None) -> None:
        self._reply = pack_reply(command, status, clock_us)
        self._reply_sent = self._reply_last = False

    def _halt(self) -> None:
        """Streaming ends here and now; a STOP that was on its way is answered."""
        if not self.streaming:
            return
        self.streaming = False
        self._empty()
        if self._stopping:
            self._answer(STOP, OK)
        self._stopping = False
        self._actions = (self._actions & ~DO_START) | DO_STOP

    def _empty(self) -> None:
        self._filling = bytearray()
        self._waiting = []
        self._offered = 0

    def _close_packet(self) -> None:
        """The packet that is being filled is whole."""
        if self._filling:
            self._waiting.append(pack_stream(self._seq, self._first_us, bytes(self._filling)))
            self._seq += 1
            self._filling = bytearray()
