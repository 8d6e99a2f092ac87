"""The GATT table of a v1 sensor on bumble: every characteristic answers, as one that does not would hang its reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from bumble.att import ATT_Error, Attribute
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from imukick.sensors import imukick_v1 as v1

READ = Characteristic.Properties.READ
WRITE = Characteristic.Properties.WRITE
NOTIFY = Characteristic.Properties.NOTIFY
INDICATE = Characteristic.Properties.INDICATE
OPEN = Attribute.Permissions.READABLE | Attribute.Permissions.WRITEABLE
"""Nothing is encrypted in version 1; what may not be read or written is refused by its handler."""

READ_NOT_PERMITTED = 0x02
WRITE_NOT_PERMITTED = 0x03
"""ATT errors (Bluetooth Core 5.0, volume 3, part F, 3.4.1.1)."""

MODEL = b"imukick virtual sensor"
FIRMWARE = b"1.0.0"

Reader = Callable[[], bytes]
Writer = Callable[[bytes], None]


class Table:
    """The characteristics that a sensor sends by, and the services that hold them."""

    def __init__(self, *, config: Reader, control: Writer, battery: Reader) -> None:
        """`config` and `battery` give the value of the moment; `control` takes a command and raises `ATT_Error`."""
        self.stream = _characteristic(v1.STREAM, NOTIFY)
        self.control = _characteristic(v1.CONTROL, WRITE | INDICATE, write=control)
        self.battery = _characteristic(v1.BATTERY_LEVEL, READ | NOTIFY, read=battery)
        self.services = (
            Service(v1.SERVICE, [self.stream, self.control, _characteristic(v1.CONFIG, READ, read=config)]),
            Service(v1.BATTERY_SERVICE, [self.battery]),
            Service(
                v1.DEVICE_INFORMATION,
                [
                    _characteristic(v1.MODEL_NUMBER, READ, read=lambda: MODEL),
                    _characteristic(v1.FIRMWARE_REVISION, READ, read=lambda: FIRMWARE),
                ],
            ),
        )


def advertising_data() -> bytes:
    """Flags (general discoverable, no classic Bluetooth) and the service, 21 bytes: the service has to be heard first."""
    flags = bytes([AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED])
    return bytes(
        AdvertisingData(
            [
                (AdvertisingData.FLAGS, flags),
                (AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, UUID(v1.SERVICE).to_bytes()),
            ]
        )
    )


def scan_response(name: str) -> bytes:
    """The name, as much of it as 31 bytes hold."""
    text = name.encode("utf-8")[:29]
    return bytes(AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, text)]))


def _characteristic(
    uuid: str, properties: Characteristic.Properties, *, read: Reader | None = None, write: Writer | None = None
) -> Characteristic[bytes]:
    def reads(_connection: Connection) -> bytes:
        return _refuse(READ_NOT_PERMITTED) if read is None else read()

    def writes(_connection: Connection, value: bytes) -> None:
        _refuse(WRITE_NOT_PERMITTED) if write is None else write(value)

    return Characteristic(uuid, properties, OPEN, CharacteristicValue(read=reads, write=writes))


def _refuse(code: int) -> NoReturn:
    raise ATT_Error(code)
