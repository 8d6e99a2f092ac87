"""Thingy:52: its scales, its settings kept, times of arrival."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from imukick.errors import ProtocolError
from imukick.sensors import thingy52 as thingy
from imukick.sensors.imukick_v1 import FIRMWARE_REVISION, MODEL_NUMBER
from imukick.sensors.link import Lost, Subscribe, Then, Write
from imukick.sensors.thingy52 import Thingy52
from imukick.units import STANDARD_GRAVITY_MPS2 as G
from tests.sensors.foreign import fed, holes, joined, pieces, settings_told

OWN_SETTINGS = struct.pack("<4HB", 500, 400, 100, 200, 1)


def started() -> Thingy52:
    decoder = Thingy52()
    decoder.start()
    decoder.receive(thingy.CONFIG, OWN_SETTINGS, 0.0)
    return decoder


def test_counts_are_1024_a_g_and_32_a_degree() -> None:
    _, acc, gyr = joined(fed(started(), thingy.RAW, [struct.pack("<9h", 1024, -512, 0, 8000, -3200, 16, 480, 0, -720)]))
    assert acc / G == pytest.approx(np.array([[1.0, -0.5, 0.0]]))
    assert gyr == pytest.approx(np.array([[250.0, -100.0, 0.5]])), "aiothingy's 256 would make it eight times too small"


def test_times_are_those_of_arrival_and_never_fall() -> None:
    decoder = started()
    decoded = [one for at_s in (5.0, 5.002, 5.002, 5.045, 5.04) for one in decoder.receive(thingy.RAW, bytes(18), at_s)]
    assert joined(decoded)[0] == pytest.approx([0.0, 0.002, 0.002, 0.045, 0.045])
    assert {one.clock for one in pieces(decoded)} == {"host"}


def test_only_the_rate_is_changed_and_put_back() -> None:
    decoder = Thingy52()
    *_, then = decoder.start()
    decoder.receive(thingy.CONFIG, OWN_SETTINGS, 0.0)
    assert isinstance(then, Then)
    wanted = struct.pack("<4HB", 500, 400, 100, 50, 1)
    assert then.actions() == (Write(thingy.CONFIG, wanted), Subscribe(thingy.RAW))
    decoder.start()
    decoder.receive(thingy.CONFIG, wanted, 9.0)
    assert decoder.stop() == (Write(thingy.CONFIG, OWN_SETTINGS),), "over a reconnection too"


def test_it_says_who_it_is() -> None:
    decoder = Thingy52()
    decoder.start()
    fed(decoder, MODEL_NUMBER, [b"Thingy:52\0"])
    fed(decoder, FIRMWARE_REVISION, [b"2.2.0"])
    said = settings_told(decoder.receive(thingy.CONFIG, OWN_SETTINGS, 0.0))
    assert (said.model, said.firmware, said.rate_hz) == ("Thingy:52", "2.2.0", 50.0)


@pytest.mark.parametrize(("on", "size"), [(thingy.RAW, 17), (thingy.RAW, 19), (thingy.CONFIG, 8), (thingy.CONFIG, 10)])
def test_other_sizes_are_refused(on: str, size: int) -> None:
    with pytest.raises(ProtocolError, match=f"{size} bytes, expected"):
        started().receive(on, bytes(size), 0.0)


def test_a_new_connection_begins_with_a_hole() -> None:
    decoder = started()
    decoded = fed(decoder, thingy.RAW, [bytes(18)] * 3, every_s=0.02)
    decoder.start()
    decoded += fed(decoder, thingy.RAW, [bytes(18)] * 3, every_s=0.02, from_s=7.0)
    assert holes(decoded) == [Lost(0.04, 7.0, None, None)]
