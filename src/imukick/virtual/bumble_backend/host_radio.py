"""The computer's side of a virtual radio, and how bumble's words and errors become bleak's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bleak.exc import BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble import core, hci
from bumble.att import ATT_Error
from bumble.core import UUID
from bumble.device import Connection, Device

T = TypeVar("T")


class HostRadio:
    """The computer's side of a virtual radio: one bumble device that all of bleak's objects share.

    It is opened when it is first needed, and again after its other end has gone.
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
        """The other end is gone: report every link as lost, and drop the device."""
        device, self._device = self._device, None
        for connection in [] if device is None else list(device.connections.values()):
            connection.emit(connection.EVENT_DISCONNECTION, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)


async def plainly(question: Awaitable[T]) -> T:
    """The answer. bumble's exceptions become bleak's; a link lost meanwhile raises `BleakError`, not `CancelledError`."""
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
    """How often this task was asked to cancel; bumble cancels only the future it waits for when a link is lost."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def uuid_text(uuid: UUID) -> str:
    """A UUID as bleak writes it: 128 bits, lower case."""
    return normalize_uuid_str(uuid.to_hex_str("-"))


def peer_address(connection: Connection) -> str:
    """The other end's address as bleak writes it."""
    return str(connection.peer_address.to_string(with_type_qualifier=False))
