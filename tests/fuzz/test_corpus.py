"""The kept inputs of the fuzzing, each tried once more; and that what is tried is not all refused."""

from __future__ import annotations

import random
from pathlib import Path

from tests.fuzz import decoders, histories, phone, readers, seeds, words

CORPUS = Path(__file__).resolve().parent / "corpus"


def kept(room: str) -> list[bytes]:
    """Several inputs to a file, for a checkout of few files: [u16 length][input]."""
    data = (CORPUS / f"{room}.bin").read_bytes()
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 2], "little")
        found.append(data[at + 2 : at + 2 + size])
        at += 2 + size
    return found


def test_decoders_may_only_refuse() -> None:
    for data in kept("decoders"):
        decoders.session(data)


def test_readers_may_only_refuse(tmp_path: Path) -> None:
    for k, data in enumerate(kept("readers")):
        folder = tmp_path / str(k)
        folder.mkdir()
        readers.attempt(data, folder)


def test_histories_may_only_refuse(tmp_path: Path) -> None:
    chance = random.Random(17)
    original = histories.whole(tmp_path)
    for k in range(12):
        folder = tmp_path / str(k)
        folder.mkdir()
        histories.attempt(chance.randbytes(4 * chance.randrange(1, 5)), folder, original)


def test_words_and_messages_are_taken_or_left() -> None:
    chance = random.Random(17)
    for _ in range(300):
        words.mark(chance.randbytes(chance.randrange(40)))
        words.message(b'{"say": "note ' + chance.randbytes(chance.randrange(40)) + b'"}')
    for text in ("\x1b[2J\0\u2028\u202e", "\ud83d half", '"' * 3, "=1+1, =2"):
        words.mark(b"s" + text.encode("utf-8", "surrogatepass"))


def test_each_decoder_is_reached() -> None:
    reached = {name: sum(map(len, decoders.session(data))) for name, data in seeds.of_decoders().items()}
    assert [name for name, samples in reached.items() if not samples] == []
    assert len(reached) >= len(decoders.NAMES)


def test_a_phone_is_reached() -> None:
    """Replies of some numbers each, among them one that is none."""
    rows = [bytes([1]) + b"".join(bytes([2, 4 * k, 4 * k + 1]) for _ in phone.NUMBERS) for k in range(1, 9)]
    records = b"".join(bytes([4, 1, len(row)]) + row for row in rows[:4])
    records += bytes([3, 1, 2]) + b"{}" + b"".join(bytes([4, 1, len(row)]) + row for row in rows[4:])
    assert sum(map(len, phone.session(records))) > 4


def test_the_readers_are_reached() -> None:
    read = [name for name, data in seeds.of_readers().items() if readers.attempt_anywhere(data) is not None]
    assert len(read) >= 20
