"""phyphox's replies: the same session as the file it would save, however slowly it is asked; pauses, clears, other experiments."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.analysis import analyse
from imukick.errors import ProtocolError
from imukick.sensors.link import Decoded, Lost, Settings
from imukick.sensors.phyphox import Phyphox, parse_config, parse_meta
from imukick.signals import Samples
from imukick.sources.recordings import Recording, read_recording
from imukick.virtual.track import Track, recorded_track
from tests.conftest import ROOT
from tests.sensors.foreign import holes, joined, pieces
from tests.sensors.phone_session import PhoneSession, exported

QUICK = ROOT / "recordings" / "standing_200hz_quick.csv"


def swing(duration_s: float = 30.0) -> Track:
    t_s = np.arange(int(duration_s * 100)) / 100
    rate = np.sin(t_s)
    samples = Samples(t_s, np.stack([rate, 0 * t_s, 9.81 + 0 * t_s], axis=1), np.stack([0 * t_s, rate, t_s], axis=1))
    return Track("a swing", 100.0, duration_s, 160.0, 35.0, lambda: iter([samples]))


def whole(decoded: list[Decoded]) -> Samples:
    some = pieces(decoded)
    t_s, acc, _ = joined(decoded)
    return Samples(t_s, acc, np.concatenate([one.gyr_radps for one in some]), "device")


@pytest.mark.parametrize("name", ["standing_200hz_quick", "ankle_weight_both_legs"])
def test_the_repetitions_are_those_of_the_file_that_phyphox_would_save(name: str, tmp_path: Path) -> None:
    """Polls of 50 to 400 ms, 2 % of the answers lost."""
    path = ROOT / "recordings" / f"{name}.csv"
    track = recorded_track(path)
    assert track.duration_s is not None
    session = PhoneSession(track)
    session.phone.control("start")
    session.open()
    session.play(track.duration_s + 1.0)
    meta = read_recording(path).meta
    live = analyse(Recording(path, whole(session.decoded), (), meta))
    saved = read_recording(exported(session.phone, tmp_path / "saved"))
    theirs = analyse(Recording(path, saved.samples, (), meta))
    assert len(live.reps) == len(theirs.reps) >= 5
    assert [rep.counted for rep in live.reps] == [rep.counted for rep in theirs.reps]
    for ours, other in zip(live.reps, theirs.reps, strict=True):
        assert ours.t_start_s == pytest.approx(other.t_start_s, abs=0.02)
        assert ours.t_end_s == pytest.approx(other.t_end_s, abs=0.02)
        assert ours.rom_deg == pytest.approx(other.rom_deg, abs=0.1)
    assert holes(session.decoded) == []
    assert session.asked < 6 * track.duration_s


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 99),
    slow=st.sampled_from([(0.01, 0.02), (0.05, 0.4), (0.3, 2.5)]),
    loss=st.sampled_from([0.0, 0.3]),
)
def test_any_pace_gives_the_same_samples(seed: int, slow: tuple[float, float], loss: float) -> None:
    decoded = []
    for session in (PhoneSession(swing(9.0), (0.05, 0.05), 0.0), PhoneSession(swing(9.0), slow, loss, seed)):
        session.phone.control("start")
        session.open()
        session.play(9.5)
        session.loss = 0.0
        session.play(session.t_s + 3.0)
        decoded.append(whole(session.decoded))
    assert np.array_equal(decoded[0].t_s, decoded[1].t_s)
    assert np.array_equal(decoded[0].acc_mps2, decoded[1].acc_mps2)
    assert np.array_equal(decoded[0].gyr_radps, decoded[1].gyr_radps)
    assert len(decoded[0]) > 880


def test_a_network_that_was_away_for_a_minute_costs_nothing() -> None:
    session = PhoneSession(swing(90.0), loss=0.0)
    session.phone.control("start")
    session.open()
    session.play(5.0)
    session.t_s = 70.0
    session.open()
    session.play(91.0)
    assert holes(session.decoded) == []
    assert np.diff(joined(session.decoded)[0]).max() < 0.011


def test_what_the_phone_measured_before_is_not_part_of_the_session() -> None:
    session = PhoneSession(swing())
    session.phone.control("start")
    session.t_s = 20.0
    session.open()
    session.play(25.0)
    t_s, _, gyr = joined(session.decoded)
    assert t_s[0] == pytest.approx(0.0, abs=0.02)
    assert np.deg2rad(gyr[0, 2]) == pytest.approx(20.0, abs=0.05)


def test_a_pause_on_the_phone_is_a_hole_as_long_as_it_was() -> None:
    """The phone's own time stands still meanwhile, so its file would show none."""
    session = PhoneSession(swing(), loss=0.0)
    session.phone.control("start")
    session.open()
    session.play(10.0)
    session.phone.control("stop")
    session.play(15.0)
    session.phone.control("start")
    session.play(20.0)
    (hole,) = holes(session.decoded)
    assert hole.packets == 0
    assert hole.t_to_s - hole.t_from_s == pytest.approx(5.0, abs=0.6)
    t_s = joined(session.decoded)[0]
    assert (np.diff(t_s) > 0).all()
    assert t_s[-1] == pytest.approx(20.0, abs=1.0)


@pytest.mark.parametrize("seen_paused", [True, False])
def test_times_that_go_back_begin_anew_behind_what_was(*, seen_paused: bool) -> None:
    session = PhoneSession(swing(), loss=0.0)
    session.phone.control("start")
    session.open()
    session.play(10.0)
    session.phone.control("clear")
    if seen_paused:
        session.play(12.0)
    session.phone.control("start")
    session.play(22.0)
    t_s, _, gyr = joined(session.decoded)
    assert (np.diff(t_s) > 0).all()
    (hole,) = [one for one in holes(session.decoded) if one.t_to_s - one.t_from_s > 0.05]
    assert hole.packets is None
    behind = np.deg2rad(gyr[np.searchsorted(t_s, hole.t_to_s), 2])
    assert behind == pytest.approx(12.0 if seen_paused else 10.0, abs=0.6), "all that was measured since"
    assert np.deg2rad(gyr[-1, 2]) > 21.0


def test_another_session_with_the_same_sensors_goes_on() -> None:
    session = PhoneSession(swing(), loss=0.0)
    session.phone.control("start")
    session.open()
    session.play(5.0)
    session.phone.session = "other"
    session.phone.title = "another"
    session.play(6.0)
    session.open()
    session.play(10.0)
    assert session.decoder.status is not None
    assert session.decoder.status.session == "other"
    t_s = joined(session.decoded)[0]
    assert t_s[-1] == pytest.approx(10.0, abs=1.0)
    assert len(holes(session.decoded)) == 1


def config(*sources: str) -> bytes:
    outputs = [{"t": "t"}, {"x": "a"}, {"y": "b"}, {"z": "c"}]
    return json.dumps(
        {"title": "Pendulum", "inputs": [{"source": one, "outputs": outputs} for one in sources]}
    ).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (config("accelerometer"), "'Pendulum', which has no gyroscope: in phyphox tap"),
        (config("gyroscope", "linear_acceleration"), "which has no acceleration with g: in phyphox"),
        (config(), "no acceleration with g and no gyroscope"),
        (config("accelerometer", "gyroscope").replace(b'"t": "t"', b'"abs": "t"'), "has no"),
        (b'{"inputs": [3]}', "lacks its list of sensors"),
        (b'{"title": "x"}', "lacks its list of sensors"),
        (b"<html>", "not a reply of phyphox"),
        (b"[" * 100_000, "not a reply of phyphox"),
        (b"\xff", "not a reply of phyphox"),
    ],
)
def test_experiments_that_cannot_be_used(data: bytes, words: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse_config(data)
    assert words in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_what_a_phone_says_of_itself() -> None:
    said = {
        "deviceModel": "Pixel 7",
        "version": "1.1.16",
        "sensors": {"accelerometer": {"Range": "78.45"}, "gyroscope": {"Range": "x"}},
    }
    assert parse_meta(json.dumps(said).encode()) == Settings("phyphox on Pixel 7", "1.1.16", None, 78.45, None)
    assert parse_meta(b"{}") == Settings("phyphox on a phone")


def begun() -> Phyphox:
    decoder = Phyphox()
    decoder.load(parse_config(config("accelerometer", "gyroscope").replace(b'"t": "t"', b'"t": "t"')))
    return decoder


def reply(**columns: list[object]) -> bytes:
    buffers = {name: {"size": 0, "updateMode": "full", "buffer": values} for name, values in columns.items()}
    return json.dumps({"buffer": buffers, "status": {"session": "1", "measuring": True}}).encode()


GOOD: dict[str, list[object]] = {"t": [0.0, 0.01], "a": [0.0, 0.0], "b": [0.0, 0.0], "c": [9.8, 9.8]}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"t": ["now", 0.1]}, "buffer 't' holds something that is not a number"),
        ({"a": [True, 0.1]}, "holds something that is not a number"),
        ({"a": [10**400, 0.1]}, "a number beyond all sensors"),
        ({"t": [1e12, 2e12]}, "holds a time beyond all clocks"),
        ({"c": [1e9, 0.0]}, "not a number, or beyond"),
    ],
)
def test_replies_that_hold_what_no_sensor_says(changed: dict[str, list[object]], words: str) -> None:
    decoder = begun()
    with pytest.raises(ProtocolError) as refused:
        decoder.receive(reply(**(GOOD | changed)), 0.0)
    assert words in str(refused.value)
    assert decoder.receive(reply(**GOOD), 0.0), "nothing was taken of it"


def test_a_buffer_that_is_missing_says_that_the_experiment_changed() -> None:
    with pytest.raises(ProtocolError, match="lacks the buffer 'c': another experiment was loaded"):
        begun().receive(reply(t=[0.0], a=[0.0], b=[0.0]), 0.0)


def test_readings_that_the_app_left_out_or_repeats_are_left_out() -> None:
    decoded = begun().receive(
        reply(t=[0.0, 0.0, 0.01, 0.02, 0.03], a=[1.0, 2.0, None, 4.0, 5.0], b=[0.0] * 5, c=[9.0] * 4), 0.0
    )
    t_s, acc, _ = joined(decoded)
    assert t_s.tolist() == [0.0, 0.02]
    assert acc[:, 0].tolist() == [1.0, 4.0], "and what is cut comes with the next reply"


def test_a_session_that_was_begun_does_not_begin_earlier() -> None:
    decoder = begun()
    assert decoder.receive(reply(**GOOD), 0.0)
    decoder.begin(reply(**{name: values[:1] for name, values in GOOD.items()} | {"t": [0.005]}))
    assert joined(decoder.receive(reply(**GOOD), 0.1))[0].size == 0


NUMBERS = st.lists(st.floats() | st.none(), max_size=8)
REPLIES = st.builds(
    lambda t, a, measuring, session: (
        reply(t=t, a=a, b=a, c=a)
        .replace(b'"measuring": true', f'"measuring": {json.dumps(measuring)}'.encode())
        .replace(b'"session": "1"', b'"session": ' + json.dumps(session).encode())
    ),
    *(NUMBERS, st.lists(st.floats(-50, 50) | st.none(), max_size=8)),
    *(st.booleans() | st.none(), st.sampled_from(["1", "1", "2"])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=200) | REPLIES, st.floats(0, 40)), max_size=20))
def test_any_replies_give_samples_or_a_protocol_error(replies: list[tuple[bytes, float]]) -> None:
    decoder, now_s, newest_s = begun(), 0.0, -1e10
    for data, after_s in replies:
        now_s += after_s
        decoder.query()
        decoded: list[Decoded] = []
        with suppress(ProtocolError):
            decoded = decoder.receive(data, now_s)
        for one in decoded:
            if isinstance(one, Samples):
                assert one.t_s[0] > newest_s
                newest_s = float(one.t_s[-1])
            elif isinstance(one, Lost):
                assert one.t_from_s <= one.t_to_s
