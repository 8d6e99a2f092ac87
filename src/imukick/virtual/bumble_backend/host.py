"""bumble's host, which sends commands to a controller, corrected: cancelling a task does not lose its command."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bumble import hci
from bumble.host import Host

logging.getLogger("bumble").addHandler(logging.NullHandler())
"""Without it, and where nobody has set up logging, bumble's warnings about broken links would reach the terminal."""

Answer = hci.HCI_Command_Complete_Event[Any] | hci.HCI_Command_Status_Event


class SteadyHost(Host):
    """A host whose commands run to their end even when nobody waits for them any more.

    bumble's own host drops a command whose task is cancelled. Its answer then raises in the event loop, or is taken for the
    answer to the next command.
    """

    async def _send_command(
        self, command: hci.HCI_SyncCommand[Any] | hci.HCI_AsyncCommand, response_timeout: float | None = None
    ) -> Answer:
        sending = asyncio.ensure_future(super()._send_command(command, response_timeout))
        sending.add_done_callback(_forget)  # where nobody waits any more, nobody wants to know either
        return await asyncio.shield(sending)

    def on_command_processed(self, event: Answer) -> None:
        """Hand an answer to its command, unless the command has just been cancelled together with the event loop."""
        if self.pending_response is None or not self.pending_response.done():
            super().on_command_processed(event)

    def on_transport_lost(self) -> None:
        """The controller is gone; report it to the waiting command, unless that was just answered."""
        if self.pending_response is not None and self.pending_response.done():
            self.pending_response = None
        super().on_transport_lost()  # type: ignore[no-untyped-call]  # bumble does not annotate it


def _forget(sending: asyncio.Future[Answer]) -> None:
    """Mark its error as seen, so that asyncio does not log it."""
    if not sending.cancelled():
        sending.exception()
