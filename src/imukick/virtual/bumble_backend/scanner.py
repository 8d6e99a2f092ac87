"""bleak's scanner and adapter over bumble: who advertises, and who is connected already."""

from __future__ import annotations

from typing import Any, ClassVar

from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Device, Peer

from imukick.virtual.bumble_backend.host_radio import HostRadio, peer_address, plainly, uuid_text

SERVICE_KINDS = (
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
)


class BumbleScanner(BaseBleakScanner):
    """Advertisements as bumble hears them."""

    radio: ClassVar[HostRadio]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str,
        **_options: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"
        self._device: Device | None = None

    async def start(self) -> None:
        """Start scanning."""
        self.seen_devices = {}
        self._device = await self.radio.device()
        self._device.on(Device.EVENT_ADVERTISEMENT, self._heard)
        await plainly(self._device.start_scanning(active=self._active))

    async def stop(self) -> None:
        """Stop scanning."""
        if self._device is not None:
            self._device.remove_listener(Device.EVENT_ADVERTISEMENT, self._heard)
            await plainly(self._device.stop_scanning())
            self._device = None

    def _heard(self, advertisement: Advertisement) -> None:
        said = advertisement.data
        names = (said.get(kind) for kind in (AdvertisingData.COMPLETE_LOCAL_NAME, AdvertisingData.SHORTENED_LOCAL_NAME))
        name = next((str(name) for name in names if name), None)
        lists = [uuids for kind in SERVICE_KINDS for uuids in said.get_all(kind) if isinstance(uuids, list)]
        services = [uuid_text(uuid) for uuids in lists for uuid in uuids]
        if not self.is_allowed_uuid(services):
            return
        makers = dict(said.get_all(AdvertisingData.MANUFACTURER_SPECIFIC_DATA))
        adv = AdvertisementData(name, makers, {}, services, None, advertisement.rssi, ())
        address = advertisement.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, name, advertisement.address, adv)
        self.call_detection_callbacks(device, adv)


class BumbleAdapter(BaseBleakAdapter):
    """The devices that are connected already, by whichever program."""

    radio: ClassVar[HostRadio]

    @classmethod
    async def get(cls, **_options: Any) -> BumbleAdapter:
        """The only one."""
        return cls()

    async def get_connected_devices(self, service_uuids: frozenset[str]) -> list[BLEDevice]:
        """Devices with a link now that have one of these services."""
        found = []
        for connection in self.radio.connections():
            services = await plainly(Peer(connection).discover_services())
            if service_uuids & {uuid_text(service.uuid) for service in services}:
                found.append(BLEDevice(peer_address(connection), None, connection.peer_address))
        return found
