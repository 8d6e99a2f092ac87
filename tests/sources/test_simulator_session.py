"""What is asked of a simulated session is in its samples and its truth; what cannot be is refused in one line."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.errors import ImukickError
from imukick.marks import Mark
from imukick.signals import FloatArray
from imukick.sources.simulator import WORDS, Simulated, Spec, simulate
from imukick.units import STANDARD_GRAVITY_MPS2 as G


def short_session(**wishes: Any) -> Simulated:
    return simulate(Spec(**{"reps": 2, "rate_hz": 50.0, "seed": 3, **wishes}))


def test_the_same_spec_gives_the_same_bits() -> None:
    spec = Spec(reps=3, extras=("walk", "remount", "loss", "bounce"), clock="host", seed=9)
    first, second = simulate(spec), simulate(spec)
    assert first.samples.t_s.tobytes() == second.samples.t_s.tobytes()
    assert first.samples.acc_mps2.tobytes() == second.samples.acc_mps2.tobytes()
    assert first.samples.gyr_radps.tobytes() == second.samples.gyr_radps.tobytes()
    assert first.truth == second.truth
    assert json.loads(json.dumps(first.truth)) == json.loads(json.dumps(second.truth))


def test_another_seed_is_another_session() -> None:
    one, two = short_session(seed=1), short_session(seed=2)
    assert one.truth["imu"] != two.truth["imu"]
    assert one.truth["reps"][0]["rom_shank_deg"] != two.truth["reps"][0]["rom_shank_deg"]


@pytest.mark.parametrize("posture", ["standing", "quadruped", "prone", "any"])
@pytest.mark.parametrize("times", [(1.0, 1.0, 1.5, 2.5), (2.5, 0.8, 0.6, 1.0), (0.5, 2.0, 3.0, 1.5)])
def test_times_and_range_are_those_asked_for(posture: str, times: tuple[float, float, float, float]) -> None:
    lift_s, pause_s, lower_s, rest_s = times
    made = short_session(
        posture=posture, lift_s=lift_s, pause_s=pause_s, lower_s=lower_s, rest_s=rest_s, rom_deg=25.0, variation=0.0
    )
    first, second = made.truth["reps"]
    for rep in (first, second):
        assert rep["rom_shank_deg"] == pytest.approx(25.0, abs=0.01)
        assert rep["t_top_start"] - rep["t_start10"] == pytest.approx(lift_s, abs=0.003)
        assert rep["t_depart_s"] - rep["t_arrive_s"] == pytest.approx(pause_s, abs=0.01)
        assert rep["t_end10"] - rep["t_top_end"] == pytest.approx(lower_s, abs=0.003)
        assert rep["lift_s"] > lift_s
        assert rep["lower_s"] > lower_s
    assert second["t_move_s"] - first["t_back_s"] == pytest.approx(rest_s, abs=0.01)


def test_no_pause_turns_at_once() -> None:
    rep = short_session(pause_s=0.0, variation=0.0).truth["reps"][0]
    assert rep["top_s"] < 0.3 * (rep["lift_s"] + rep["lower_s"])


@pytest.mark.parametrize(
    ("wishes", "style"),
    [
        ({}, "controlled"),
        ({"lift_s": 0.5}, "fast"),
        ({"swing": 0.6, "drop": 0.6}, "swing"),
        ({"swing": 0.6}, "burst_only"),
        ({"drop": 0.6}, "drop_only"),
        ({"swing": 0.4, "lift_s": 0.8}, "burst_only"),
    ],
)
def test_shares_make_the_style(wishes: dict[str, float], style: str) -> None:
    for rep in short_session(**wishes).truth["reps"]:
        assert rep["style"] == style
        assert rep["share_lift"] == pytest.approx(wishes["swing"], abs=0.05) if "swing" in wishes else True
        assert rep["share_drop"] == pytest.approx(wishes["drop"], abs=0.05) if "drop" in wishes else True


@pytest.mark.parametrize("posture", ["standing", "quadruped"])
def test_special_repetitions_are_what_they_say(posture: str) -> None:
    words = ("short", "high", "off-plane", "bounce", "pulse", "knee-curl", "aborted")
    made = short_session(posture=posture, reps=8, extras=words)
    reps = made.truth["reps"]
    by_fault = {rep["fault"]: rep for rep in reps if rep["fault"] != "ok"}
    median = np.median([rep["rom_shank_deg"] for rep in reps if rep["fault"] == "ok"])
    assert sorted(by_fault) == ["aborted", "arch", "double_bounce", "knee_curl", "low_rom", "off_plane", "pulse"]
    assert [rep["fault"] for rep in reps if rep["kind"] == "kick"][:3] == ["ok"] * 3
    assert sum(rep["kind"] == "kick" for rep in reps) == 8
    assert by_fault["low_rom"]["rom_shank_deg"] < 0.7 * median
    assert by_fault["arch"]["rom_shank_deg"] > 1.3 * median
    assert by_fault["aborted"]["rom_shank_deg"] < 0.4 * median
    assert by_fault["knee_curl"]["share_lift"] is None

    def turning(rep: dict[str, Any]) -> FloatArray:
        t_s = made.samples.t_s
        rates = made.samples.gyr_radps[(t_s >= rep["t_start10"]) & (t_s <= rep["t_top_start"])]
        return np.asarray(np.linalg.svd(rates, full_matrices=False)[2][0])

    usual = turning(reps[0])
    assert 1.0 - (turning(by_fault["off_plane"]) @ usual) ** 2 > 0.12
    assert 1.0 - (turning(reps[1]) @ usual) ** 2 < 0.03


@pytest.mark.parametrize("posture", ["standing", "quadruped", "prone"])
def test_activities_are_noted_where_they_happen(posture: str) -> None:
    words = ("still", "walk", "fidget", "shuffle", "squat", "other-leg")
    made = short_session(posture=posture, reps=6, extras=words)
    noted = made.truth["activities"]
    assert [a["name"] for a in noted] == ["still", "walk", "fidget", "shuffle", "squat", "other_leg_set"]
    rates = np.degrees(np.linalg.norm(made.samples.gyr_radps, axis=1))
    speed = {a["name"]: rates[(made.samples.t_s > a["t0"]) & (made.samples.t_s < a["t1"])].max() for a in noted}
    assert speed["still"] < 5.0
    assert speed["walk"] > 200.0
    assert 3.0 < speed["other_leg_set"] < 30.0
    for rep in made.truth["reps"]:
        assert not any(a["t0"] < rep["t_end10"] and rep["t_start10"] < a["t1"] for a in noted)


def test_what_happens_before_the_first_kick_is_noted() -> None:
    made = short_session(before=("stairs", "lunge", "swing", "sit"))
    noted = made.truth["activities"]
    assert [a["name"] for a in noted] == ["stairs", "lunge", "swing", "sit"]
    assert noted[-1]["t1"] < made.truth["reps"][0]["t_start"]
    rates = np.degrees(np.linalg.norm(made.samples.gyr_radps, axis=1))
    for activity in noted:
        inside = (made.samples.t_s > activity["t0"]) & (made.samples.t_s < activity["t1"])
        assert rates[inside].max() > 20.0


def test_a_rest_of_nothing_turns_at_once() -> None:
    reps = short_session(reps=4, lift_s=0.8, lower_s=0.9, pause_s=0.4, rest_s=0.0).truth["reps"]
    gaps = [after["t_start10"] - before["t_end10"] for before, after in pairwise(reps)]
    assert 0.0 < max(gaps) < 0.6


def test_a_lowering_half_way_leaves_the_leg_there_for_the_next_lift() -> None:
    made = short_session(reps=8, extras=("half-way",) * 4, variation=0.0, seed=1)
    reps = made.truth["reps"]
    stopped = [k for k, rep in enumerate(reps) if rep["fault"] == "half_way"]
    assert stopped
    for k in stopped:
        assert reps[k + 1]["start_shank_deg"] == pytest.approx(0.4 * 30.0, abs=0.2)
        assert reps[k + 1]["top_shank_deg"] == pytest.approx(30.0, abs=0.2)
    assert reps[-1]["fault"] == "ok"
    assert np.median(made.samples.gyr_radps[-50:]) == pytest.approx(np.median(made.samples.gyr_radps[:50]), abs=0.01)


def test_another_posture_has_its_own_rest_range_and_set() -> None:
    for posture, other in (("standing", "quadruped"), ("quadruped", "standing")):
        made = short_session(posture=posture, extras=("posture",))
        assert [row["posture"] for row in made.truth["postures"]] == [posture, other]
        reps = made.truth["reps"]
        assert [rep["posture"] for rep in reps] == [posture] * 2 + [other] * 2
        assert [rep["set"] for rep in reps] == [0, 0, 1, 1]
        rests = {rep["posture"]: rep["start_shank_deg"] for rep in reps}
        assert rests["standing"] == pytest.approx(0.0, abs=1.0)
        assert rests["quadruped"] == pytest.approx(90.0, abs=1.0)


def test_the_leg_rests_where_it_was_asked_to() -> None:
    made = short_session(rest_deg=-25.0, rom_deg=45.0, before=("squat",), variation=0.0)
    assert [rep["start_shank_deg"] for rep in made.truth["reps"]] == pytest.approx([-25.0, -25.0], abs=0.1)
    assert made.truth["reps"][0]["rom_shank_deg"] == pytest.approx(45.0, abs=0.1)


def test_the_knee_that_clears_the_floor_turns_the_lower_leg_further() -> None:
    plain, cleared = (short_session(clear_deg=deg, variation=0.0).truth["reps"] for deg in (0.0, 15.0))
    for before, after in zip(plain, cleared, strict=True):
        assert after["rom_shank_deg"] == pytest.approx(before["rom_shank_deg"] + 15.0, abs=0.1)
        assert after["start_shank_deg"] == pytest.approx(before["start_shank_deg"], abs=0.1)


def test_a_slipped_strap_turns_the_sensor_for_good() -> None:
    made = short_session(reps=4, extras=("slip",), noise="none", variation=0.0, seed=2)
    reps, t_s = made.truth["reps"], made.samples.t_s
    slipped = next(rep for rep in reps if rep["fault"] == "slip")

    def axis(rep: dict[str, Any]) -> FloatArray:
        rates = made.samples.gyr_radps[(t_s >= rep["t_start10"]) & (t_s <= rep["t_top_start"])]
        return np.asarray(rates[np.argmax(np.linalg.norm(rates, axis=1))] / np.linalg.norm(rates, axis=1).max())

    before = [axis(rep) for rep in reps if rep["t_end"] < slipped["t_start"]]
    assert reps[-1] is slipped
    lower = made.samples.gyr_radps[(t_s > slipped["t_top_end"]) & (t_s < slipped["t_end10"])]
    after = -lower[np.argmax(np.linalg.norm(lower, axis=1))] / np.linalg.norm(lower, axis=1).max()
    assert np.degrees(np.arccos(before[0] @ before[1])) < 1.0
    assert np.degrees(np.arccos(before[0] @ after)) == pytest.approx(25.0, abs=2.0)


def test_strapping_anew_changes_side_and_mounting() -> None:
    made = short_session(extras=("remount",), side="left")
    assert [side["side"] for side in made.truth["sides"]] == ["left", "right"]
    assert [rep["side"] for rep in made.truth["reps"]] == ["left"] * 2 + ["right"] * 2
    ups = [made.samples.acc_mps2[np.searchsorted(made.samples.t_s, rep["t_start"]) - 5] for rep in made.truth["reps"]]
    assert np.linalg.norm(ups[0] - ups[1]) < 1.0
    assert np.linalg.norm(ups[0] - ups[-1]) > 3.0
    assert [rep["set"] for rep in made.truth["reps"]] == [0, 0, 1, 1]


@pytest.mark.parametrize("rate_hz", [25.0, 52.0, 104.0, 400.0])
@pytest.mark.parametrize("noise", ["none", "bmi270", "lsm6ds3", "mpu6050"])
def test_every_rate_and_sensor(rate_hz: float, noise: str) -> None:
    made = short_session(reps=1, rate_hz=rate_hz, noise=noise)
    steps = np.diff(made.samples.t_s)
    assert 1.0 / steps.mean() == pytest.approx(rate_hz, rel=0.02)
    still = made.samples.part(0, int(1.5 * rate_hz))
    assert np.linalg.norm(still.acc_mps2.mean(axis=0)) == pytest.approx(G, rel=0.05)
    assert np.degrees(np.linalg.norm(still.gyr_radps.mean(axis=0))) < 8.0
    if noise != "none":
        unlike = np.std(np.diff(still.gyr_radps, axis=0))
        assert 0.0 < np.degrees(unlike) < 0.5


def test_noise_has_the_size_of_the_data_sheet() -> None:
    made = short_session(reps=0, noise="bmi270", rate_hz=400.0, variation=0.0, seed=1)
    part = made.samples.part(0, 1600)
    band = 0.4 * 400.0
    assert np.degrees(part.gyr_radps.std(axis=0)).mean() == pytest.approx(0.007 * np.sqrt(band), rel=0.15)
    assert part.acc_mps2.std(axis=0).mean() == pytest.approx(160e-6 * G * np.sqrt(band), rel=0.15)


def test_the_device_clock_is_a_little_off_and_the_truth_is_on_it() -> None:
    exact, off = short_session(noise="none"), short_session(noise="bmi270")
    factor = 1.0 + off.truth["sensor"]["ppm"] * 1e-6
    assert off.truth["sensor"]["ppm"] != 0.0
    for a, b in zip(exact.truth["reps"], off.truth["reps"], strict=True):
        assert b["t_end10"] == pytest.approx(a["t_end10"] * factor, abs=2e-5)
    assert (np.diff(off.samples.t_s) > 0).all()


def test_host_stamps_repeat_and_clump() -> None:
    made = short_session(clock="host", reps=10)
    t_s, packet = made.samples.t_s, made.truth["sensor"]["packet"]
    assert made.samples.clock == "host"
    assert made.truth["sensor"]["level"] == "harsh"
    stamps, counts = np.unique(t_s, return_counts=True)
    assert counts.min() >= packet or len(t_s) % packet
    assert (counts > packet).any() or (np.diff(stamps) < 0.5 * packet / 50.0).any()
    real = np.arange(len(t_s)) / 50.0
    assert np.abs(np.polyfit(real, t_s, 1)[0] - 1.0) < 0.02


def test_packets_are_lost_and_a_hole_is_cut() -> None:
    made = short_session(reps=4, extras=("loss", "gap"), rate_hz=100.0)
    sensor, t_s = made.truth["sensor"], made.samples.t_s
    assert sensor["lost_packets"] > 0
    begin, end = sensor["hole_s"]
    assert not ((t_s > begin + 0.01) & (t_s < end - 0.01)).any()
    assert any(rep["t_start"] < begin < rep["t_end"] for rep in made.truth["reps"])
    expected = made.truth["duration_s"] * 100.0
    assert len(t_s) + sensor["lost_samples"] == pytest.approx(expected, rel=0.02)


def test_small_ranges_clip_the_samples() -> None:
    made = short_session(posture="quadruped", extras=("clip",), swing=0.6, drop=0.6)
    assert made.truth["sensor"]["clipped_values"] > 0
    assert made.samples.gyr_range_radps is not None
    assert np.abs(made.samples.gyr_radps).max() <= made.samples.gyr_range_radps + 1e-4
    assert made.truth["sensor"]["clip"] == [2.0, 125.0]


def test_marks_tell_sides_when_asked() -> None:
    assert short_session(extras=("remount",)).marks == ()
    made = short_session(extras=("remount",), told=True)
    again = made.truth["sides"][1]["t0"]
    assert [(mark.kind, mark.value) for mark in made.marks] == [
        ("set", ""),
        ("side", "right"),
        ("set", ""),
        ("side", "left"),
    ]
    assert all(isinstance(mark, Mark) for mark in made.marks)
    assert made.marks[2].t_s == pytest.approx(again + 0.5, abs=0.01)


def test_no_repetition_at_all() -> None:
    made = short_session(reps=0, extras=("walk",))
    assert made.truth["reps"] == []
    assert len(made.samples) > 500


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"posture": "sitting"}, "unknown posture 'sitting'"),
        ({"load": "brick"}, "unknown load"),
        ({"side": "unknown"}, "unknown side"),
        ({"noise": "best"}, "unknown noise"),
        ({"clock": "sun"}, "unknown clock"),
        ({"extras": ("run",)}, "unknown word for --with 'run'"),
        ({"before": ("remount",)}, "unknown word for --before 'remount'"),
        ({"rest_deg": 60.0}, "rest-deg 60"),
        ({"clear_deg": -1.0}, "clear-deg -1"),
        ({"height_m": 170.0}, "height 170"),
        ({"reps": -1}, "reps -1"),
        ({"rate_hz": 1000.0}, "rate-hz 1000"),
        ({"rom_deg": 0.0}, "rom 0"),
        ({"swing": 60.0}, "swing 60"),
        ({"seed": -4}, "seed -4"),
        ({"lift_s": float("nan")}, "lift-s nan"),
        ({"load_kg": 2.0}, "load-kg is the mass of an ankle weight"),
        ({"load": "ankle-weight"}, "an ankle weight needs its mass"),
        ({"extras": ("short",) * 3}, "3 special repetitions need"),
        ({"lift_s": 0.3, "swing": 0.05}, "give it more time"),
        ({"lift_s": 3.0, "swing": 0.9}, "leave one of them out"),
        ({"posture": "prone", "swing": 1.0}, "at most"),
        ({"rest_s": 0.01}, "a rest of 0.01 s is too short"),
        ({"posture": "prone", "rom_deg": 110.0}, "too far up"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(wishes: dict[str, Any], said: str) -> None:
    with pytest.raises(ImukickError) as caught:
        short_session(**wishes)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=12)
@given(
    posture=st.sampled_from(["standing", "quadruped", "prone", "any"]),
    load=st.sampled_from(["none", "band", "cable", "machine"]),
    lift_s=st.none() | st.floats(0.2, 5.0),
    pause_s=st.floats(0.0, 2.0),
    lower_s=st.none() | st.floats(0.2, 5.0),
    rest_s=st.floats(0.3, 4.0),
    rom_deg=st.none() | st.floats(4.0, 110.0),
    swing=st.none() | st.floats(0.0, 1.0),
    drop=st.none() | st.floats(0.0, 1.0),
    extras=st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
    rest_deg=st.just(0.0) | st.floats(-45.0, 45.0),
    seed=st.integers(0, 1000),
)
def test_any_wish_is_done_or_refused(**wishes: Any) -> None:
    refused, made = "", None
    try:
        made = simulate(Spec(reps=2, rate_hz=25.0, **wishes))
    except ImukickError as error:
        refused = str(error)
    if made is None:
        assert "\n" not in refused
        return
    previous = 0.0
    for rep in made.truth["reps"]:
        times = [rep[key] for key in ("t_start", "t_start10", "t_top_start", "t_top_end", "t_end10", "t_end")]
        assert times == sorted(times)
        assert times[0] > previous
        assert rep["rom_shank_deg"] > 0.0
        assert rep["share_lift"] is None or 0.0 <= rep["share_lift"] <= 1.0
        previous = times[-1]
    assert previous < made.truth["duration_s"]


def test_feet_that_meet_the_floor_jolt_the_sensor() -> None:
    landing = [short_session(drop=0.8, seed=seed, rate_hz=200.0) for seed in range(8)]
    taps = [made for made in landing if made.truth["style_of_rest"] == "tap"]
    hovers = [made for made in landing if made.truth["style_of_rest"] == "hover"]
    assert taps
    assert hovers

    def jolt(made: Simulated) -> float:
        rough = np.abs(np.diff(made.samples.acc_mps2, n=2, axis=0)).max(axis=1)
        here = (made.samples.t_s[1:-1] > (end := made.truth["reps"][0]["t_end10"])) & (
            made.samples.t_s[1:-1] < end + 0.3
        )
        return float(rough[here].max())

    assert min(map(jolt, taps)) > 2.0 * max(map(jolt, hovers))
    steps = short_session(extras=("shuffle",), rate_hz=200.0)
    begin, end = (steps.truth["activities"][0][key] for key in ("t0", "t1"))
    inside = steps.samples.acc_mps2[(steps.samples.t_s > begin) & (steps.samples.t_s < end)]
    assert np.linalg.norm(inside, axis=1).max() > 13.0


@pytest.mark.parametrize("shape", ["cosine", "least-jerk", "even"])
def test_a_shape_is_followed_from_onset_to_return(shape: str) -> None:
    spec = Spec(
        shape=shape, lift_s=2.0, pause_s=1.0, lower_s=3.0, rest_s=1.5, reps=3, variation=0.0, sway_deg=0.0, noise="none"
    )
    made = simulate(spec)
    reps = made.truth["reps"]
    for rep in reps:
        times = [rep[name] for name in ("t_move_s", "t_arrive_s", "t_depart_s", "t_back_s")]
        assert np.diff(times) == pytest.approx([2.0, 1.0, 3.0], abs=1e-3)
    assert reps[1]["t_move_s"] - reps[0]["t_back_s"] == pytest.approx(1.5, abs=1e-3)
    speed = np.degrees(np.linalg.norm(made.samples.gyr_radps, axis=1))
    for rep in reps:
        t_s = made.samples.t_s
        still = (t_s > rep["t_arrive_s"] + 0.05) & (t_s < rep["t_depart_s"] - 0.05)
        moving = (t_s > rep["t_move_s"] + 0.4) & (t_s < rep["t_arrive_s"] - 0.4)
        assert speed[still].max() < 0.1
        assert speed[moving].min() > 5.0


def test_a_leg_sways_as_far_as_asked() -> None:
    still, swaying = (
        simulate(Spec(reps=0, variation=0.0, sway_deg=sway, noise="none", seed=2)).samples for sway in (0.0, 1.0)
    )
    assert np.abs(still.gyr_radps).max() < 1e-9
    assert 0.1 < np.degrees(np.linalg.norm(swaying.gyr_radps, axis=1)).max() < 8.0


def test_a_shape_leaves_no_share_to_choose() -> None:
    with pytest.raises(ImukickError, match="leaves no share to choose"):
        Spec(shape="even", swing=0.5)
