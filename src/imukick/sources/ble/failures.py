"""Any exception of Bluetooth -> one `SensorError` with one sentence that says what to do."""

from __future__ import annotations

import sys
from typing import Final

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

LINK_ERRORS: Final = (BleakError, OSError, EOFError, AttributeError)
"""What bleak and the systems below it raise when a link or the radio fails. `TimeoutError` is an `OSError`;
`EOFError` and `AttributeError` come out of a D-Bus connection that died under a call."""

NO_SERVICE: Final = (
    "this computer's Bluetooth service does not answer (no D-Bus or no bluetoothd): start it with "
    "'sudo systemctl start bluetooth', or try without a radio: --sensor virtual; 'imukick doctor' tells more"
)

NOT_AVAILABLE: Final[dict[BleakBluetoothNotAvailableReason, tuple[str, str]]] = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: (
        "no adapter",
        "this computer has no Bluetooth adapter: plug one in, or try without a radio: --sensor virtual",
    ),
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: (
        "no low energy",
        "this computer's Bluetooth adapter cannot connect to Bluetooth Low Energy sensors: plug in one for Bluetooth 4.0 or later",
    ),
    BleakBluetoothNotAvailableReason.POWERED_OFF: (
        "powered off",
        "Bluetooth is switched off: switch it on (Linux: 'bluetoothctl power on') and try again",
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: (
        "denied",
        "this program may not use Bluetooth: allow it for your terminal in the system's privacy settings, then start it again",
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: (
        "denied",
        "this computer's administrator does not allow the use of Bluetooth: ask them to",
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: (
        "denied",
        "this program may not use Bluetooth: allow it in the system's privacy settings, then start the terminal again",
    ),
}

PAIRING: Final = {
    "linux": "{title} must be paired with this computer: 'bluetoothctl' in a second terminal, there 'agent on', 'scan on' and "
    "'pair ADDRESS', confirm, then start imukick again",
    "win32": "{title} must be paired with this computer: Settings, Bluetooth & devices, Add device; then start imukick again",
    "darwin": "{title} must be paired with this computer: confirm the dialog that macOS shows, then start imukick again",
}
"""What to do when a sensor accepts only paired computers, by `sys.platform`."""
PAIRING_CODES: Final = (0x05, 0x08, 0x0C, 0x0F)
"""ATT: insufficient authentication, authorisation, key size, encryption (Bluetooth Core 5.4, vol. 3, part F, 3.4.1.1)."""
PAIRING_TEXTS: Final = (
    "access denied",
    "access is denied",
    "insufficient auth",
    "insufficient encr",
    "not paired",
    "protected",
)
"""Texts for it of backends that give no code, in lower case."""

DBUS: Final[tuple[tuple[tuple[str, ...], str, str], ...]] = (
    (
        ("DBus.Error.ServiceUnknown", "DBus.Error.NameHasNoOwner", "DBus.Error.Spawn", "DBus.Error.NoReply"),
        "no bluetooth service",
        NO_SERVICE,
    ),
    (
        ("DBus.Error.AccessDenied",),
        "denied",
        "this user may not use Bluetooth: add them to the group bluetooth ('sudo usermod -aG bluetooth $USER'), then log in again",
    ),
    (
        ("bluez.Error.NotReady",),
        "powered off",
        NOT_AVAILABLE[BleakBluetoothNotAvailableReason.POWERED_OFF][1],
    ),
    (
        ("bluez.Error.InProgress", "bluez.Error.Busy"),
        "in use",
        "another program is using {title}: end it, wait a moment and try again",
    ),
    (
        ("bluez.Error.Authentication", "bluez.Error.NotPermitted", "bluez.Error.NotAuthorized"),
        "pairing",
        PAIRING.get(sys.platform, PAIRING["linux"]),
    ),
    (
        ("bluez.Error.DoesNotExist", "DBus.Error.UnknownObject"),
        "not found",
        "{title} is no longer in range: bring it close, wake it up and try again",
    ),
)
"""Parts of D-Bus error names -> reason, sentence."""

LINK_LOST: Final = "the link to {title} was lost: keep the sensor within a few metres and check its battery"
LOST_TEXTS: Final = (
    "service discovery has not been performed",
    "not connected",
    "disconnected",
    "unreachable",
    "software caused connection abort",
)
"""Texts of backends for a lost link, in lower case."""


def asks_to_be_paired(error: BaseException) -> bool:
    """Whether a sensor refused because it is not paired with this computer.

    >>> asks_to_be_paired(BleakError("Could not start notify on 0010: Protocol Error 0x05: Insufficient Authentication"))
    True
    """
    if isinstance(error, BleakGATTProtocolError):
        return int(error.code) in PAIRING_CODES
    if isinstance(error, BleakDBusError):
        return any(name in error.dbus_error for names, reason, _ in DBUS if reason == "pairing" for name in names)
    return isinstance(error, BleakError) and any(text in _text(error).lower() for text in PAIRING_TEXTS)


def pairing_needed(title: str) -> SensorError:
    """The error for a sensor that must be paired; says how to do that on this system."""
    return SensorError(PAIRING.get(sys.platform, PAIRING["linux"]).replace("{title}", title), reason="pairing")


def explain(error: BaseException, *, title: str | None = None) -> SensorError:
    """The error for a failure of bleak or the system below it; `title`: the sensor's name in the message.

    `reason` is one of: "no bluetooth service", "no adapter", "powered off", "denied", "no low energy", "not found",
    "timeout", "link lost", "in use", "refused", "pairing", "protocol", "silent", "gone", "unknown".

    >>> explain(FileNotFoundError(2, "No such file or directory")).reason
    'no bluetooth service'
    >>> explain(TimeoutError(), title="K7").reason
    'timeout'
    """
    if isinstance(error, SensorError):
        return error
    reason, sentence = _sentence(error)
    return SensorError(sentence.replace("{title}", title or "the sensor"), reason=reason)


def _sentence(error: BaseException) -> tuple[str, str]:
    match error:
        case BleakBluetoothNotAvailableError():
            unknown = ("no adapter", f"Bluetooth cannot be used here ({error.args[0]}): run 'imukick doctor'")
            return NOT_AVAILABLE.get(error.reason, unknown)
        case BleakDBusError():
            return _dbus_sentence(error)
        case BleakDeviceNotFoundError():
            return (
                "not found",
                "{title} is not in range: bring it close, wake it up, and close other programs that use it",
            )
        case BleakCharacteristicNotFoundError():
            return "protocol", (
                f"{{title}} lacks the characteristic {error.char_specifier}: it is not the sensor it says it is, or its firmware "
                "is too old: update it"
            )
        case BleakError() if not isinstance(error, BleakDBusError) and asks_to_be_paired(error):
            return "pairing", PAIRING.get(sys.platform, PAIRING["linux"])
        case BleakGATTProtocolError():
            return (
                "refused",
                f"{{title}} refused a request ({_text(error)}): switch it off and on, then try again",
            )
        case TimeoutError():
            return "timeout", "{title} did not answer in time: bring it close, wake it up and try again"
        case FileNotFoundError() | ConnectionError() | EOFError():
            return "no bluetooth service", NO_SERVICE
        case PermissionError():
            return "denied", (
                "this program may not reach the computer's Bluetooth service: run it as a user who may (not in a "
                "container without the system's D-Bus socket)"
            )
        case BleakError() if any(text in _text(error).lower() for text in LOST_TEXTS):
            return "link lost", LINK_LOST
        case BleakError() if "not found" in _text(error).lower():
            return "not found", "{title} is no longer in range: bring it close, wake it up and try again"
        case AttributeError():
            return "link lost", LINK_LOST
        case _:
            said = _text(error)
            return "unknown", f"Bluetooth failed ({said}): try again, and run 'imukick doctor' if it stays so"


def _dbus_sentence(error: BleakDBusError) -> tuple[str, str]:
    for names, reason, sentence in DBUS:
        if any(name in error.dbus_error for name in names):
            return reason, sentence
    if any(text in str(error).lower() for text in (*LOST_TEXTS, "input/output error")):
        return "link lost", LINK_LOST
    return "unknown", f"Bluetooth failed ({_text(error)}): try again, and run 'imukick doctor' if it stays so"


def _text(error: BaseException) -> str:
    """An error's message in one line; the name of its class when it has none."""
    return " ".join(str(error).split()) or type(error).__name__
