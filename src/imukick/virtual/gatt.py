"""A device model's GATT table and advertisement on bumble. Every characteristic answers: a silent one would hang its reader."""

from __future__ import annotations

from collections.abc import Callable

from bumble.att import ATT_Error, Attribute
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from imukick.virtual.device_model import (
    READ_NOT_PERMITTED,
    WRITE_NOT_PERMITTED,
    AttError,
    DeviceModel,
    ShownDevice,
    Use,
)

OPEN = Attribute.Permissions.READABLE | Attribute.Permissions.WRITEABLE
"""Nothing is encrypted; the handlers refuse reads and writes that the table does not allow."""
PROPERTIES: dict[Use, Characteristic.Properties] = {
    "read": Characteristic.Properties.READ,
    "write": Characteristic.Properties.WRITE,
    "write-without-response": Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
    "notify": Characteristic.Properties.NOTIFY,
    "indicate": Characteristic.Properties.INDICATE,
}
LEGACY_BYTES = 31
"""Longest legacy advertisement, and longest scan response (Bluetooth Core 5.0, volume 6, part B, 2.3.1)."""

Written = Callable[[str, bytes], None]


def services_of(model: DeviceModel, written: Written) -> tuple[list[Service], dict[str, Characteristic[bytes]]]:
    """The services, and every characteristic by its UUID. Each write that the table allows calls `written`."""
    services, all_of_them = list[Service](), dict[str, Characteristic[bytes]]()
    for service, characteristics in model.table.items():
        ours = {uuid: _characteristic(model, uuid, uses, written) for uuid, uses in characteristics.items()}
        services.append(Service(service, list(ours.values())))
        all_of_them |= ours
    return services, all_of_them


def _characteristic(model: DeviceModel, uuid: str, uses: tuple[Use, ...], written: Written) -> Characteristic[bytes]:
    properties = Characteristic.Properties(0)
    for use in uses:
        properties |= PROPERTIES[use]

    def reads(_connection: Connection) -> bytes:
        if "read" not in uses:
            raise ATT_Error(READ_NOT_PERMITTED)
        try:
            return model.read(uuid)
        except AttError as error:
            raise ATT_Error(error.code) from None

    def writes(_connection: Connection, value: bytes) -> None:
        if "write" not in uses and "write-without-response" not in uses:
            raise ATT_Error(WRITE_NOT_PERMITTED)
        written(uuid, value)
        try:
            model.write(uuid, value)
        except AttError as error:
            raise ATT_Error(error.code) from None

    return Characteristic(uuid, properties, OPEN, CharacteristicValue(read=reads, write=writes))


def advertising_data(shown: ShownDevice) -> bytes:
    """The advertisement: flags (general discoverable, no classic Bluetooth), services and manufacturer data.

    Raises `ValueError` when it does not fit into `LEGACY_BYTES`.
    """
    flags = bytes([AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED])
    fields: list[tuple[int, bytes]] = [(AdvertisingData.FLAGS, flags)]
    uuids = [UUID(service).to_bytes() for service in shown.services]
    short, long = ([one for one in uuids if (len(one) == 2) == wanted] for wanted in (True, False))
    if short:
        fields.append((AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, b"".join(short)))
    if long:
        fields.append((AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, b"".join(long)))
    fields += [
        (AdvertisingData.MANUFACTURER_SPECIFIC_DATA, company.to_bytes(2, "little") + data)
        for company, data in shown.manufacturer.items()
    ]
    data = bytes(AdvertisingData([(AdvertisingData.Type(kind), value) for kind, value in fields]))
    if len(data) > LEGACY_BYTES:
        raise ValueError(f"an advertisement of {len(data)} bytes; {LEGACY_BYTES} fit")
    return data


def scan_response(shown: ShownDevice) -> bytes:
    """The scan response: as much of the name as fits."""
    text = shown.name.encode("utf-8")[: LEGACY_BYTES - 2]
    return bytes(AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, text)]))
