"""A bleak backend over bumble: the same client and scanner, with a radio that needs no hardware behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble import core, hci
from bumble.att import ATT_Error
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration, Peer
from bumble.gatt_client import CharacteristicProxy
from bumble.host import Host
from bumble.transport import open_transport

from imukick.errors import SensorError
from imukick.sources.ble import Backend

MTU = 517
"""What the host asks for, as BlueZ does; the sensor has the last word."""
OPEN_S = 5.0
"""Chosen: how long whoever listens at the other end of a transport may take to answer."""

T = TypeVar("T")


class Seat:
    """The computer's side of a virtual radio: one bumble device that all of bleak's objects share.

    It is opened when it is first needed, and anew when its other end has gone and come back.
    """

    def __init__(self, opens: Callable[[], Awaitable[Device]]) -> None:
        self._opens = opens
        self._device: Device | None = None
        self._opening = asyncio.Lock()

    async def device(self) -> Device:
        """The device, switched on."""
        async with self._opening:
            if self._device is None or not self._device.host.ready:
                self._device = await self._opens()
            return self._device

    def connections(self) -> list[Connection]:
        """The links that exist now."""
        return [] if self._device is None else list(self._device.connections.values())

    def lost(self) -> None:
        """The other end is gone: so is every link, and the device."""
        device, self._device = self._device, None
        for connection in [] if device is None else list(device.connections.values()):
            connection.emit(connection.EVENT_DISCONNECTION, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)


def backend_on(seat: Seat) -> Backend:
    """The three classes of bleak for one seat; bleak takes classes, so the seat stands in them."""
    return Backend(
        client=type("BumbleClient", (Client,), {"seat": seat}),
        scanner=type("BumbleScanner", (Scanner,), {"seat": seat}),
        adapter=type("BumbleAdapter", (Adapter,), {"seat": seat}),
    )


@asynccontextmanager
async def bumble_backend(transport: str) -> AsyncIterator[Backend]:
    """A backend over the HCI transport `tcp-client:HOST:PORT`, behind which a virtual sensor's radio listens.

    Raises `SensorError` when nobody listens there, or the word is not a transport of that form.
    """
    scheme, _, place = transport.partition(":")
    host, _, port = place.rpartition(":")
    if scheme != "tcp-client" or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise SensorError(
            f"radio {transport!r} is not known; expected tcp-client:127.0.0.1:PORT", reason="no transport"
        )
    closing: list[Any] = []

    async def opens() -> Device:
        try:
            async with asyncio.timeout(OPEN_S):
                opened = await open_transport(transport)
                closing.append(opened)
                device = Device(
                    config=DeviceConfiguration(name="imukick host", address=hci.Address.generate_static_address()),
                    host=Host(controller_source=opened.source, controller_sink=opened.sink),
                )
                opened.source.terminated.add_done_callback(lambda _: seat.lost())
                await device.power_on()
                return device
        except (OSError, core.BaseBumbleError) as error:
            raise SensorError(
                f"no virtual sensor listens at {place}: start 'imukick virtual-sensor --radio tcp-server:{place}' first",
                reason="no transport",
            ) from error

    seat = Seat(opens)
    await seat.device()
    try:
        yield backend_on(seat)
    finally:
        for opened in closing:
            await opened.close()


class Scanner(BaseBleakScanner):
    """Advertisements as bumble hears them."""

    seat: ClassVar[Seat]

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
        """Listen."""
        self.seen_devices = {}
        self._device = await self.seat.device()
        self._device.on(Device.EVENT_ADVERTISEMENT, self._heard)
        await _plainly(self._device.start_scanning(active=self._active))

    async def stop(self) -> None:
        """Listen no more."""
        if self._device is not None:
            self._device.remove_listener(Device.EVENT_ADVERTISEMENT, self._heard)
            await _plainly(self._device.stop_scanning())
            self._device = None

    def _heard(self, advertisement: Advertisement) -> None:
        said = advertisement.data
        names = (said.get(kind) for kind in (AdvertisingData.COMPLETE_LOCAL_NAME, AdvertisingData.SHORTENED_LOCAL_NAME))
        name = next((str(name) for name in names if name), None)
        lists = [uuids for kind in SERVICE_KINDS for uuids in said.get_all(kind) if isinstance(uuids, list)]
        services = [_uuid(uuid) for uuids in lists for uuid in uuids]
        if not self.is_allowed_uuid(services):
            return
        makers = dict(said.get_all(AdvertisingData.MANUFACTURER_SPECIFIC_DATA))
        adv = AdvertisementData(name, makers, {}, services, None, advertisement.rssi, ())
        address = advertisement.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, name, advertisement.address, adv)
        self.call_detection_callbacks(device, adv)


SERVICE_KINDS = (
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
)


class Adapter(BaseBleakAdapter):
    """Who is connected already, whoever connected them."""

    seat: ClassVar[Seat]

    @classmethod
    async def get(cls, **_options: Any) -> Adapter:
        """The only one."""
        return cls()

    async def get_connected_devices(self, service_uuids: frozenset[str]) -> list[BLEDevice]:
        """Devices with a link now that have one of these services."""
        found = []
        for connection in self.seat.connections():
            services = await _plainly(Peer(connection).discover_services())
            if service_uuids & {_uuid(service.uuid) for service in services}:
                found.append(BLEDevice(_address(connection), None, connection.peer_address))
        return found


class Client(BaseBleakClient):
    """One GATT client; takes over a link that exists already, as a computer's own Bluetooth service does."""

    seat: ClassVar[Seat]

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        super().__init__(address_or_ble_device, **options)
        self._wanted = address_or_ble_device
        self._connection: Connection | None = None
        self._subscribed: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """Its advertised name, else its address with dashes."""
        known = self._wanted.name if isinstance(self._wanted, BLEDevice) else None
        return known or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        """As negotiated; 23 while there is no link."""
        return 23 if self._connection is None else int(self._connection.att_mtu)

    @property
    def is_connected(self) -> bool:
        """Whether the link exists."""
        return self._connection is not None

    async def connect(self, pair: bool, **_options: Any) -> None:
        """Connect, agree on the MTU and find out what there is; an imukick sensor is never paired."""
        del pair
        device = await self.seat.device()
        there = {_address(connection): connection for connection in self.seat.connections()}
        connection = there.get(self.address)
        if connection is None:
            try:
                address = hci.Address(self.address) if isinstance(self._wanted, str) else self._wanted.details
                connection = await _plainly(device.connect_le(address, timeout=self._timeout))
            except ValueError:
                said = f"Device with address {self.address} was not found."
                raise BleakDeviceNotFoundError(self.address, said) from None
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
        try:
            peer = Peer(connection)
            await _plainly(peer.request_mtu(MTU))
            self.services = await self._discover(peer)
        except BaseException:
            await self.disconnect()
            raise

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        found = BleakGATTServiceCollection()
        for service in await _plainly(peer.discover_services()):
            ours = BleakGATTService(service, service.handle, _uuid(service.uuid))
            found.add_service(ours)
            for proxy in await _plainly(peer.discover_characteristics(service=service)):
                characteristic = BleakGATTCharacteristic(
                    proxy,
                    proxy.handle,
                    _uuid(proxy.uuid),
                    list(gatt_char_props_to_strs(int(proxy.properties))),
                    lambda: self.mtu_size - 3,
                    ours,
                )
                found.add_characteristic(characteristic)
                for inner in await _plainly(peer.discover_descriptors(proxy)):
                    found.add_descriptor(BleakGATTDescriptor(inner, inner.handle, _uuid(inner.type), characteristic))
        return found

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        self._subscribed.clear()
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        """Hang up; nothing when there is no link."""
        if self._connection is not None:
            await _plainly(self._connection.disconnect())

    async def pair(self, *_arguments: Any, **_options: Any) -> None:
        """Not a thing that this backend does."""
        raise NotImplementedError("virtual radios do not pair")

    async def unpair(self) -> None:
        """Not a thing that this backend does."""
        raise NotImplementedError("virtual radios do not pair")

    def _peer(self) -> Peer:
        if self._connection is None:
            raise BleakError("Not connected")
        return Peer(self._connection)

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_options: Any) -> bytearray:
        """The value now."""
        return bytearray(await _plainly(self._peer().read_value(characteristic.handle)))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_options: Any) -> bytearray:
        """The value now."""
        return bytearray(await _plainly(self._peer().read_value(descriptor.handle)))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write, and wait for the answer when `response`."""
        await _plainly(self._peer().write_value(characteristic.handle, bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write and wait for the answer."""
        await _plainly(self._peer().write_value(descriptor.handle, bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_options: Any
    ) -> None:
        """Notifications, else indications."""
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        if characteristic.handle in self._subscribed:
            raise BleakError("Characteristic notifications already started")

        def changed(value: bytes) -> None:
            callback(bytearray(value))

        self._subscribed[characteristic.handle] = changed
        await _plainly(self._peer().subscribe(proxy, changed))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """No more of them."""
        changed = self._subscribed.pop(characteristic.handle, None)
        if changed is not None:
            await _plainly(self._peer().unsubscribe(characteristic.obj, changed))


async def _plainly(question: Awaitable[T]) -> T:
    """The answer; what bumble raises becomes what bleak raises, a link lost meanwhile is an error and no cancellation."""
    before = _cancellations()
    try:
        answer = await question
    except ATT_Error as error:
        raise BleakGATTProtocolError(error.error_code) from error
    except (TimeoutError, core.TimeoutError) as error:
        raise TimeoutError from error
    except core.BaseBumbleError as error:
        raise BleakError(str(error) or type(error).__name__) from error
    except asyncio.CancelledError:
        if _cancellations() > before:
            raise
        raise BleakError("disconnected while waiting for an answer") from None
    if _cancellations() > before:  # wait_for before Python 3.12 may swallow it
        raise asyncio.CancelledError
    return answer


def _cancellations() -> int:
    """How often this task has been told to end; bumble cancels what it waits for itself when a link is lost."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def _uuid(uuid: UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))


def _address(connection: Connection) -> str:
    return str(connection.peer_address.to_string(with_type_qualifier=False))
