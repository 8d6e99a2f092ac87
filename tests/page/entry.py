"""Going into a live page as a browser does: the link's token is exchanged for a cookie, once."""

from __future__ import annotations

import http.client
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.typing import Origin

LONG_S: Final = 20.0


def cookie_of(link: str) -> str:
    """What a browser gets for this link, as it sends it back."""
    place = urlsplit(link)
    line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=LONG_S)
    try:
        line.request("GET", f"{place.path}?{place.query}")
        answer = line.getresponse()
        answer.read()
        assert answer.status == 303, answer.status
        return (answer.headers["Set-Cookie"] or "").partition(";")[0]
    finally:
        line.close()


def web(link: str, cookie: str, origin: str | None = None) -> connect:
    """The websocket of that page."""
    place = urlsplit(link).netloc
    headers = {"Cookie": cookie} if cookie else {}
    return connect(
        f"ws://{place}/live", origin=Origin(origin or f"http://{place}"), additional_headers=headers, compression=None
    )
