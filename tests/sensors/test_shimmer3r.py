"""Shimmer3R: its questions one after the other, answers and packets in any pieces, its own calibration, what is refused."""

from __future__ import annotations

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.errors import ProtocolError
from imukick.sensors.link import Action, Await, Decoded, Lost, Then, Wait, Write
from imukick.sensors.shimmer3r import CALIBRATION, SAYS, STEPS, Byte, Shimmer3R, parse_calibration
from tests.sensors.foreign import fed, holes, joined, settings_told

ACK = bytes([Byte.ACK])
LAYOUT = bytes([Byte.INQUIRY_ANSWER]) + (640).to_bytes(2, "little") + bytes(7) + bytes([6, 1, 10, 11, 12, 0, 1, 2])
PLAIN = (-100, 0, 0, 0, 100, 0, 0, 0, -100)
ACC = bytes([Byte.ACC_CALIBRATION_ANSWER]) + CALIBRATION.pack(0, 0, 0, 418, 418, 418, *PLAIN)
GYR = bytes([Byte.GYR_CALIBRATION_ANSWER]) + CALIBRATION.pack(0, 0, 0, 1400, 1400, 1400, *PLAIN)
ANSWERS = [ACK] * 5 + [ACK + LAYOUT, ACK + ACC, ACK + GYR, ACK]
LEVEL = (0, 0, 0, 0, 0, -4099)
"""Rate, acceleration in counts; the chip's z looks down."""


def packet(ticks: int, *counts: int) -> bytes:
    return b"\0" + (ticks % 2**24).to_bytes(3, "little") + struct.pack("<6h", *[*counts, *LEVEL[len(counts) :]])


def started(decoder: Shimmer3R | None = None) -> Shimmer3R:
    """With all questions answered as they are asked."""
    decoder = decoder or Shimmer3R()
    talked(decoder, ANSWERS)
    return decoder


def talked(decoder: Shimmer3R, answers: list[bytes]) -> tuple[list[bytes], list[Decoded]]:
    """(What it asks, what is told), where each question in turn is given its answer in two pieces."""
    asked: list[bytes] = []
    decoded: list[Decoded] = []
    left = list(answers)
    todo: list[Action] = list(decoder.start())
    pieces: list[bytes] = []
    while todo:
        match todo.pop(0):
            case Write(_, data) if data != bytes([Byte.STOP]):
                asked.append(data)
                answer = left.pop(0)
                pieces = [answer[:1], *([answer[1:]] if answer[1:] else [])]
            case Await() | Wait() if pieces:
                decoded += decoder.receive(SAYS, pieces.pop(0), 0.0)
            case Then(more):
                todo = [*more(), *todo]
            case _:
                pass
    return asked, decoded


def test_each_question_waits_for_the_answer_before() -> None:
    decoder = Shimmer3R()
    asked, decoded = talked(decoder, ANSWERS)
    assert asked == [question for question, _ in STEPS]
    said = settings_told(decoded)
    assert (said.rate_hz, said.warnings[0][:21]) == (51.2, "imukick set it to 51.")
    assert [one.data for one in decoder.stop() if isinstance(one, Write)] == [bytes([Byte.STOP])]


def test_packets_become_samples_by_its_own_calibration() -> None:
    decoded = fed(started(), SAYS, [packet(640 * k, 1400, 700, -14, 418, 209, -4099) for k in range(5)], every_s=0.02)
    t_s, acc, gyr = joined(decoded)
    assert t_s == pytest.approx(np.arange(4) * 640 / 32768)
    assert acc[0] == pytest.approx([-1.0, 0.5, 4099 / 418])
    assert gyr[0] == pytest.approx([-100.0, 50.0, 1.0])


def test_offset_gain_and_alignment() -> None:
    data = CALIBRATION.pack(10, -20, 30, 100, 200, 400, 0, -100, 0, -100, 0, 0, 0, 0, -100)
    found = parse_calibration(data, 1.0)
    assert found.units(np.array([[110.0, 180.0, 430.0]])) == pytest.approx(np.array([[-1.0, -1.0, -1.0]]))
    assert found.units(np.array([[210.0, -20.0, 30.0]])) == pytest.approx(np.array([[0.0, -2.0, 0.0]]))


@pytest.mark.parametrize("data", [bytes(21), b"\xff" * 21, CALIBRATION.pack(0, 0, 0, 418, 418, 418, *([0] * 9))])
def test_a_calibration_that_cannot_be_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="empty or impossible: set it to default in Consensys"):
        parse_calibration(data, 1.0)


@settings(max_examples=40)
@given(
    cuts=st.lists(st.integers(0, 700), max_size=20),
    between=st.lists(st.sampled_from([b"", b"", ACK + b"\x8a\x71\x01\x02", b"\x8a\x71\xff\x00"]), min_size=20),
)
def test_packets_and_words_between_them_may_be_cut_anywhere(cuts: list[int], between: list[bytes]) -> None:
    stream = b"".join(packet(640 * k, k, 0, -1, 255, 0, -4099) + between[k] for k in range(20)) + packet(640 * 20)
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    found = joined(fed(started(), SAYS, [stream[a:b] for a, b in pairwise(edges)]))[0]
    assert found == pytest.approx(np.arange(20) * 640 / 32768)


@pytest.mark.parametrize("left", range(16))
def test_a_torn_packet_is_never_filled_up_with_the_next(left: int) -> None:
    """It costs itself, and at most the one before or behind it."""
    packets = [packet(640 * k, 0, 0, 0, 0, k, -k) for k in range(9)]
    decoded = fed(started(), SAYS, [b"".join(packets[:3]) + packets[3][:left] + b"".join(packets[4:])])
    t_s, acc, _ = joined(decoded)
    numbers = np.round(t_s / (640 / 32768)).astype(int).tolist()
    assert np.round(acc[:, 1] * 418).astype(int).tolist() == numbers
    assert 3 not in numbers
    assert {0, 1, 5, 6, 7} <= set(numbers)
    assert len(numbers) >= 5
    assert sum(one.packets or 0 for one in holes(decoded)) == 8 - len(numbers)


def test_its_clock_wraps_after_512_s() -> None:
    decoded = fed(started(), SAYS, [packet(2**24 - 1280 + 640 * k) for k in range(7)], every_s=0.02)
    assert joined(decoded)[0] == pytest.approx(np.arange(6) * 640 / 32768)
    assert holes(decoded) == []


def test_a_minute_without_a_packet_is_a_hole() -> None:
    decoder = started()
    decoded = fed(decoder, SAYS, [packet(640 * k) for k in range(3)], every_s=0.02)
    later = 640 * 1000
    decoded += fed(decoder, SAYS, [packet(later + 640 * k) for k in range(4)], every_s=0.02, from_s=19.5)
    t_s = joined(decoded)[0]
    assert len(t_s) == 6
    assert holes(decoded) == [Lost(t_s[2], t_s[3], 997, 997)]


def test_a_new_connection_asks_again_and_goes_on_behind() -> None:
    decoder = started()
    decoded = fed(decoder, SAYS, [packet(640 * k) for k in range(4)], every_s=0.02)
    started(decoder)
    decoded += fed(decoder, SAYS, [packet(300 + 640 * k) for k in range(4)], every_s=0.02, from_s=30.0)
    t_s = joined(decoded)[0]
    assert len(t_s) == 6
    assert (np.diff(t_s) > 0).all()


@pytest.mark.parametrize(
    ("step", "answer", "words"),
    [
        (0, b"\xfe", "refuses a command: update its firmware"),
        (5, ACK + LAYOUT[:-1] + b"\x07", "does not measure what it was set to"),
        (5, ACK + LAYOUT[:10] + bytes([30, 1]) + bytes(30), "does not measure what it was set to"),
        (5, ACK + LAYOUT[:1] + bytes(2) + LAYOUT[3:], "does not measure what it was set to"),
        (6, ACK + ACC[:1] + bytes(21), "its calibration is empty"),
        (6, ACK + ACC[:-1], "breaks off in the middle of an answer"),
    ],
)
def test_answers_that_end_the_start(step: int, answer: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        talked(Shimmer3R(), [*ANSWERS[:step], answer, *ANSWERS[step + 1 :]])
