"""The laws of DESIGN, over every stage and the whole Session: chunking, prefixes, revisions, mounting, bias."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imukick import Exercise, Samples, Session, read_recording
from imukick.events import Event, Gap, Rep, latest
from imukick.motion.attitude import Attitude, AttitudeParams
from imukick.motion.grid import Even, Grid, GridParams
from imukick.motion.params import MotionParams
from imukick.motion.tracker import Tracker
from imukick.motion.turning import Turning, TurningParams
from imukick.signals import FloatArray, LegMotion, Movement
from imukick.sources.simulator import Spec, simulate
from tests.contracts import check_revisions, columns, events_of, parts, told_and_moved

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
NAMES = ("standing_faults", "quadruped_gap_and_loss", "standing_walk_fidget_host")


def samples_of(name: str, seconds: float = 55.0) -> Samples:
    samples = read_recording(RECORDINGS / f"{name}.csv").samples
    return samples.part(0, int(np.searchsorted(samples.t_s, samples.t_s[0] + seconds)))


SAMPLES = {name: samples_of(name) for name in NAMES}
cuts = st.lists(st.integers(0, 6000), max_size=60)


@cache
def whole(name: str) -> tuple[tuple[Event, ...], FloatArray, FloatArray]:
    """What a session tells of all samples at once, and the times and angles that it releases."""
    told, (t_s, angle_rad) = told_and_moved(SAMPLES[name])
    return tuple(told), t_s, angle_rad


def test_the_recordings_exercise_the_laws() -> None:
    """Between them they hold repetitions, rows that do not count, a gap, and a host clock."""
    told = {name: whole(name)[0] for name in NAMES}
    assert all(any(isinstance(e, Rep) and e.counted for e in events) for events in told.values())
    assert any(isinstance(e, Gap) for events in told.values() for e in events)
    assert any(isinstance(e, Rep) and not e.counted for events in told.values() for e in events)
    assert {s.clock for s in SAMPLES.values()} == {"device", "host"}


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=6)
@given(cuts=cuts)
def test_any_chunking_tells_the_same(name: str, cuts: list[int]) -> None:
    assert tuple(events_of(SAMPLES[name], cuts)) == whole(name)[0]


@pytest.mark.parametrize("name", NAMES)
def test_single_samples_and_empty_chunks_tell_the_same_and_move_the_same(name: str) -> None:
    samples = SAMPLES[name]
    singles = list(range(len(samples)))
    told, moved = told_and_moved(samples, [*singles, *singles[::7]])
    at_once, t_s, angle_rad = whole(name)
    assert tuple(told) == at_once
    assert np.array_equal(moved[0], t_s)
    assert np.array_equal(moved[1], angle_rad)
    assert (angle_rad > -1000).mean() > 0.5


@settings(max_examples=10)
@given(cuts=cuts)
@pytest.mark.parametrize("name", NAMES)
def test_grid_and_attitude_do_not_see_chunks(name: str, cuts: list[int]) -> None:
    at_once, cut = evened(name), evened.__wrapped__(name, tuple(cuts))
    assert all(np.array_equal(at_once[k], cut[k]) for k in at_once)


@cache
def evened(name: str, cuts: tuple[int, ...] = ()) -> dict[str, np.ndarray]:
    """What grid and attitude make of the samples."""
    grid, attitude = Grid(GridParams()), Attitude(AttitudeParams())
    pieces: list[LegMotion] = []
    given = [grid.push(part) for part in parts(SAMPLES[name], cuts)]
    for even in [e for items in [*given, grid.finish()] for e in items if isinstance(e, Even)]:
        turned = attitude.push(even)
        pieces.append(LegMotion(even.t_s, even.acc_mps2, turned.gyr_radps, turned.up, even.clipped, even.filled))
    return columns(pieces)


@settings(max_examples=10)
@given(cuts=cuts)
def test_pauses_do_not_see_chunks(cuts: list[int]) -> None:
    rng = np.random.default_rng(3)
    speed = np.abs(np.cumsum(rng.normal(0, 0.05, 3000)))
    up = Rotation.from_rotvec(np.outer(np.cumsum(speed) * 0.01, [0.0, 1.0, 0.0])).apply([0.0, 0.0, 1.0])

    def run(cuts: list[int]) -> list[tuple[int, int, int, bool, bool]]:
        turning = Turning(TurningParams())
        out = []
        edges = [0, *sorted(min(c, 3000) for c in cuts), 3000]
        for a, b in pairwise(edges):
            out += turning.push(a, speed[a:b].tolist(), up[a:b])
        known = [(k.pause.start, k.pause.stop, k.at, k.pause.calm, k.still) for k in out]
        return known + [(p.start, p.stop, p.told, p.calm, False) for p in turning.finish(3000)]

    assert run(cuts) == run([])
    assert len(run([])) > 10


@settings(max_examples=4)
@given(cuts=cuts)
@pytest.mark.parametrize("name", NAMES)
def test_movements_do_not_see_chunks(name: str, cuts: list[int]) -> None:
    assert movements.__wrapped__(name, tuple(cuts)) == movements(name)


@cache
def movements(name: str, cuts: tuple[int, ...] = ()) -> list[tuple[float, ...]]:
    """Every movement that is found in the samples."""
    tracker = Tracker(MotionParams(), 1.70, None, None)
    moved = [m for part in parts(SAMPLES[name], cuts) for m in tracker.push(part)] + tracker.finish()
    found = [m for m in moved if isinstance(m, Movement)]
    return [(e.told_s, e.range_rad, e.rise_m, *e.axis.tolist(), *e.lever_m.tolist()) for e in found]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seconds", [11.3, 20.0, 31.7])
def test_what_was_told_is_not_taken_back(name: str, seconds: float) -> None:
    samples = SAMPLES[name]
    until = int(np.searchsorted(samples.t_s, samples.t_s[0] + seconds))
    short, long = Session(), Session()
    told = short.push(samples.part(0, until)).events
    assert long.push(samples).events[: len(told)] == told


@pytest.mark.parametrize("name", [p.stem for p in sorted(RECORDINGS.glob("*.csv"))])
def test_revisions_stay_within_their_bounds(name: str) -> None:
    events = events_of(read_recording(RECORDINGS / f"{name}.csv").samples)
    check_revisions(events)
    rows = [e for e in events if isinstance(e, Rep)]
    assert [r.index for r in rows] == list(range(1, len(rows) + 1))


def test_a_revision_does_come() -> None:
    assert sum(check_revisions(whole(name)[0]) for name in NAMES) > 0


def test_reading_changes_nothing() -> None:
    samples = SAMPLES["standing_faults"]
    looked_at, left_alone = Session(), Session()
    for part in parts(samples, range(0, len(samples), 97)):
        assert looked_at.push(part).events == left_alone.push(part).events
        assert (repr(looked_at.prior), looked_at.params) == (repr(looked_at.prior), looked_at.params)
    assert looked_at.finish().events == left_alone.finish().events


def turned(samples: Samples, matrix: np.ndarray) -> Samples:
    """The samples of a sensor that sits turned (or mirrored: a rate is an axial vector) on the same leg."""
    sign = np.sign(np.linalg.det(matrix))
    return replace(samples, acc_mps2=samples.acc_mps2 @ matrix.T, gyr_radps=sign * samples.gyr_radps @ matrix.T)


def assert_same_repetitions(one: Sequence[Event], other: Samples, most_deg: float) -> None:
    a, b = latest(one), latest(events_of(other))
    assert [(r.counted, r.words, r.reason, r.notes) for r in a] == [(r.counted, r.words, r.reason, r.notes) for r in b]
    assert max(abs(x.rom_deg - y.rom_deg) for x, y in zip(a, b, strict=True)) < most_deg
    assert sum(r.counted for r in a) >= 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(4))
def test_any_rotation_on_the_ankle_changes_nothing(name: str, seed: int) -> None:
    matrix = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    assert_same_repetitions(whole(name)[0], turned(SAMPLES[name], matrix), 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_the_mirror_image_changes_nothing(name: str) -> None:
    assert_same_repetitions(whole(name)[0], turned(SAMPLES[name], np.diag([1.0, -1.0, 1.0])), 0.05)


@pytest.mark.parametrize("posture", ["standing", "quadruped"])
@pytest.mark.parametrize("axis", [(1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.58, 0.58, 0.58)])
def test_a_bias_known_from_a_still_start_changes_little(posture: str, axis: tuple[float, float, float]) -> None:
    spec = Spec(posture=posture, reps=5, seed=5, rate_hz=100.0)
    samples = simulate(spec).samples
    still = 200
    rng = np.random.default_rng(0)
    before = samples.t_s[0] - np.arange(still, 0, -1) / 100.0
    gravity = samples.acc_mps2[0] / np.linalg.norm(samples.acc_mps2[0]) * 9.81
    start = Samples(
        t_s=np.concatenate([before, samples.t_s]),
        acc_mps2=np.concatenate([gravity + rng.normal(0, 0.02, (still, 3)), samples.acc_mps2]),
        gyr_radps=np.concatenate([rng.normal(0, 0.001, (still, 3)), samples.gyr_radps]),
    )
    biased = replace(start, gyr_radps=start.gyr_radps + np.radians(3.0) * np.array(axis))
    assert_same_repetitions(events_of(start), biased, 0.5)


def test_a_second_pass_is_another_session_from_the_prior() -> None:
    samples = SAMPLES["standing_faults"]
    first = Session(Exercise())
    first.push(samples)
    first.finish()
    again = events_of(samples, prior=first.prior)
    assert again == events_of(samples, [1000, 1001], prior=first.prior)
    assert sum(isinstance(e, Rep) and e.counted for e in again) >= 3
