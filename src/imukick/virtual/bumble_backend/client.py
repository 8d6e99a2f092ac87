"""bleak's client over bumble: one GATT client on a virtual link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError
from bumble import hci
from bumble.device import Connection, Peer
from bumble.gatt_client import CharacteristicProxy

from imukick.virtual.bumble_backend.host_radio import HostRadio, peer_address, plainly, uuid_text

MTU = 517
"""What the host asks for, as BlueZ does; the sensor has the last word."""


class BumbleClient(BaseBleakClient):
    """One GATT client; uses a link that exists already, as a computer's own Bluetooth service does."""

    radio: ClassVar[HostRadio]

    def __init__(self, address_or_ble_device: BLEDevice | str, *, mtu: int = MTU, **options: Any) -> None:
        """`mtu`: what to ask for, 23 to 517 bytes."""
        super().__init__(address_or_ble_device, **options)
        self._mtu = mtu
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
        """Connect, agree on the MTU and discover the services; an imukick sensor is never paired."""
        del pair
        device = await self.radio.device()
        there = {peer_address(connection): connection for connection in self.radio.connections()}
        connection = there.get(self.address)
        if connection is None:
            try:
                address = hci.Address(self.address) if isinstance(self._wanted, str) else self._wanted.details
                connection = await plainly(device.connect_le(address, timeout=self._timeout))
            except ValueError:
                message = f"Device with address {self.address} was not found."
                raise BleakDeviceNotFoundError(self.address, message) from None
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
        try:
            peer = Peer(connection)
            await plainly(peer.request_mtu(self._mtu))
            self.services = await self._discover(peer)
        except BaseException:
            await self.disconnect()
            raise

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        found = BleakGATTServiceCollection()
        for service in await plainly(peer.discover_services()):
            ours = BleakGATTService(service, service.handle, uuid_text(service.uuid))
            found.add_service(ours)
            for proxy in await plainly(peer.discover_characteristics(service=service)):
                characteristic = BleakGATTCharacteristic(
                    proxy,
                    proxy.handle,
                    uuid_text(proxy.uuid),
                    list(gatt_char_props_to_strs(int(proxy.properties))),
                    lambda: self.mtu_size - 3,
                    ours,
                )
                found.add_characteristic(characteristic)
                for inner in await plainly(peer.discover_descriptors(proxy)):
                    found.add_descriptor(
                        BleakGATTDescriptor(inner, inner.handle, uuid_text(inner.type), characteristic)
                    )
        return found

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        self._subscribed.clear()
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        """Disconnect, if there is a link."""
        if self._connection is not None:
            await plainly(self._connection.disconnect())

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
        return bytearray(await plainly(self._peer().read_value(characteristic.handle)))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_options: Any) -> bytearray:
        """The value now."""
        return bytearray(await plainly(self._peer().read_value(descriptor.handle)))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write, and wait for the answer when `response`."""
        await plainly(self._peer().write_value(characteristic.handle, bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write and wait for the answer."""
        await plainly(self._peer().write_value(descriptor.handle, bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_options: Any
    ) -> None:
        """Subscribe to notifications, or to indications where there are only those."""
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        if characteristic.handle in self._subscribed:
            raise BleakError("Characteristic notifications already started")

        def changed(value: bytes) -> None:
            callback(bytearray(value))

        self._subscribed[characteristic.handle] = changed
        await plainly(self._peer().subscribe(proxy, changed))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        changed = self._subscribed.pop(characteristic.handle, None)
        if changed is not None:
            await plainly(self._peer().unsubscribe(characteristic.obj, changed))
