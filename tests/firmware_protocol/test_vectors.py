"""Every published vector through the codec, both ways; every published session through the decoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imukick.errors import ProtocolError
from imukick.sensors.imukick_v1 import (
    BATTERY_LEVEL,
    CONFIG,
    CONTROL,
    MAX_PACKETS_HZ,
    STREAM,
    CommandCode,
    Config,
    ControlCommand,
    Packet,
    Reply,
    Status,
    pack_command,
    pack_config,
    pack_reply,
    pack_stream,
    parse_command,
    parse_config,
    parse_reply,
    parse_stream,
    samples_per_packet,
    to_counts,
)
from imukick.sensors.imukick_v1_decoder import ImukickV1
from imukick.sensors.link import Battery, Decoded, Lost, Repeated, Settings
from imukick.signals import Samples
from tests.firmware_protocol.vectors import Row, named, vectors

CHARACTERISTICS = {"stream": STREAM, "config": CONFIG, "control": CONTROL, "battery": BATTERY_LEVEL}


def stream_value(packet: Packet) -> Row:
    return {"seq": packet.seq, "t_us": packet.t_us, "counts": packet.counts.tolist()}


def config_value(config: Config) -> Row:
    return {
        "version": config.version,
        "state": int(config.streaming),
        "max_latency_ms": config.max_latency_ms,
        "rate_millihz": config.rate_millihz,
        "acc_scale_ng": config.acc_scale_ng,
        "gyr_scale_ndps": config.gyr_scale_ndps,
        "acc_range_g": config.acc_range_g,
        "gyr_range_dps": config.gyr_range_dps,
        "acc_clip": config.acc_clip,
        "gyr_clip": config.gyr_clip,
        "overruns": 0xFFFFFFFF if config.overruns is None else config.overruns,
        "boot": config.boot,
        "mtu": config.mtu or 0,
        "n": config.samples,
    }


def command_value(command: ControlCommand) -> Row:
    if command.code is not CommandCode.SET:
        return {"order": command.code.name}
    return {
        "order": "SET",
        "rate_millihz": command.rate_millihz,
        "acc_range_g": command.acc_range_g,
        "gyr_range_dps": command.gyr_range_dps,
        "max_latency_ms": command.max_latency_ms,
    }


def reply_value(reply: Reply) -> Row:
    return {"order": reply.code.name, "status": reply.status.name, "uptime_us": reply.uptime_us}


CODECS: dict[str, tuple[Any, Any, Any]] = {
    "stream": (parse_stream, lambda p: pack_stream(p.seq, p.t_us, p.counts), stream_value),
    "config": (parse_config, pack_config, config_value),
    "command": (parse_command, pack_command, command_value),
    "reply": (parse_reply, pack_reply, reply_value),
}


def cases() -> list[Any]:
    rows = [(row.get("kind", name), row) for name in ("stream", "config", "control") for row in vectors(name)]
    return [pytest.param(kind, row, id=f"{kind}: {row['name']}") for kind, row in rows]


@pytest.mark.parametrize(("kind", "row"), cases())
def test_each_vector_decodes_and_packs_again_or_is_refused_at_its_byte(kind: str, row: Row) -> None:
    parse, pack, value = CODECS[kind]
    data = bytes.fromhex(row["hex"])
    if "error" in row:
        with pytest.raises(ProtocolError) as refused:
            parse(data)
        assert (refused.value.offset, refused.value.hex) == (row["error"]["offset"], row["hex"])
        assert "\n" not in str(refused.value)
    else:
        parsed = parse(data)
        assert value(parsed) == row["value"]
        assert pack(parsed) == data


def told_value(decoded: Decoded, row: Row) -> Row:
    """What was told, as the vectors write it."""
    match decoded:
        case Samples():
            scale = Config().acc_mps2_per_count
            assert np.rint(decoded.acc_mps2[:, 0] / scale).tolist() == [number(row) % 32768] * len(decoded)
            return {"t_s": decoded.t_s.tolist()}
        case Lost():
            return {"lost": [decoded.t_from_s, decoded.t_to_s, decoded.packets, decoded.samples]}
        case Repeated():
            return {"repeated": decoded.packets}
        case Settings():
            return {"rate_hz": decoded.rate_hz}
        case Battery():
            return {"battery": decoded.percent}


def number(row: Row) -> int:
    """The seq of a STREAM packet."""
    return int.from_bytes(bytes.fromhex(row["hex"])[2:4], "little")


def close(wanted: Row) -> Row:
    """Times to a microsecond, everything else as it is."""
    return {key: pytest.approx(value, abs=1e-6) if key == "t_s" else value for key, value in wanted.items()}


@pytest.mark.parametrize("row", vectors("sessions"), ids=named)
def test_each_session_gives_its_times_and_gaps(row: Row) -> None:
    decoder = ImukickV1()
    for at, step in enumerate(row["steps"]):
        data = bytes.fromhex(step["hex"])
        if step["on"] == "start":
            assert decoder.start()
            continue
        on = CHARACTERISTICS[step["on"]]
        if "error" in step:
            with pytest.raises(ProtocolError) as refused:
                decoder.receive(on, data, step["arrival_s"])
            assert (refused.value.offset, refused.value.hex) == (step["error"]["offset"], step["hex"]), at
            continue
        decoded = [told_value(one, step) for one in decoder.receive(on, data, step["arrival_s"])]
        for got in decoded:
            if "lost" in got:
                got["lost"][:2] = [round(t, 6) for t in got["lost"][:2]]
        wanted = [
            {"lost": [round(t, 6) for t in one["lost"][:2]] + one["lost"][2:]} if "lost" in one else close(one)
            for one in step["told"]
        ]
        assert decoded == wanted, f"step {at}: {step}"


@pytest.mark.parametrize("row", vectors("sizes"), ids=named)
def test_each_packet_size_follows_the_rule(row: Row) -> None:
    n = samples_per_packet(row["mtu"], row["rate_hz"], row["max_latency_ms"] / 1000)
    assert n == row["n"]
    assert len(pack_stream(0, 0, np.zeros((n, 6), dtype=np.int16))) == row["bytes"] <= row["mtu"] - 3
    assert (row["rate_hz"] / n <= MAX_PACKETS_HZ) == (row["start"] == "OK")


@pytest.mark.parametrize("row", vectors("values"), ids=lambda row: str(row["raw"]))
def test_each_reading_means_what_the_table_says(row: Row) -> None:
    config = Config()
    decoder = ImukickV1()
    decoder.start()
    decoder.receive(CONFIG, pack_config(config), 0.0)
    decoder.receive(CONTROL, pack_reply(Reply(CommandCode.START, uptime_us=0)), 0.0)
    data = pack_stream(0, 0, np.full((1, 6), row["raw"], dtype=np.int16))
    (samples,) = decoder.receive(STREAM, data, 0.01)
    assert isinstance(samples, Samples)
    assert samples.acc_range_mps2 is not None
    assert samples.gyr_range_radps is not None
    assert samples.acc_mps2[0] == pytest.approx(row["acc_g"] * 9.80665)
    assert samples.gyr_radps[0] == pytest.approx(np.radians(row["gyr_dps"]))
    assert (abs(samples.acc_mps2[0]) >= samples.acc_range_mps2 - 1e-9).all() == row["saturated"]
    assert (abs(samples.gyr_radps[0]) >= samples.gyr_range_radps - 1e-9).all() == row["saturated"]
    back = to_counts(samples.acc_mps2, samples.gyr_radps, config)
    assert back.tolist() == [[max(row["raw"], -32767)] * 6]


def test_statuses_and_orders_all_have_a_vector() -> None:
    rows = [row["value"] for row in vectors("control") if "value" in row]
    assert {row["order"] for row in rows} == {code.name for code in CommandCode}
    assert {row["status"] for row in rows if "status" in row} == {status.name for status in Status}
