"""The link to a page that others in the network can reach, as a code for a phone's camera, with what that exposes."""

from __future__ import annotations

import io
from typing import Final

import segno

EXPOSED: Final = (
    "Everybody in this network can reach the page at this address; only who has the link gets in, one browser a link.",
    "Who gets in sees the session and can set marks, pause and end it; nothing else on this computer is shown.",
    "It travels unencrypted: in a network that you do not trust, leave --page-host away.",
)
"""What a page beyond this computer exposes, in lines for a terminal."""


def code_lines(link: str) -> list[str]:
    """A QR code of the link in half-height blocks, a line each, with its quiet zone.

    >>> len(code_lines("http://192.0.2.7:8642/?token=" + "x" * 32)) <= 24
    True
    """
    drawn = io.StringIO()
    segno.make(link, error="l", micro=False).terminal(out=drawn, compact=True, border=2)
    return drawn.getvalue().splitlines()
