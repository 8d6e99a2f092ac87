"""Who may come in: the page's own address and origin, and beyond this computer a link with a token that works once."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

COOKIE: Final = "imukick"
TOKEN_BYTES: Final = 24
"""192 random bits, as long as nobody can try out (secrets' own default is 32 bytes; a shorter link is a coarser QR code)."""
NAMES_OF_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


class Doors:
    """What a request must bring along. `host`: where the server listens; `port` is known once it does.

    On loopback: a Host header that names this computer, and for the websocket an Origin that is the page's own, so that no
    other page in the same browser gets in. Beyond loopback also a cookie, which the token in the link is exchanged for,
    once. Raises `ValueError` for a host that is no address of a network.
    """

    def __init__(self, host: str) -> None:
        self.host = "127.0.0.1" if host == "localhost" else host
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            raise ValueError(f"{host[:60]!r} is not an address such as 127.0.0.1, 192.168.1.5 or 0.0.0.0") from None
        self.guarded = not address.is_loopback
        self.everywhere = address.is_unspecified
        self.port = 0
        self._token = secrets.token_urlsafe(TOKEN_BYTES) if self.guarded else ""
        self._sessions: list[str] = []

    @property
    def link(self) -> str:
        """Where the page is; beyond loopback with a token that has not been used yet."""
        host = outward_address(self.host) if self.everywhere else self.host
        place = f"[{host}]" if ":" in host else host
        return f"http://{place}:{self.port}/" + (f"?token={self._token}" if self.guarded else "")

    def exchange(self, token: str) -> str | None:
        """The cookie's value for a token, which is then used up and followed by a new one; None for a wrong token."""
        if not self.guarded or not _same(token, self._token):
            return None
        self._token = secrets.token_urlsafe(TOKEN_BYTES)
        self._sessions.append(secrets.token_urlsafe(TOKEN_BYTES))
        return self._sessions[-1]

    def knows(self, cookies: Mapping[str, str]) -> bool:
        """Whether a browser was let in before; on loopback all are."""
        told = cookies.get(COOKIE, "")
        return not self.guarded or any(_same(told, session) for session in self._sessions)

    def host_is_ours(self, host: str | None) -> bool:
        """Whether a Host header names this server. A page elsewhere whose name was made to point here brings its own name."""
        if host is None:
            return False
        name, _, port = host.rpartition(":")
        if not port.isdecimal() or int(port) != self.port:
            return False
        if not self.guarded:
            return name in NAMES_OF_LOOPBACK
        return name in NAMES_OF_LOOPBACK or self._address(name)

    def origin_is_ours(self, origin: str | None, host: str | None) -> bool:
        """Whether a websocket was opened by our own page: its Origin is the Host it asks, over http."""
        if origin is None or not self.host_is_ours(host):
            return False
        parts = urlsplit(origin)
        return parts.scheme == "http" and parts.netloc == host

    def _address(self, name: str) -> bool:
        try:
            address = ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return self.everywhere or address == ipaddress.ip_address(self.host)


def outward_address(host: str) -> str:
    """The address under which others in the network reach this computer; `host` itself where there is no network.

    A datagram socket that is only connected sends nothing: the system says by which address it would. The far end is from
    the blocks that RFC 5737 and RFC 3849 keep for documents.
    """
    six = ":" in host
    far = ("2001:db8::1", 9) if six else ("192.0.2.1", 9)
    with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(far)
        except OSError:
            return "::1" if six else "127.0.0.1"
        return str(asking.getsockname()[0])


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode("utf-8", "replace"), other.encode())
