"""Which of several sensors in range: the one there is, or the one that a person picks."""

from __future__ import annotations

import asyncio

from imukick.cli.keyboard import interactive, typed
from imukick.cli.screen import Screen
from imukick.errors import SensorError
from imukick.live.stopping import Stop
from imukick.sources.ble import Found


async def chosen(found: list[Found], want: str | None, stop: Stop, screen: Screen) -> Found:
    """The one sensor, or the one that the user picks of several."""
    if not found:
        who = "no sensor that imukick knows" if want is None else f"no sensor called {want!r}"
        message = f"{who} in range; switch it on and bring it near, imukick scan lists what is there"
        raise SensorError(message, reason="not found")
    if len(found) == 1:
        return found[0]
    names = [f"{one.name or 'no name'} ({one.address})" for one in found]
    if not interactive() or screen.quiet:
        raise SensorError(
            f"{len(found)} sensors in range: {'; '.join(names)}; say which with --sensor", reason="several"
        )
    for number, name in enumerate(names, 1):
        screen.print(f"{number}  {name}")
    screen.print("Which one? Its number, then Enter:")
    lines: asyncio.Queue[str] = asyncio.Queue()
    with typed(lines.put_nowait, lines=True):
        while True:
            line = (await stop.before(lines.get())).strip()
            if line.isdecimal() and 1 <= int(line) <= len(found):
                return found[int(line) - 1]
            screen.print(f"a number from 1 to {len(found)}, please")
