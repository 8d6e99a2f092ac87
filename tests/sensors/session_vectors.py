"""Vectors that are whole sessions: values received in order, and all that comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from imukick.errors import ProtocolError
from imukick.sensors.link import Action, Await, Decoded, Sensor, Then
from tests.sensors.foreign import holes, joined

CLOSE = {"t_s": 1e-6, "acc_mps2": 1e-5, "gyr_degps": 1e-4}
"""Of float32 readings, and of times in microseconds."""


def check(vector: Mapping[str, Any], sensor: Sensor) -> None:
    """Run it through a fresh decoder; everything must be as `expect` says, and what is `refused` be refused.

    `asks`: each step answers the question that the start then waits with.
    """
    assert vector["kind"] == "constructed"
    decoder = sensor.decoder()
    todo = list(decoder.start()) if vector.get("asks") else list(decoder.start())[:0]
    decoded: list[Decoded] = []
    for step in vector["steps"]:
        _until_awaited(todo)
        value = step["on"], bytes.fromhex(step["hex"]), step["arrival_s"]
        if step.get("refused"):
            with pytest.raises(ProtocolError):
                decoder.receive(*value)
        else:
            decoded += decoder.receive(*value)
    expect = vector["expect"]
    for name, got in zip(CLOSE, joined(decoded), strict=True):
        assert got == pytest.approx(np.array(expect[name], dtype=np.float64), abs=CLOSE[name]), name
    lost = [[hole.t_from_s, hole.t_to_s, hole.packets, hole.samples] for hole in holes(decoded)]
    assert len(lost) == len(expect["lost"])
    for one, wanted in zip(lost, expect["lost"], strict=True):
        assert one[:2] == pytest.approx(wanted[:2], abs=CLOSE["t_s"])
        assert one[2:] == wanted[2:]


def _until_awaited(todo: list[Action]) -> None:
    """What the start asks, up to the next answer that it waits for."""
    while todo:
        action = todo.pop(0)
        if isinstance(action, Then):
            todo[:0] = action.actions()
        elif isinstance(action, Await):
            return
