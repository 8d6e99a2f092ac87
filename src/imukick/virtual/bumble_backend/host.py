"""bumble's host, which sends commands to a controller, mended: a task that is cancelled takes no command with it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bumble import hci
from bumble.host import Host

logging.getLogger("bumble").addHandler(logging.NullHandler())
"""Where nobody has set up logging, its warnings of all that a broken link brings with it would reach the terminal."""

Answer = hci.HCI_Command_Complete_Event[Any] | hci.HCI_Command_Status_Event


class SteadyHost(Host):
    """A host whose commands run to their end even when nobody waits for them any more.

    bumble's own drops a command whose task is cancelled; the answer then comes to nobody, and is an exception in the event loop,
    or to the next command, which did something else.
    """

    async def _send_command(
        self, command: hci.HCI_SyncCommand[Any] | hci.HCI_AsyncCommand, response_timeout: float | None = None
    ) -> Answer:
        sending = asyncio.ensure_future(super()._send_command(command, response_timeout))
        sending.add_done_callback(_forget)  # where nobody waits any more, nobody wants to know either
        return await asyncio.shield(sending)

    def on_command_processed(self, event: Answer) -> None:
        """An answer; none is heard by a command that was ended together with the whole loop, in this very turn of it."""
        if self.pending_response is None or not self.pending_response.done():
            super().on_command_processed(event)

    def on_transport_lost(self) -> None:
        """The controller is gone; a command that was just answered does not learn of it."""
        if self.pending_response is not None and self.pending_response.done():
            self.pending_response = None
        super().on_transport_lost()  # type: ignore[no-untyped-call]  # bumble says no types there


def _forget(sending: asyncio.Future[Answer]) -> None:
    """Its error, if it has one, has been looked at."""
    if not sending.cancelled():
        sending.exception()
