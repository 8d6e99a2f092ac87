"""Where the Bluetooth of an acceptance test is: bumble at both ends of a socket, or this computer's own BlueZ.

BlueZ is taken where `IMUKICK_BLUETOOTH=bluez` stands in the environment. Then the virtual sensor puts an adapter
into the kernel, and bluetoothd is started and killed here: that is for the guest of `tests/bluez_guest/`, not for
a computer whose Bluetooth somebody uses.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from imukick.sources.ble import Backend
from imukick.virtual.bumble_backend import bumble_backend

ON_BLUEZ: Final = os.environ.get("IMUKICK_BLUETOOTH") == "bluez"
NEEDS_BLUEZ: Final = pytest.mark.skipif(not ON_BLUEZ, reason="there is no Bluetooth service between two bumbles")
DAEMON: Final = "/usr/libexec/bluetooth/bluetoothd"
PATIENCE_S: Final = 60.0
"""How long a test waits for what comes at once on a computer that is not emulated."""


class Stage:
    """`radio`: what a virtual sensor is served on; `options`: what `imukick live` needs to find it."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._daemon: subprocess.Popen[bytes] | None = None
        if ON_BLUEZ:
            self.radio, self.options = "vhci", ()
            self.start_bluetoothd()
        else:
            self._port = _free_port()
            self.radio = f"tcp-server:127.0.0.1:{self._port}"
            self.options = ("--radio", f"tcp-client:127.0.0.1:{self._port}")

    options: tuple[str, ...]

    @asynccontextmanager
    async def backend(self) -> AsyncIterator[Backend | None]:
        """What bleak is given: None is its own, that of BlueZ."""
        if ON_BLUEZ:
            yield None
            return
        async with bumble_backend(f"tcp-client:127.0.0.1:{self._port}") as backend:
            yield backend

    def wait_ready(self) -> None:
        """Until a sensor that is being served can be looked for: its adapter is switched on, or its socket listens."""
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            if ON_BLUEZ:
                ready = "Powered: yes" in bluetoothctl("show")
            else:
                with socket.socket() as knock:
                    ready = knock.connect_ex(("127.0.0.1", self._port)) == 0
            if ready:
                return
            time.sleep(0.1)
        raise AssertionError("the sensor's radio is not there")

    async def ready(self) -> None:
        """The same, beside what else runs in this loop."""
        if ON_BLUEZ:
            await asyncio.to_thread(self.wait_ready)

    def start_bluetoothd(self) -> None:
        """Start it; it takes a moment to answer."""
        with self._log.open("ab") as log:
            self._daemon = subprocess.Popen([DAEMON, "-n"], stdout=log, stderr=log)

    def kill_bluetoothd(self) -> None:
        """It has no time to say goodbye."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None

    def close(self) -> None:
        """Leave nothing behind."""
        self.kill_bluetoothd()


def bluetoothctl(*words: str) -> str:
    """What BlueZ's own tool says."""
    done = subprocess.run(["bluetoothctl", *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    return done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
