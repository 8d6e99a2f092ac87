"""The C core as a process behind the virtual sensor's radio: every call of the sensor side goes through its pipe."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from imukick.virtual.imukick_v1_device import Device, Part
from tests.children import PATIENCE_S, running
from tests.firmware_protocol.core_scripts import operation, power_on


class CoreProcess(Device):
    """`imukick_v1_device.Device`, but everything is done by the program core_driver."""

    def __init__(self, part: Part, boot: int, pipe: subprocess.Popen[bytes]) -> None:
        super().__init__(part, boot)
        assert pipe.stdin is not None
        assert pipe.stdout is not None
        self._to: IO[bytes] = pipe.stdin
        self._from: IO[bytes] = pipe.stdout
        rates, acc, gyr = part.rates_millihz, part.acc, part.gyr
        assert self._ask(power_on(rates, acc, gyr, boot=boot, lamp=part.lamp)) == b"\1"

    def _ask(self, script: bytes) -> bytes:
        self._to.write(script)
        self._to.flush()
        (size,) = struct.unpack("<H", self._from.read(2))
        return self._from.read(size)

    def _tell(self, letter: str, args: bytes = b"") -> bytes:
        return self._ask(operation(letter, args))

    def connected(self, mtu: int) -> None:
        self._tell("C", struct.pack("<H", mtu))

    def disconnected(self) -> None:
        self._tell("D")

    def subscribed(self, to: int, on: bool) -> None:
        self._tell("S", bytes([to, on]))

    def config(self) -> bytes:
        return self._tell("R")

    def write(self, data: bytes, now_us: int) -> int:
        return self._tell("W", struct.pack("<Q", now_us) + data)[0]

    def confirmed(self) -> None:
        self._tell("K")

    def sample(self, t_us: int, counts: bytes) -> bool:
        return bool(self._tell("M", struct.pack("<Q", t_us) + counts)[0])

    def missed(self) -> None:
        self._tell("L")

    def part_stopped(self) -> None:
        self._tell("P")

    def part_answers(self, answers: bool) -> None:
        self._tell("F", bytes([answers]))

    def tick(self, now_us: int) -> None:
        self._tell("T", struct.pack("<Q", now_us))

    def actions(self) -> int:
        return self._tell("A")[0]

    def next(self) -> tuple[int, bytes] | None:
        answer = self._tell("O")
        return None if answer[0] == 0 else (answer[0], answer[1:])

    def sent(self) -> None:
        self._tell("N")


class CoreProcesses:
    """Starts a process for each sensor that is made, and leaves it to `children` to end it."""

    def __init__(self, driver: Path, children: ExitStack) -> None:
        self._driver, self._children = driver, children
        self.running: list[subprocess.Popen[bytes]] = []

    def __call__(self, part: Part, boot: int) -> Device:
        pipe = self._children.enter_context(running([self._driver], stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        self.running.append(pipe)
        return CoreProcess(part, boot, pipe)


@contextmanager
def core_processes(driver: Path) -> Iterator[CoreProcesses]:
    """What makes C cores; each has to end well when its pipe is closed: its sanitizers found nothing."""
    with ExitStack() as children:
        made = CoreProcesses(driver, children)
        try:
            yield made
        finally:
            for pipe in made.running:
                assert pipe.stdin is not None
                pipe.stdin.close()
                assert pipe.wait(timeout=PATIENCE_S) == 0
