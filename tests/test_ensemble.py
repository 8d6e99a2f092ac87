"""Two ankles and a pelvis: one stream of events, whatever comes first; each repetition once, with its side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from imukick.clocks import Clock, on_one_clock
from imukick.coached_session import CoachedSession
from imukick.coaching.coach import Coach
from imukick.ensemble import Ensemble
from imukick.events import Event, Place, Rep, RepClaimed, RepDisputed, RepRevised, SetEnded
from imukick.exercises import Exercise
from imukick.marks import Mark
from imukick.plans import Cue
from imukick.session import Session
from imukick.signals import Samples
from imukick.sources.simulator.trio import PLACES, Trio
from tests.trios import trio


def clocks(made: Trio, places: tuple[str, ...]) -> dict[Place, Clock]:
    found = on_one_clock({place: (made.made[place].samples, made.arrivals[place]) for place in places})
    return {PLACES[place]: found[place] for place in places}


def samples(made: Trio) -> Mapping[Place, Samples]:
    return {PLACES[place]: one.samples for place, one in made.made.items()}


def cut(one: Samples, rng: np.random.Generator) -> Iterator[Samples]:
    at = 0
    while at < len(one):
        stop = min(at + int(rng.integers(1, 400)), len(one))
        yield one.part(at, stop)
        at = stop


def an_ensemble(made: Trio) -> Ensemble:
    return Ensemble(tuple(samples(made)), Exercise(height_m=1.7), clocks=clocks(made, tuple(made.made)), head=True)


def one_after_the_other(made: Trio, order: tuple[Place, ...]) -> list[Event]:
    ensemble = an_ensemble(made)
    events: list[Event] = []
    for place in order:
        events += ensemble.push(place, samples(made)[place]).events
    return [*events, *ensemble.finish().events]


def shuffled(made: Trio, seed: int) -> list[Event]:
    rng = np.random.default_rng(seed)
    ensemble = an_ensemble(made)
    flows = {place: cut(one, rng) for place, one in samples(made).items()}
    events: list[Event] = []
    while flows:
        place = list(flows)[int(rng.integers(len(flows)))]
        piece = next(flows[place], None)
        if piece is None:
            del flows[place]
            events += ensemble.finish(place).events
        else:
            events += ensemble.push(place, piece).events
    return [*events, *ensemble.finish().events]


def test_any_interleaving_and_any_chunks_give_equal_events() -> None:
    made = trio()
    expected = one_after_the_other(made, ("left-ankle", "right-ankle", "pelvis"))
    assert sum(isinstance(event, Rep) for event in expected) == 6
    assert one_after_the_other(made, ("pelvis", "right-ankle", "left-ankle")) == expected
    for seed in range(3):
        assert shuffled(made, seed) == expected


def test_each_kick_is_reported_once_by_the_leg_that_lifted_with_what_the_pelvis_did() -> None:
    made = trio()
    reps = [e for e in one_after_the_other(made, ("left-ankle", "right-ankle", "pelvis")) if isinstance(e, Rep)]
    truth = made.truth["reps"]
    assert [rep.side for rep in reps if rep.counted] == [kick["side"] for kick in truth]
    assert [rep.index for rep in reps] == list(range(1, len(reps) + 1))
    for rep, kick in zip(reps, truth, strict=True):
        assert rep.t_start_s + made.truth["zero_s"] == pytest.approx(kick["t_start_s"], abs=0.1)
        assert rep.lift_s == rep.t_top_s - rep.t_start_s
        for name, error in (("pelvis_tilt_deg", 1.0), ("pelvis_rotation_deg", 1.0), ("pelvis_obliquity_deg", 1.0)):
            assert getattr(rep, name) == pytest.approx(kick[name], abs=error)
        assert rep.hip_extension_deg == pytest.approx(kick["hip_extension_deg"], abs=2.0)
        assert rep.sync_ms is not None


def test_an_ensemble_of_one_ankle_says_what_its_session_says() -> None:
    made = trio()
    one = made.made["left"].samples
    session = Session(Exercise(height_m=1.7, side="left"))
    alone = [e for e in [*session.push(one).events, *session.finish().events] if isinstance(e, Rep | SetEnded)]
    ensemble = Ensemble(("left-ankle",), Exercise(height_m=1.7))
    together = [
        e
        for e in [*ensemble.push("left-ankle", one).events, *ensemble.finish().events]
        if isinstance(e, Rep | SetEnded)
    ]
    assert [(r.t_start_s, r.t_end_s, r.rom_deg, r.counted) for r in together if isinstance(r, Rep)] == [
        (r.t_start_s, r.t_end_s, r.rom_deg, r.counted) for r in alone if isinstance(r, Rep)
    ]
    assert all(r.sync_ms is None and "sync" not in r.quality for r in together if isinstance(r, Rep))


def test_a_sensor_that_is_absent_is_not_waited_for() -> None:
    made = trio()
    ensemble = an_ensemble(made)
    assert ensemble.push("left-ankle", samples(made)["left-ankle"]).events == ()
    events = (ensemble.absent("right-ankle", 1e9) + ensemble.absent("pelvis", 1e9)).events
    rows = [event for event in events if isinstance(event, Rep)]
    assert rows
    assert all(row.side == "left" and row.pelvis_tilt_deg is None for row in rows)
    assert all("no pelvis: its sensor did not see it whole" in row.notes for row in rows)


def test_without_clocks_the_sides_hold_and_the_pelvis_stays_silent() -> None:
    made = trio()
    ensemble = Ensemble(tuple(samples(made)), Exercise(height_m=1.7), head=True)
    events: list[Event] = []
    for place, one in samples(made).items():
        events += ensemble.push(place, one).events
    rows = [event for event in [*events, *ensemble.finish().events] if isinstance(event, Rep)]
    assert {row.side for row in rows} == {"left", "right"}
    assert all(row.rocking_mps2 is None and row.sync_ms is None and "sync" in row.quality for row in rows)


def test_a_revised_row_keeps_what_is_known_of_its_pelvis_and_clocks() -> None:
    made, first = trio(swapped=True, seed=8), {}
    events = one_after_the_other(made, ("left-ankle", "right-ankle", "pelvis"))
    revised = [event for event in events if isinstance(event, RepRevised)]
    for event in events:
        if isinstance(event, Rep):
            first[event.index] = {"sync", "sides", "mount", "gap"} & set(event.quality)
    assert any("gap" in first[event.index] for event in revised)
    assert all(first[event.index] <= set(event.rep.quality) for event in revised)


def test_a_clock_mark_holds_from_its_own_time_on() -> None:
    made = trio()
    ensemble = Ensemble(("left-ankle",))
    one = samples(made)["left-ankle"]
    half = len(one) // 2
    events = [*ensemble.push("left-ankle", one.part(0, half)).events]
    events += ensemble.push("left-ankle", Mark(float(one.t_s[half - 1]), "clock", "100.0 0.0 7.0")).events
    rows = [
        e
        for e in [*events, *ensemble.push("left-ankle", one.part(half, len(one))).events, *ensemble.finish().events]
        if isinstance(e, Rep)
    ]
    assert rows[0].t_start_s < 50.0 < 100.0 < rows[-1].t_start_s


def test_what_an_ensemble_refuses() -> None:
    with pytest.raises(ValueError, match="at least one of left-ankle, right-ankle"):
        Ensemble(("pelvis",))
    ensemble = Ensemble(("left-ankle",))
    with pytest.raises(ValueError, match="no pelvis in this ensemble"):
        ensemble.push("pelvis", Samples(np.zeros(1), np.array([[0.0, 0.0, 9.81]]), np.zeros((1, 3))))
    ensemble.finish()
    with pytest.raises(ValueError, match="finished"):
        ensemble.push("left-ankle", Mark(0.0, "set"))


def marked(made: Trio) -> dict[Place, list[Samples | Mark]]:
    """Streams as a live session records them: the pelvis away for a while, a person who says things, a clock that is revised."""
    one, other, pelvis = (samples(made)[place] for place in ("left-ankle", "right-ankle", "pelvis"))

    def at(stream: Samples, t_s: float, *marks: Mark) -> list[Samples | Mark]:
        cut = int(np.searchsorted(stream.t_s, t_s))
        return [stream.part(0, cut), *marks, stream.part(cut, len(stream))]

    gone, back = (int(np.searchsorted(pelvis.t_s, t_s)) for t_s in (8.0, 12.0))
    after_s = float(np.nextafter(pelvis.t_s[gone - 1], np.inf))
    return {
        "left-ankle": at(one, 12.0, Mark(12.0, "not_one"), Mark(12.0, "set"), Mark(12.0, "missed")),
        "right-ankle": at(other, 9.0, Mark(9.0, "clock", "0.1 20.0 9.0"), Mark(9.0, "set")),
        "pelvis": [pelvis.part(0, gone), Mark(after_s, "absent", "13.5"), pelvis.part(back, len(pelvis))],
    }


def test_marks_and_absences_give_equal_events_in_any_interleaving() -> None:
    made = trio()

    def said(order: int) -> tuple[list[Event], list[Cue]]:
        rng = np.random.default_rng(order)
        coached = CoachedSession(an_ensemble(made), Coach())
        events: list[Event] = []
        cues: list[Cue] = []
        flows = {place: list(items) for place, items in marked(made).items()}
        while flows:
            place = list(flows)[int(rng.integers(len(flows)))]
            item = flows[place].pop(0)
            if isinstance(item, Samples) and len(item) > 150:
                flows[place].insert(0, item.part(150, len(item)))
                item = item.part(0, 150)
            update = coached.push(item, place)
            events += update.events
            cues += [] if isinstance(item, Mark) else update.cues
            if not flows[place]:
                del flows[place]
        last = coached.finish()
        return [*events, *last.events], [*cues, *last.cues]

    events, cues = said(0)
    assert sum(isinstance(event, RepDisputed | RepClaimed) for event in events) == 2
    assert any(cue.kind == "count" for cue in cues)
    for order in (1, 2):
        assert said(order)[0] == events
