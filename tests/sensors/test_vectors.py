"""Every vector decodes to its stated values: those made for this project, and the captured ones where they are at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imukick.sensors import movesense, polar_pmd, thingy52, witmotion
from imukick.sensors.known import SENSORS
from imukick.sensors.link import Sensor
from imukick.sensors.movella_dot import MEDIUM, SAMPLE
from imukick.sensors.movesense import NOTIFY, status_of
from imukick.sensors.polar_pmd import Measurement, PmdSetting, parse_answer, parse_delta, parse_frame, parse_settings
from imukick.sensors.thingy52 import Thingy52
from imukick.sensors.witmotion import WitMotion
from imukick.sources.mapped_files import find_mapped, parse_mapped
from imukick.units import STANDARD_GRAVITY_MPS2 as G
from tests.conftest import ROOT
from tests.sensors.foreign import dot_started, fed, holes, joined, movesense_started, polar_started
from tests.sensors.session_vectors import check

OWN = ROOT / "tests" / "vectors"
SHARED = ROOT.parent / "shared" / "sensors"


def own(name: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads((OWN / f"{name}.json").read_text(encoding="utf-8"))
    return decoded


SESSIONS = [path for path in sorted(OWN.rglob("*.json")) if "steps" in json.loads(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_sessions(path: Path) -> None:
    vector = own(f"{path.parent.name}/{path.stem}")
    check(vector, sensor_of(vector))


def sensor_of(vector: Mapping[str, Any]) -> Sensor:
    """Of a model that imukick knows, of a description that ships, or of one that the vector holds."""
    if "toml" in vector:
        return parse_mapped(vector["toml"], "the vector").sensor
    if "description" in vector:
        return find_mapped(vector["description"])
    return next(sensor for sensor in SENSORS if sensor.model == vector["model"])


def bytes_of(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def test_movesense() -> None:
    vector, decoder = own("movesense/imu6_52_with_a_lost_packet"), movesense_started()
    packets, said = bytes_of(vector["notifications"]), vector["expect"]
    decoded = fed(decoder, NOTIFY, [packets[i] for i in vector["feed"]])
    t_s, acc, gyr = joined(decoded)
    assert (len(t_s), [hole.packets for hole in holes(decoded)]) == (said["samples"], [said["lost_packets"]])
    assert acc[0] == pytest.approx(said["first_acc"], abs=1e-6)
    assert gyr[-1] == pytest.approx(said["last_gyr"], abs=1e-5)
    assert int.from_bytes(packets[0][2:6], "little") == said["t_first_ms_unwrapped"]
    assert t_s[12] == pytest.approx(0.308, abs=1e-9), "the stamp of the last packet, over the wrap"


def test_movella_dot() -> None:
    vector = own("movella_dot/rate_quantities_over_a_wrap")
    packets, said = bytes_of(vector["notifications"]), vector["expect"]
    t_s, acc, gyr = joined(fed(dot_started(), MEDIUM, packets))
    assert np.diff(t_s) == pytest.approx(said["dt_us"] * 1e-6, abs=1e-12)
    first_us = SAMPLE.unpack(packets[0])[0]
    assert first_us + t_s[-1] * 1e6 == pytest.approx(said["unwrapped_last_us"], abs=0.01)
    assert acc[-1] == pytest.approx(said["last_acc"], abs=1e-6)
    assert gyr[-1] == pytest.approx(said["last_gyr"], abs=1e-5)


def test_witmotion() -> None:
    vector, decoder = own("witmotion/stream_in_pieces"), WitMotion()
    decoder.start()
    _, acc, gyr = joined(fed(decoder, witmotion.NOTIFY, bytes_of(vector["chunks"]), every_s=0.02))
    assert acc / G == pytest.approx(np.array(vector["expect"]["acc_g"]), abs=1e-12)
    assert gyr == pytest.approx(np.array(vector["expect"]["gyr_dps"]), abs=1e-9)
    assert len(acc) == vector["expect"]["frames"]


def test_polar() -> None:
    gyro, acc = own("polar_verity/gyro_0x80"), own("polar_verity/acc_0x81")
    kind, ns, radps = parse_frame(bytes.fromhex(gyro["frame"]), gyro["factor"])
    assert (kind, ns, len(radps)) == (Measurement.GYRO, gyro["expect"]["last_ts_ns"], gyro["expect"]["n"])
    assert np.rad2deg(radps) == pytest.approx(np.array(gyro["expect"]["dps"]), abs=1e-9)
    kind, ns, mps2 = parse_frame(bytes.fromhex(acc["frame"]), acc["factor"])
    assert (kind, len(mps2)) == (Measurement.ACC, acc["expect"]["n"])
    assert mps2 / G * 1000 == pytest.approx(np.array(acc["expect"]["mg"]), abs=1e-9)
    decoded = fed(polar_started(), polar_pmd.DATA, bytes_of([acc["frame"], gyro["frame"]]))
    t_s, acc_mps2, gyr = joined(decoded)
    assert acc_mps2 == pytest.approx(mps2, abs=1e-9), "equal stamps: no sample lies between others"
    assert gyr == pytest.approx(np.array(gyro["expect"]["dps"]), abs=1e-9)
    assert np.diff(t_s) == pytest.approx(1 / 52, abs=1e-9)


def test_thingy() -> None:
    vector = own("thingy52/raw")
    _, acc, gyr = joined(fed(Thingy52(), thingy52.RAW, bytes_of(vector["frames"])))
    assert gyr == pytest.approx(np.array(vector["expect"]["gyr_dps"]), abs=1e-9)
    assert acc[0] / G == pytest.approx([0.0, 31 / 1024, 1.0], abs=1e-9)


@cache
def shared(name: str) -> dict[str, Any]:
    path = SHARED / f"{name}.json"
    if not path.exists():
        pytest.skip(f"needs the captured vectors in {SHARED.relative_to(ROOT.parent)} beside the checkout")
    decoded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return decoded


def vectors(page: str, **like: object) -> list[dict[str, Any]]:
    found = [one for one in shared(page)["vectors"] if all(one.get(key) == value for key, value in like.items())]
    assert found
    return found


def test_the_names_are_those_of_the_facts() -> None:
    pmd, gsp, wit = shared("polar_pmd"), shared("movesense_gsp"), shared("witmotion_ble")
    assert (gsp["service"], gsp["write"], gsp["notify"]) == (movesense.SERVICE, movesense.COMMAND, NOTIFY)
    assert (wit["service"], wit["notify"], wit["write"]) == (witmotion.SERVICE, witmotion.NOTIFY, witmotion.COMMAND)
    assert (pmd["service"], pmd["control"], pmd["data"]) == (
        polar_pmd.SERVICE,
        polar_pmd.CONTROL,
        polar_pmd.DATA,
    )
    thingy = shared("thingy52")
    assert (thingy["service"], thingy["config"], thingy["raw"]) == (thingy52.SERVICE, thingy52.CONFIG, thingy52.RAW)
    for kind, key in (
        (Measurement.ACC, "start_acc_52hz_16bit_8g_3ch"),
        (Measurement.GYRO, "start_gyro_52hz_16bit_2000dps_3ch"),
    ):
        assert polar_pmd.begin(kind, polar_pmd.WANTED[kind]) == bytes.fromhex(pmd["commands"][key])
    assert movesense.ask(movesense.Code.SUBSCRIBE, 0x63, "/Meas/IMU6/104") == bytes.fromhex(
        gsp["commands"]["subscribe_imu6_104"]
    )
    assert witmotion.set_rate(8) == bytes.fromhex(wit["commands"]["rate_50"])
    assert bytes.fromhex(wit["commands"]["unlock"]) == witmotion.UNLOCK
    assert bytes.fromhex(wit["commands"]["read_reg_rate"]) == witmotion.ASK_RATE


def test_captured_movesense_packets() -> None:
    for vector in vectors("movesense_gsp", kind="real_capture", channel="/Meas/IMU6/52"):
        _, acc, gyr = joined(fed(movesense_started(), NOTIFY, bytes_of([vector["notification_hex"]])))
        assert acc == pytest.approx(np.array(vector["expect"]["ArrayAcc"]), abs=1e-12)
        assert gyr == pytest.approx(np.array(vector["expect"]["ArrayGyro"]), abs=1e-12)
        assert np.linalg.norm(acc, axis=1) == pytest.approx(9.8, rel=0.02), "m/s2, not mg"


def test_captured_movesense_streams_of_acc_and_gyro_make_one() -> None:
    packets = {one["channel"]: one for one in vectors("movesense_gsp", kind="real_capture")}
    acc_packet, gyro_packet = packets["/Meas/Acc/52"], packets["/Meas/Gyro/52"]
    decoder = movesense_started()
    decoder._split()  # the subscription to both, which give each its own ref
    decoded = []
    for ref, vector in ((movesense.ACC_REF, acc_packet), (movesense.GYRO_REF, gyro_packet)):
        decoded += fed(decoder, NOTIFY, [bytes([2, ref]) + bytes.fromhex(vector["payload_hex"])])
    _, acc, gyr = joined(decoded)
    assert acc == pytest.approx(np.array(acc_packet["expect"]["ArrayAcc"]), abs=1e-12)
    assert gyr == pytest.approx(np.array(gyro_packet["expect"]["ArrayGyro"]), abs=1e-12)


def test_a_movesense_packet_in_two_parts() -> None:
    (vector,) = [one for one in vectors("movesense_gsp", kind="constructed") if "notifications_hex" in one]
    t_s, acc, gyr = joined(fed(movesense_started(104), NOTIFY, bytes_of(vector["notifications_hex"])))
    said = vector["expect"]
    assert len(t_s) == said["n"]
    assert acc[[0, -1]] == pytest.approx(np.array([said["acc_first"], said["acc_last"]]), abs=1e-6)
    assert gyr[-1] == pytest.approx(said["gyro_last"], abs=1e-5)


def test_the_507_whose_bytes_are_swapped() -> None:
    (vector,) = [one for one in vectors("movesense_gsp", kind="from_source_code") if "status_accept" in one["expect"]]
    assert status_of(bytes.fromhex(vector["notification_hex"])) == 507


def test_movella_dot_of_the_facts() -> None:
    rates = [one for one in vectors("movella_dot", kind="constructed") if one.get("payload_mode") == 21]
    decoded = fed(dot_started(), MEDIUM, bytes_of([one["hex"] for one in rates]))
    _, acc, gyr = joined(decoded)
    assert acc == pytest.approx(np.array([one["expect"]["acc"] for one in rates]), abs=1e-6)
    assert gyr == pytest.approx(np.array([one["expect"]["gyr"] for one in rates]), abs=1e-6)
    captures = [one for one in vectors("movella_dot", kind="real_capture") if "payload_mode" in one]
    stamps = [int.from_bytes(bytes.fromhex(one["hex"])[:4], "little") for one in captures]
    assert stamps == [one["expect"]["t_us"] for one in captures]


@pytest.mark.parametrize("kind", ["real_capture_truncated_to_16_bytes", "constructed"])
def test_witmotion_frames_of_the_facts(kind: str) -> None:
    for vector in [one for one in vectors("witmotion_ble", kind=kind) if "hex" in one]:
        frame = bytes.fromhex(vector["hex"]).ljust(20, b"\0")
        decoder = WitMotion()
        decoder.start()
        _, acc, gyr = joined(fed(decoder, witmotion.NOTIFY, [frame, frame]))
        assert acc / G == pytest.approx(np.array([vector["expect"]["acc_g"]] * 2), abs=1e-9)
        assert gyr == pytest.approx(np.array([vector["expect"]["gyr_dps"]] * 2), abs=1e-9)
        if "norm_acc_g" in vector["expect"]:
            assert np.linalg.norm(acc[0]) / G == pytest.approx(vector["expect"]["norm_acc_g"], abs=1e-9)


def test_witmotion_pieces_of_the_facts() -> None:
    (vector,) = [one for one in vectors("witmotion_ble", kind="constructed") if "chunks_hex" in one]
    decoder = WitMotion()
    decoder.start()
    _, acc, gyr = joined(fed(decoder, witmotion.NOTIFY, bytes_of(vector["chunks_hex"])))
    assert acc / G == pytest.approx(np.array([vector["expect_each"]["acc_g"]] * vector["expect_frames"]), abs=1e-9)
    assert gyr == pytest.approx(np.array([vector["expect_each"]["gyr_dps"]] * vector["expect_frames"]), abs=1e-9)


def test_a_witmotion_register_is_no_motion() -> None:
    (vector,) = vectors("witmotion_ble", kind="datasheet_example")
    decoder = WitMotion()
    decoder.start()
    assert fed(decoder, witmotion.NOTIFY, bytes_of([vector["hex"]] * 3)) == []


def test_polar_frames_of_the_sdk() -> None:
    for vector in [one for one in vectors("polar_pmd", kind="upstream_unit_test") if "frame_type" in one]:
        data, said = bytes.fromhex(vector["hex"]), vector["expect"]
        if "samples_dps" in said or "samples_mg" in said or "mg_first" in said:
            kind, ns, values = parse_frame(data, vector["factor"])
            assert ns == said["timestamp_ns"]
            got = np.rad2deg(values) if kind is Measurement.GYRO else values / G * 1000
            wanted = said.get("samples_dps", said.get("samples_mg"))
            if wanted is not None:
                assert got == pytest.approx(np.array(wanted), abs=1e-9)
            else:
                assert len(got) == said["n"]
                assert got[0] == pytest.approx(said["mg_first"], abs=1.0), "the SDK drops what is below one mg"
        if "raw_first" in said:
            counts = parse_delta(data[10:], 2)
            assert counts[[0, 1, -1]].tolist() == [said["raw_first"], said["raw_second"], said["raw_last"]]


def test_polar_answers_of_the_sdk() -> None:
    (offered,) = vectors("polar_pmd", name="settings response parameters GYRO")
    settings = {
        kind: [int.from_bytes(one, "little") for one in values]
        for kind, values in parse_settings(bytes.fromhex(offered["hex"])).items()
    }
    said = offered["expect"]
    assert settings == {
        PmdSetting.RATE: said["sample_rate"],
        PmdSetting.RESOLUTION: said["resolution"],
        PmdSetting.RANGE: said["range"],
        PmdSetting.CHANNELS: said["channels"],
    }
    (answered,) = vectors("polar_pmd", name="control point response")
    answer = parse_answer(bytes.fromhex(answered["hex"]))
    assert (answer.command, answer.measurement, answer.error, answer.more) == (1, 2, 0, False)


def test_a_thingy_sample_of_the_facts() -> None:
    (vector,) = vectors("thingy52", kind="constructed_from_doc")
    _, acc, gyr = joined(fed(Thingy52(), thingy52.RAW, bytes_of([vector["hex"]])))
    assert acc[0] / G == pytest.approx(vector["expect"]["acc_g"], abs=1e-9)
    assert gyr[0] == pytest.approx(vector["expect"]["gyr_dps"], abs=1e-9), "not divided by 256"


def test_no_vector_that_was_captured_elsewhere_is_kept_here() -> None:
    kinds = {path: json.loads(Path(path).read_text(encoding="utf-8"))["kind"] for path in map(str, OWN.rglob("*.json"))}
    assert set(kinds.values()) == {"constructed"}
