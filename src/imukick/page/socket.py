"""The socket that the page is served on: bound before anything else begins, so that a taken port is told at once."""

from __future__ import annotations

import socket
import sys
from typing import Final

from imukick.errors import ImukickError

WAITING: Final = 128
"""Connections that the system holds until they are accepted. Chosen: what is accepted within a second."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens on this address; `port` 0 takes a free one. Raises `ImukickError` where that cannot be."""
    if not 0 <= port <= 65535:
        raise ImukickError(f"--page-port {port} cannot be; give one from 1024 to 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound: socket.socket | None = None
    try:
        bound = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":  # there it would let two programs share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(WAITING)  # from now on a browser waits instead of being refused
    except OSError as error:
        if bound is not None:
            bound.close()
        why = error.strerror or str(error)
        raise ImukickError(f"the page cannot be served on {host} port {port}: {why}; try another --page-port") from None
    return bound
