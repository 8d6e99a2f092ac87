"""The link between virtual controllers: bumble's link and controller, corrected where they differ from a radio."""

from __future__ import annotations

import asyncio
import hashlib

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.device import Device, DeviceConfiguration
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink, TransportSink, TransportSource

from imukick.virtual.bumble_backend.host import SteadyHost

ACL_BYTES = 251
"""Longest payload of a link-layer data PDU (Bluetooth Core 5.0, volume 6, part B, 2.4), so that a packet is one PDU."""


class VirtualLink(LocalLink):
    """A bumble link on which data travels by the address a connection was made with, not by the sender's latest one."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # bumble does not annotate it

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Deliver to the other end of the connection; drop the data when it has gone."""
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if connection is None or receiver is None:
            return
        own_address = connection.self_address

        def deliver() -> None:
            if own_address in receiver.le_connections:
                receiver.on_link_acl_data(own_address, transport, data)

        asyncio.get_running_loop().call_soon(deliver)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Deliver to the other end; drop the packet when it has gone."""
        if self.find_le_controller(receiver_address) is not None:
            super().send_ll_control_pdu(sender_address, receiver_address, packet)

    def scan_response(self, address: hci.Address) -> bytes:
        """The scan response of the advertiser with this address; empty when nobody has it."""
        for controller in self.controllers:
            for advertising in controller.advertising_sets.values():
                if advertising.address == address:
                    return bytes(advertising.scan_response_data)
        return b""

    def break_links(self, address: hci.Address) -> None:
        """Every connection of the device of this address ends on both sides as when the other is out of reach: 0x08, connection timeout."""
        for controller in self.controllers:
            for connection in list(controller.le_connections.values()):
                if address in (connection.self_address, connection.peer_address):
                    controller.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)


class LinkController(Controller):
    """A bumble controller with long packets, true scan responses, and a reset and a cancel that follow the specification."""

    le_acl_data_packet_length = ACL_BYTES
    acl_data_packet_length = ACL_BYTES

    def __init__(
        self,
        name: str,
        link: VirtualLink,
        host_source: TransportSource | None = None,
        host_sink: TransportSink | None = None,
    ) -> None:
        address = hci.Address.generate_static_address()
        super().__init__(name, host_source=host_source, host_sink=host_sink, link=link, public_address=bytes(address))
        self.virtual_link = link

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Send to the host. Reports of scan responses get the advertiser's own data, which bumble's controller lacks.

        Advertisements and scan responses are marked as legacy PDUs: only then does a host that looks for a service (Linux)
        join the name in one with the service in the other. A new connection is reported by the event of extended
        advertising: Linux waits for that one, and cannot hang up before it has come.
        """
        if isinstance(packet, hci.HCI_LE_Connection_Complete_Event) and packet.status == hci.HCI_ErrorCode.SUCCESS:
            packet = _enhanced(packet)
        elif isinstance(packet, hci.HCI_LE_Extended_Advertising_Report_Event):
            kind = hci.HCI_LE_Extended_Advertising_Report_Event.EventType
            for report in packet.reports:
                report.event_type |= (
                    kind.CONNECTABLE_ADVERTISING | kind.SCANNABLE_ADVERTISING | kind.LEGACY_ADVERTISING_PDU_USED
                )
                if report.event_type & kind.SCAN_RESPONSE:
                    report.data = self.virtual_link.scan_response(report.address)
        super().send_hci_packet(packet)

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Send to the other end; drop the packet when the link was lost while it waited."""
        if self.find_connection_by_handle(packet.connection_handle) is not None:
            super().on_hci_acl_data_packet(packet)

    def on_hci_reset_command(self, command: hci.HCI_Reset_Command) -> hci.HCI_StatusReturnParameters:
        """A host starts over: drop the links of the host before it, and stop scanning and advertising."""
        for connection in list(self.le_connections.values()):
            self._hang_up(connection)
        self.pending_le_connection = None
        self.le_scan_enable = False
        for advertising in self.advertising_sets.values():
            advertising.stop()
        self.advertising_sets.clear()
        self.le_legacy_advertiser.stop()
        return super().on_hci_reset_command(command)

    def _hang_up(self, connection: Connection) -> None:
        reason = hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR
        connection.send_ll_control_pdu(ll.TerminateInd(reason))
        del self.le_connections[connection.peer_address]

    def on_hci_le_create_connection_cancel_command(
        self, command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Give up connecting, and report it: the host waits for the report."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is not None:
            self.send_hci_packet(
                hci.HCI_LE_Connection_Complete_Event(
                    status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                    connection_handle=0,
                    role=hci.Role.CENTRAL,
                    peer_address_type=pending.peer_address_type,
                    peer_address=pending.peer_address,
                    connection_interval=0,
                    peripheral_latency=0,
                    supervision_timeout=0,
                    central_clock_accuracy=0,
                )
            )
        return super().on_hci_le_create_connection_cancel_command(command)


def _enhanced(event: hci.HCI_LE_Connection_Complete_Event) -> hci.HCI_LE_Enhanced_Connection_Complete_Event:
    """The same connection as an enhanced event, without resolvable private addresses."""
    nobody = hci.Address.ANY
    return hci.HCI_LE_Enhanced_Connection_Complete_Event(
        status=event.status,
        connection_handle=event.connection_handle,
        role=event.role,
        peer_address_type=event.peer_address_type,
        peer_address=event.peer_address,
        local_resolvable_private_address=nobody,
        peer_resolvable_private_address=nobody,
        connection_interval=event.connection_interval,
        peripheral_latency=event.peripheral_latency,
        supervision_timeout=event.supervision_timeout,
        central_clock_accuracy=event.central_clock_accuracy,
    )


def device_on(link: VirtualLink, name: str) -> Device:
    """A bumble device (a whole Bluetooth host) with a controller of its own on the link; not switched on yet."""
    controller = LinkController(name, link)
    host = SteadyHost(controller_source=controller, controller_sink=AsyncPipeSink(controller))
    config = DeviceConfiguration(name=name, address=static_address(name))
    return Device(config=config, host=host)


def static_address(name: str) -> hci.Address:
    """A random static address (its two top bits set) that a device of this name always has, as real ones keep theirs."""
    drawn = bytearray(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:6])
    drawn[5] |= 0xC0
    return hci.Address(bytes(drawn), hci.Address.RANDOM_DEVICE_ADDRESS)
