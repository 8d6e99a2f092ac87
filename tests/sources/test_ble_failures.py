"""Everything that Bluetooth raises becomes one line that says what to do; and there is none on a machine without it."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from imukick.errors import SensorError
from imukick.sensors.known import IMUKICK_V1
from imukick.sources.ble import Backend, Found, LinkDown, LinkParams, explain, find, in_range, stream

REASON = BleakBluetoothNotAvailableReason
SERVICE_UNKNOWN = (
    "org.freedesktop.DBus.Error.ServiceUnknown",
    ["The name org.bluez was not provided by any .service files"],
)

FAILURES: list[tuple[str, BaseException, str, str]] = [
    ("no D-Bus socket", FileNotFoundError(2, "No such file or directory"), "no bluetooth service", "systemctl start"),
    ("D-Bus refuses", ConnectionRefusedError(111, "Connection refused"), "no bluetooth service", "systemctl start"),
    ("D-Bus hangs up", EOFError(), "no bluetooth service", "systemctl start"),
    ("no bluetoothd", BleakDBusError(*SERVICE_UNKNOWN), "no bluetooth service", "systemctl start"),
    (
        "bluetoothd cannot be started",
        BleakDBusError("org.freedesktop.DBus.Error.Spawn.PermissionsInvalid", ["The permission of the setuid helper"]),
        "no bluetooth service",
        "systemctl start",
    ),
    ("may not talk to bluetoothd", BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["x"]), "denied", "group"),
    ("may not open the socket", PermissionError(13, "Permission denied"), "denied", "may"),
    (
        "no adapter",
        BleakBluetoothNotAvailableError("No Bluetooth adapters found.", REASON.NO_BLUETOOTH),
        "no adapter",
        "plug one in",
    ),
    (
        "powered off",
        BleakBluetoothNotAvailableError("No powered Bluetooth adapters found.", REASON.POWERED_OFF),
        "powered off",
        "switch it on",
    ),
    (
        "no low energy",
        BleakBluetoothNotAvailableError("no central role", REASON.NO_BLE_CENTRAL_ROLE),
        "no low energy",
        "4.0",
    ),
    ("macOS: the user", BleakBluetoothNotAvailableError("denied", REASON.DENIED_BY_USER), "denied", "privacy settings"),
    ("macOS: the system", BleakBluetoothNotAvailableError("no", REASON.DENIED_BY_SYSTEM), "denied", "administrator"),
    ("macOS: unknown", BleakBluetoothNotAvailableError("no", REASON.DENIED_BY_UNKNOWN), "denied", "privacy settings"),
    ("not said why", BleakBluetoothNotAvailableError("it is gone", REASON.UNKNOWN), "no adapter", "it is gone"),
    (
        "switched off in mid-session",
        BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]),
        "powered off",
        "on",
    ),
    (
        "link breaks at connect",
        BleakDBusError("org.bluez.Error.Failed", ["Input/output error"]),
        "link lost",
        "battery",
    ),
    ("not in range", BleakDeviceNotFoundError("AA", "Device with address AA was not found."), "not found", "bring it"),
    ("gone from the cache", BleakError("device 'dev_AA' not found"), "not found", "no longer in range"),
    ("found, then gone", TimeoutError(), "timeout", "bring it close"),
    ("link lost", BleakError("Service Discovery has not been performed yet"), "link lost", "battery"),
    ("Windows: gone", BleakError("Could not read characteristic: Unreachable"), "link lost", "battery"),
    ("D-Bus died under a call", AttributeError("'NoneType' object has no attribute 'call'"), "link lost", "battery"),
    ("subscribed twice", BleakDBusError("org.bluez.Error.InProgress", ["In Progress"]), "in use", "another program"),
    ("wants to be paired", BleakDBusError("org.bluez.Error.AuthenticationFailed", ["x"]), "pairing", "must be paired"),
    ("not its service", BleakCharacteristicNotFoundError("1234"), "protocol", "update"),
    ("refused a write", BleakGATTProtocolError(0x80), "refused", "switch it off and on"),
    ("something else", BleakError("what is this"), "unknown", "what is this"),
    ("something else on D-Bus", BleakDBusError("org.example.Strange", ["odd"]), "unknown", "odd"),
]
IDS = [row[0] for row in FAILURES]


def raising(error: BaseException) -> Backend:
    """A backend on which nothing works, always for the same reason."""

    class FailingScanner(BaseBleakScanner):
        def __init__(self, callback: Any, services: Any, _mode: str, **_options: Any) -> None:
            super().__init__(callback, services)

        async def start(self) -> None:
            raise error

        async def stop(self) -> None:
            return

    class FailingClient(BaseBleakClient):
        name = "K7"
        mtu_size = 23
        is_connected = False

        async def connect(self, *_arguments: Any, **_options: Any) -> None:
            raise error

        async def disconnect(self) -> None:
            return

        async def _never(self, *_arguments: Any, **_options: Any) -> Any:
            raise AssertionError("nothing is connected")

        pair = unpair = read_gatt_char = read_gatt_descriptor = write_gatt_char = write_gatt_descriptor = _never
        start_notify = stop_notify = _never

    return Backend(FailingClient, FailingScanner)


def one_line(error: SensorError) -> bool:
    return "\n" not in str(error) and "{" not in str(error) and 20 < len(str(error)) < 250


@pytest.mark.parametrize(("what", "error", "reason", "said"), FAILURES, ids=IDS)
def test_each_failure_is_one_line_that_says_what_to_do(what: str, error: BaseException, reason: str, said: str) -> None:
    decoded = explain(error, title="K7")
    assert decoded.reason == reason, what
    assert said in str(decoded)
    assert one_line(decoded)
    for look in (find, in_range):
        with pytest.raises(SensorError) as raised:
            asyncio.run(look(backend=raising(error)))
        assert raised.value.reason == reason
        assert one_line(raised.value)


@pytest.mark.parametrize(("what", "error", "reason", "said"), FAILURES, ids=IDS)
def test_a_stream_that_cannot_begin_ends_with_the_same_line(
    what: str, error: BaseException, reason: str, said: str
) -> None:
    downs: list[LinkDown] = []

    async def run() -> None:
        params = LinkParams(first_tries=2, backoff_s=0.0, scan_s=0.01)
        found = Found("AA:AA:AA:AA:AA:AA", "K7", IMUKICK_V1)
        async with aclosing(stream(found, backend=raising(error), params=params)) as items:
            async for item in items:
                assert isinstance(item, LinkDown), what
                downs.append(item)

    with pytest.raises(SensorError, match=re.escape(said)) as raised:
        asyncio.run(run())
    assert raised.value.reason == reason
    lasting = reason in (
        "no bluetooth service",
        "no adapter",
        "powered off",
        "denied",
        "no low energy",
        "protocol",
        "pairing",
    )
    assert [down.tries for down in downs] == ([] if lasting else [1])


def test_an_explained_error_stays_as_it_is() -> None:
    decoded = SensorError("so it is", reason="gone")
    assert explain(decoded) is decoded


@pytest.mark.skipif(sys.platform != "linux", reason="the system bus is a socket on Linux")
def test_a_machine_without_bluetooth_says_so() -> None:
    if Path("/run/dbus/system_bus_socket").exists() or Path("/var/run/dbus/system_bus_socket").exists():
        pytest.skip("this machine has a system bus; the case is a machine without one")
    for look in (find, in_range):
        with pytest.raises(SensorError, match="Bluetooth service does not answer") as raised:
            asyncio.run(look())
        assert raised.value.reason == "no bluetooth service"
