"""Rows never cut a movement in two and leave nothing out in silence; labels never overlap."""

from __future__ import annotations

from itertools import accumulate, combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from imukick.sinks.timeline import IDLE_S, ROW_S, Box, Span, rows_of, stacked


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Span, list[Span]]:
    """A recording from -5 s on: rests and movements in turn, some rests long."""
    rest = st.floats(0.1, 30.0) | st.floats(60.0, 900.0)
    steps = draw(st.lists(st.tuples(rest, st.floats(0.2, 12.0)), max_size=40))
    edges = list(accumulate([part for step in steps for part in step], initial=-5.0))
    return (-5.0, edges[-1] + draw(st.floats(1.0, 200.0))), list(zip(edges[1::2], edges[2::2], strict=True))


@given(sessions())
def test_every_movement_stands_whole_in_one_row(session: tuple[Span, list[Span]]) -> None:
    whole, busy = session
    rows = rows_of(whole, busy)
    for begin_s, end_s in busy:
        assert sum(row.from_s <= begin_s and end_s <= row.to_s for row in rows) == 1
    assert all(row.from_s < row.to_s for row in rows)


@given(sessions())
def test_rows_follow_each_other_and_say_what_is_left_out(session: tuple[Span, list[Span]]) -> None:
    whole, busy = session
    rows = rows_of(whole, busy)
    reached_s = whole[0]
    for row in rows:
        assert abs(row.from_s - reached_s - row.skipped_s) < 1e-6
        reached_s = row.to_s
    assert reached_s == whole[1] or (busy and whole[1] - busy[-1][1] > IDLE_S)
    shown = sum(row.to_s - row.from_s for row in rows)
    most = sum(end_s - begin_s for begin_s, end_s in busy) + (len(busy) + 1) * IDLE_S
    assert shown <= most or not busy


def test_a_row_is_about_as_long_as_aimed_at() -> None:
    busy = [(5.0 * k, 5.0 * k + 3.5) for k in range(36)]
    lengths_s = [row.to_s - row.from_s for row in rows_of((0.0, 180.0), busy)]
    assert len(lengths_s) == 5
    assert max(lengths_s) < 1.1 * ROW_S
    assert min(lengths_s) > 0.8 * ROW_S


def test_nothing_listed_is_one_row() -> None:
    assert [(row.from_s, row.to_s) for row in rows_of((3.0, 700.0), [])] == [(3.0, 700.0)]


SIZES = st.floats(0.05, 1.5)


@given(st.lists(st.builds(Box, st.floats(0.0, 9.0), SIZES, SIZES), max_size=30))
def test_labels_never_overlap_and_stay_on_the_strip(boxes: list[Box]) -> None:
    boxes = sorted(boxes, key=lambda box: box.centre)
    places = stacked(boxes, 9.0)
    for (box, (x, y)), (other, (other_x, other_y)) in combinations(zip(boxes, places, strict=True), 2):
        beside = abs(x - other_x) >= (box.across + other.across) / 2 - 1e-9
        assert beside or y + box.tall <= other_y + 1e-9 or other_y + other.tall <= y + 1e-9
    for box, (x, y) in zip(boxes, places, strict=True):
        assert y >= 0.0
        assert box.across / 2 - 1e-9 <= x <= 9.0 - box.across / 2 + 1e-9


def test_labels_with_room_stand_where_they_belong() -> None:
    boxes = [Box(1.0, 0.8, 0.3), Box(2.0, 0.8, 0.3), Box(3.0, 0.8, 0.5)]
    assert stacked(boxes, 9.0) == [(box.centre, 0.0) for box in boxes]
    assert all(b.centre - a.centre > a.across for a, b in pairwise(boxes))
