"""The board: whoever reads it now and then ends up with what somebody who read every change has."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from imukick.page.state import Cursor, PageState
from imukick.signals import LegMotion


class Reader:
    """What a page does with frames."""

    def __init__(self) -> None:
        self.cursor: Cursor | None = None
        self.facts: dict[str, Any] = {}
        self.rows: dict[int, Any] = {}
        self.points: list[Any] = []
        self.cues: list[int] = []

    def read(self, board: PageState) -> dict[str, Any]:
        frame, self.cursor = board.since(self.cursor)
        self.facts |= frame.get("facts", {})
        self.rows |= {row["index"]: row for row in frame.get("rows", [])}
        self.points += frame.get("points", [])
        self.cues += [cue["n"] for cue in frame.get("cues", [])]
        return frame


def motion(from_s: float, n: int, *, known: bool = True) -> LegMotion:
    t_s = np.asarray(from_s + 0.01 * np.arange(n), dtype=np.float64)
    angle_rad = np.sin(t_s) if known else None
    vectors = np.zeros((n, 3))
    return LegMotion(t_s, vectors, vectors, vectors, np.zeros(n, bool), np.zeros(n, bool), angle_rad, angle_rad)


THINGS = st.lists(
    st.one_of(
        st.tuples(st.just("fact"), st.sampled_from("abc"), st.integers(0, 3)),
        st.tuples(st.just("row"), st.integers(1, 4), st.integers(0, 3)),
        st.tuples(st.just("move"), st.integers(1, 30), st.just(0)),
        st.tuples(st.just("cue"), st.just(0), st.just(0)),
        st.tuples(st.just("read"), st.just(0), st.just(0)),
    ),
    max_size=40,
)


@given(THINGS)
def test_frames_that_were_never_made_lose_nothing(things: list[tuple[str, Any, int]]) -> None:
    board, often, seldom = PageState(), Reader(), Reader()
    often.read(board)
    seldom.read(board)
    reached_s = 0.0
    for kind, name, value in things:
        match kind:
            case "fact":
                board.show(**{name: value})
            case "row":
                board.row(name, {"index": name, "value": value})
            case "move":
                board.moved(motion(reached_s, name))
                reached_s += 0.01 * name
            case "cue":
                board.cue(kind="count")
            case "read":
                seldom.read(board)
        often.read(board)
    seldom.read(board)
    late = Reader()
    assert late.read(board)["full"]
    assert seldom.facts == often.facts == late.facts
    assert seldom.rows == often.rows == late.rows
    assert seldom.points == often.points == late.points
    assert seldom.cues == often.cues
    assert late.cues == [], "what was said before somebody came is not said to them"
    assert seldom.read(board) == {}


def test_what_is_so_already_is_no_news() -> None:
    board, reader = PageState(), Reader()
    board.show(reps=1)
    reader.read(board)
    board.show(reps=1)
    board.row(1, {"index": 1})
    reader.read(board)
    board.row(1, {"index": 1})
    assert reader.read(board) == {}


def test_the_trace_is_thinned_and_bounded_and_shows_holes() -> None:
    board, reader = PageState(), Reader()
    for start in range(60):
        board.moved(motion(float(start), 100))
    frame = reader.read(board)
    t_ms = [point[0] for point in frame["points"]]
    assert set(np.diff(t_ms)) == {20}
    assert len(t_ms) == 750
    assert t_ms[-1] == 59980
    hole = motion(60.0, 10)
    board.moved(
        LegMotion(
            hole.t_s,
            hole.acc_mps2,
            hole.gyr_radps,
            hole.up,
            hole.clipped,
            ~hole.filled,
            hole.angle_rad,
            hole.rate_radps,
        )
    )
    assert {point[1] for point in reader.read(board)["points"]} == {None}
    board.moved(motion(61.0, 10, known=False))
    assert reader.read(board) == {}


def test_news_do_not_wait_for_a_frame_and_points_do() -> None:
    async def waits() -> tuple[bool, bool]:
        board = PageState()
        _, cursor = board.since(None)
        waiting = asyncio.ensure_future(board.wait(cursor))
        await asyncio.sleep(0)
        board.moved(motion(0.0, 10))
        await asyncio.sleep(0)
        before = waiting.done()
        board.show(reps=1)
        await asyncio.sleep(0)
        return before, waiting.done()

    assert asyncio.run(waits()) == (False, True)


def test_what_came_before_somebody_waits_is_waited_for_no_longer() -> None:
    async def waits() -> None:
        board = PageState()
        _, cursor = board.since(None)
        board.cue(kind="count")
        await asyncio.wait_for(board.wait(cursor), 5)

    asyncio.run(waits())
