"""The simulator's physics, checked by other means than its own: gravity, rotation, lever, mirror image, shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid
from scipy.spatial.transform import Rotation

from imukick.signals import FloatArray, Samples
from imukick.sources.simulator import Simulated, Spec, simulate
from imukick.units import STANDARD_GRAVITY_MPS2 as G

POSTURES = ("standing", "quadruped", "prone", "any")
EVERYTHING = ("short", "off-plane", "bounce", "knee-curl", "walk", "fidget", "shuffle", "squat", "other-leg", "remount")


def machine(**wishes: Any) -> Simulated:
    """A session without unrest, spread or sensor errors, at 400 Hz."""
    return simulate(
        Spec(**{"reps": 3, "variation": 0.0, "noise": "none", "rate_hz": 400.0, "seed": 5, "rest_s": 3.0, **wishes})
    )


def within(samples: Samples, start_s: float, end_s: float) -> slice:
    start, stop = np.searchsorted(samples.t_s, [start_s, end_s])
    return slice(int(start), int(stop))


def kick_axis(samples: Samples, part: slice) -> FloatArray:
    """Unit vector of most rotation within a part, as the first half turns about it."""
    rates = samples.gyr_radps[part]
    axis = np.linalg.svd(rates, full_matrices=False)[2][0]
    about = rates @ axis
    return np.asarray(axis * np.sign(about[np.argmax(np.abs(about) > 0.1 * np.abs(about).max())]))


@pytest.mark.parametrize("posture", POSTURES)
@pytest.mark.parametrize("side", ["left", "right"])
def test_at_rest_specific_force_is_gravity_upwards(posture: str, side: str) -> None:
    made = machine(posture=posture, side=side, mounting_deg=(0.0, 0.0, 0.0))
    still = within(made.samples, 0.0, 2.0)
    assert np.allclose(np.linalg.norm(made.samples.acc_mps2[still], axis=1), G, atol=1e-9)
    assert np.allclose(made.samples.gyr_radps[still], 0.0, atol=1e-12)
    # the shank's own up axis, turned back by its angle from hanging, is the world's
    shank = np.radians(made.truth["reps"][0]["start_shank_deg"])
    assert np.allclose(made.samples.acc_mps2[0], G * np.array([-np.sin(shank), 0.0, np.cos(shank)]), atol=1e-6)


@pytest.mark.parametrize("posture", POSTURES)
def test_the_rate_integrates_to_the_true_range(posture: str) -> None:
    made = machine(posture=posture)
    for rep in made.truth["reps"]:
        part = within(made.samples, rep["t_start"] - 1.5, rep["t_peak"])
        axis = kick_axis(made.samples, part)
        turned = np.trapezoid(made.samples.gyr_radps[part] @ axis, made.samples.t_s[part])
        assert abs(np.degrees(turned)) == pytest.approx(rep["rom_shank_deg"], abs=0.01)


def fitted_lever(samples: Samples, part: slice) -> float:
    """Distance of the centre of rotation by least squares of f = g + b + alpha x r + omega x (omega x r)."""
    t_s, acc, gyr = samples.t_s[part], samples.acc_mps2[part].copy(), samples.gyr_radps[part].copy()
    turned, ups = Rotation.identity(), []
    for rate, step in zip(gyr, np.diff(t_s, append=t_s[-1]), strict=True):
        ups.append(turned.inv().apply(acc[0]))
        turned = turned * Rotation.from_rotvec(rate * step)
    alpha = np.gradient(gyr, t_s, axis=0)

    def cross(v: FloatArray) -> FloatArray:
        x, y, z = v.T
        o = np.zeros_like(x)
        return np.stack([np.stack(row, axis=1) for row in ((o, -z, y), (z, o, -x), (-y, x, o))], axis=1)

    matrix = np.concatenate([cross(alpha) + cross(gyr) @ cross(gyr), np.tile(np.eye(3), (len(t_s), 1, 1))], axis=2)
    lever = np.linalg.lstsq(matrix.reshape(-1, 6), (acc - np.array(ups)).reshape(-1), rcond=None)[0][:3]
    axis = kick_axis(samples, part)
    return float(np.linalg.norm(lever - axis * (lever @ axis)))


@pytest.mark.parametrize("posture", POSTURES)
def test_the_lever_is_the_distance_from_the_hip(posture: str) -> None:
    made = machine(posture=posture, swing=0.3, drop=0.3, recoil_m=0.0)
    rep = made.truth["reps"][1]
    part = within(made.samples, rep["t_start"] - 0.5, rep["t_end10"] - 0.1)  # before the foot lands
    assert fitted_lever(made.samples, part) == pytest.approx(made.truth["hip_to_sensor_m"], rel=0.01)


@pytest.mark.parametrize("posture", ["standing", "quadruped", "prone"])
def test_the_lever_of_a_curl_is_the_distance_from_the_knee(posture: str) -> None:
    made = machine(posture=posture, extras=("knee-curl",), lift_s=0.6, lower_s=0.6)
    curl = next(rep for rep in made.truth["reps"] if rep["kind"] == "knee_curl")
    part = within(made.samples, curl["t_start"] - 0.5, curl["t_end"] + 0.5)
    assert fitted_lever(made.samples, part) == pytest.approx(made.truth["knee_to_sensor_m"], rel=0.01)


def test_a_pelvis_that_gives_way_moves_the_centre_of_rotation_a_little() -> None:
    firm = machine(swing=0.3, recoil_m=0.0)
    soft = machine(swing=0.3, recoil_m=0.02)
    levers = []
    for made in (firm, soft):
        rep = made.truth["reps"][1]
        levers.append(fitted_lever(made.samples, within(made.samples, rep["t_start"] - 0.5, rep["t_end"] + 0.5)))
    assert 0.01 < abs(levers[1] - levers[0]) < 0.06


def test_a_turned_sensor_only_turns_the_samples() -> None:
    plain = machine(extras=EVERYTHING[:-1], mounting_deg=(0.0, 0.0, 0.0))
    turned = machine(extras=EVERYTHING[:-1], mounting_deg=(70.0, -35.0, 160.0))
    rotation = Rotation.from_euler("ZYX", [70.0, -35.0, 160.0], degrees=True)
    assert np.allclose(rotation.apply(turned.samples.acc_mps2.copy()), plain.samples.acc_mps2, atol=1e-9)
    assert np.allclose(rotation.apply(turned.samples.gyr_radps.copy()), plain.samples.gyr_radps, atol=1e-9)
    assert turned.truth["reps"] == plain.truth["reps"]


def test_the_left_leg_is_the_mirror_image() -> None:
    right, left = (machine(extras=EVERYTHING, variation=0.05, side=side) for side in ("right", "left"))
    mirror = np.array([1.0, -1.0, 1.0])
    assert np.allclose(left.samples.acc_mps2, mirror * right.samples.acc_mps2, atol=1e-9)
    assert np.allclose(left.samples.gyr_radps, -mirror * right.samples.gyr_radps, atol=1e-9)
    assert [side["side"] for side in left.truth["sides"]] == ["left", "right"]


@pytest.mark.parametrize("posture", ["standing", "quadruped"])
@pytest.mark.parametrize(("swing", "drop"), [(0.1, 0.1), (0.5, 0.3), (0.85, 0.9)])
@pytest.mark.parametrize(("recoil_m", "close"), [(0.0, 0.005), (0.01, 0.05)])
def test_shares_follow_from_the_samples(posture: str, swing: float, drop: float, recoil_m: float, close: float) -> None:
    """The formula of docs/metrics.md, from the sampled rate alone and the person's own pendulum."""
    made = machine(posture=posture, swing=swing, drop=drop, recoil_m=recoil_m)
    truth = made.truth
    for rep in truth["reps"]:
        part = within(made.samples, rep["t_start"] - 1.0, rep["t_end"] + 1.0)
        t_s = made.samples.t_s[part]
        rate = made.samples.gyr_radps[part] @ kick_axis(made.samples, part)
        psi = cumulative_trapezoid(rate, t_s, initial=0) + np.radians(truth["psi0_deg"])
        muscle = np.maximum(np.gradient(rate, t_s) / truth["omega0_sq"] + np.sin(psi), 0.0)
        for name, sign, begin, end in (
            ("share_lift", 1, rep["t_start10"], rep["t_top_start"]),
            ("share_drop", -1, rep["t_top_end"], rep["t_end10"]),
        ):
            here = (t_s >= begin) & (t_s <= end) & (rate * sign > 0) & (psi > 0)
            way = np.abs(rate) * here
            share = np.sum(np.maximum(np.sin(psi) - muscle, 0.0) * way) / np.sum(np.sin(psi) * way)
            assert share == pytest.approx(rep[name], abs=close)
            assert rep[name] == pytest.approx(swing if sign > 0 else drop, abs=close)


def test_an_ankle_weight_slows_the_pendulum_and_a_band_is_worked_against() -> None:
    plain, weighted = machine(), machine(load="ankle-weight", load_kg=3.0)
    assert weighted.truth["omega0_sq"] < 0.95 * plain.truth["omega0_sq"]
    band = machine(load="band", lift_s=0.4)
    free = machine(lift_s=0.4)
    assert band.truth["reps"][0]["share_lift"] < 0.8 * free.truth["reps"][0]["share_lift"]
