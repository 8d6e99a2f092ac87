"""Who may come in: the page's own address and origin, and a link with a token that works once."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Mapping
from typing import Final

COOKIE: Final = "imukick"
TOKEN_BYTES: Final = 24
"""192 random bits, as long as nobody can try out (secrets' own default is 32 bytes; a shorter link is a coarser QR code)."""
HTTP_PORT: Final = 80
NAMES_OF_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


class Access:
    """What a request must bring along. `host`: where the server listens; `port` is known once it does.

    A Host header that names this server, and for the websocket an Origin that is the page's own, so that no other page in the same
    browser gets in; and a cookie, which the token in the link is exchanged for, once: on this computer too, which other people may use.
    `exposed`: whether others in the network reach it. Raises `ValueError` for a host that is not the address of a network.
    """

    def __init__(self, host: str) -> None:
        self.host = "127.0.0.1" if host == "localhost" else host
        try:
            self._own = ipaddress.ip_address(self.host)
        except ValueError:
            raise ValueError(f"{host[:60]!r} is not an address such as 127.0.0.1, 192.168.1.5 or 0.0.0.0") from None
        if "%" in self.host:
            raise ValueError(f"{host[:60]!r} names an interface, and browsers open no such address; take another one")
        self.exposed = not (getattr(self._own, "ipv4_mapped", None) or self._own).is_loopback
        self.everywhere = self._own.is_unspecified
        self.port = 0
        self._token = secrets.token_urlsafe(TOKEN_BYTES)
        self._sessions: list[str] = []

    @property
    def cookie(self) -> str:
        """Its name: browsers send cookies to every port of a host, and another page may be served there."""
        return f"{COOKIE}-{self.port}"

    @property
    def link(self) -> str:
        """Where the page is, with a token that has not been used yet."""
        host = outward_address(self.host) if self.everywhere else self.host
        place = f"[{host}]" if ":" in host else host
        return f"http://{place}:{self.port}/?token={self._token}"

    def exchange(self, token: str) -> str | None:
        """The cookie's value for a token, which is then used up and followed by a new one; None for a wrong token."""
        if not _same(token, self._token):
            return None
        self._token = secrets.token_urlsafe(TOKEN_BYTES)
        self._sessions.append(secrets.token_urlsafe(TOKEN_BYTES))
        return self._sessions[-1]

    def knows(self, cookies: Mapping[str, str]) -> bool:
        """Whether a browser was let in before."""
        told = cookies.get(self.cookie, "")
        return any(_same(told, session) for session in self._sessions)

    def host_is_ours(self, host: str | None) -> bool:
        """Whether a Host header names this server. A page elsewhere whose name was made to point here brings its own name."""
        if host is None:
            return False
        name, colon, port = host.rpartition(":")
        if not colon or host.endswith("]"):
            name, port = host, str(HTTP_PORT)  # which browsers leave away
        if not (port.isascii() and port.isdecimal()) or int(port[:6]) != self.port:
            return False
        return name in NAMES_OF_LOOPBACK or self._address(name)

    def origin_is_ours(self, origin: str | None, host: str | None) -> bool:
        """Whether a websocket was opened by our own page: its Origin is the Host it asks, over http."""
        if origin is None or not self.host_is_ours(host):
            return False
        return origin == f"http://{host}"

    def _address(self, name: str) -> bool:
        try:
            address = ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return self.everywhere or address == self._own


def outward_address(host: str) -> str:
    """The address under which others in the network reach this computer; `host` itself where there is no network.

    A datagram socket that is only connected sends nothing: the system says by which address it would. The far end is from
    the blocks that RFC 5737 and RFC 3849 keep for documents.
    """
    six = ":" in host
    far = ("2001:db8::1", 9) if six else ("192.0.2.1", 9)
    try:
        with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(far)
            return str(asking.getsockname()[0])
    except OSError:
        return "::1" if six else "127.0.0.1"


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode("utf-8", "replace"), other.encode())
