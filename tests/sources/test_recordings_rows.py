"""Rows of numbers: quick and one by one read the same, or both refuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imukick.errors import RecordingError
from imukick.signals import FloatArray
from imukick.sources.recordings import rows as under_test
from imukick.sources.recordings.rows import line_of_row, read_rows


def read(body: str, *, width: int = 3, positions: tuple[int, ...] = (0, 1, 2), delimiter: str = ",") -> FloatArray:
    raw = body.encode()
    headers = [f"c{k}" for k in range(width)]
    return read_rows(raw, raw, headers=headers, positions=positions, delimiter=delimiter, path=Path("a.csv"), line=1)


def one_by_one(body: str, width: int) -> FloatArray:
    headers = [f"c{k}" for k in range(width)]
    return under_test._one_by_one(body.encode(), headers, range(width), ",", ".", Path("a.csv"), 1)


NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(repr)
CELLS = st.one_of(
    NUMBERS,
    st.sampled_from(
        ["", " ", "nan", "inf", "-", "1e400", "1_0", "0x10", "1,5", '"1.0"', " 2.5 ", "+3", "4.", ".5", "٣"]
    ),
)


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=20))
def test_every_number_reads_back_equal(cells: list[list[str]]) -> None:
    expected = np.array([[float(cell) for cell in row] for row in cells])
    got = read("".join(",".join(row) + "\n" for row in cells))
    assert np.array_equal(got, expected)
    assert np.array_equal(np.signbit(got), np.signbit(expected))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8), st.sampled_from(["\n", "", "\n\n"]))
def test_quick_and_one_by_one_agree_on_any_table(cells: list[list[str]], end: str) -> None:
    body = "\n".join(",".join(row) for row in cells) + end
    expected = outcome(lambda: one_by_one(body, 3))
    assert outcome(lambda: read(body)) == expected


def outcome(read: Callable[[], FloatArray]) -> list[list[float]] | str:
    try:
        found: list[list[float]] = read().tolist()
    except RecordingError as error:
        return str(error)
    return found


@pytest.mark.parametrize(
    ("body", "line", "told"),
    [
        ("1,2,3\n1,x,3\n", 3, "'x' in column 'c1' is not a number"),
        ("1,2,3\n1,,3\n", 3, "nothing in column 'c1'"),
        ("1,2,3\n\n1,nan,3\n", 4, "'nan' in column 'c1'; leave out rows without a finite number"),
        ("1,2,-inf\n", 2, "'-inf' in column 'c2'"),
        ("1,2,1e999\n", 2, "'1e999' in column 'c2'"),
        ("1,2,3\n1,2\n", 3, "2 fields where the header names 3"),
        ("1,2,3\n1,2,3,4\n", 3, "4 fields where the header names 3"),
        ("1,2\n1,2,3,4\n", 2, "2 fields"),
        ("1,5,2,5,3,5\n", 2, "decimal commas"),
        ("1,2,3\n1,2,0x10\n", 3, "'0x10'"),
        ("1,2,3\n1,2,1_000\n", 3, "'1_000'"),
    ],
)
def test_a_bad_row_is_told_with_its_line(body: str, line: int, told: str) -> None:
    with pytest.raises(RecordingError) as caught:
        read(body)
    assert caught.value.line == line
    assert told in str(caught.value)


@pytest.mark.parametrize("cell", ["x", "1", '"'])
def test_a_field_of_a_megabyte_is_told_in_few_words(cell: str) -> None:
    with pytest.raises(RecordingError) as caught:
        read("1,2,3\n1," + cell * 1_000_000 + ",3\n")
    assert len(str(caught.value)) < 200


def test_decimal_commas_where_they_can_be_told() -> None:
    assert read("1,5;-2,25;3\n0;1;2,125\n", delimiter=";").tolist() == [[1.5, -2.25, 3.0], [0.0, 1.0, 2.125]]


def test_a_decimal_sign_that_changes_is_told() -> None:
    with pytest.raises(RecordingError, match=r"a\.csv:3: '1,5' .* the decimal sign is '\.'"):
        read("1.5;2.5;3.5\n1,5;2.5;3.5\n", delimiter=";")


def test_words_in_columns_nobody_asked_for() -> None:
    got = read("1,left ankle,2,3\n4,nan,5,6\n", width=4, positions=(0, 2, 3))
    assert got.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def test_quoted_numbers() -> None:
    assert read('"1.5","2",3\n').tolist() == [[1.5, 2.0, 3.0]]


def test_no_rows_is_an_empty_array() -> None:
    assert read("\n\n").shape == (0, 3)


def test_the_line_of_a_row_counts_marks_and_blank_lines() -> None:
    assert [line_of_row(b"1,2\n\n#! 0,set,1\n3,4\n5,6\n", row, 10) for row in range(3)] == [11, 14, 15]
