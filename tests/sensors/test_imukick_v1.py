"""The v1 codec beyond the published vectors: any bytes, any values, both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imukick.errors import ProtocolError
from imukick.sensors.imukick_v1 import (
    CommandCode,
    Config,
    ControlCommand,
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

U16, U32 = st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("parse", [parse_stream, parse_config, parse_command, parse_reply])
@given(data=st.binary(max_size=64) | st.binary(max_size=40).map(lambda tail: b"\x01" + tail))
def test_any_bytes_are_read_or_refused(parse: Callable[[bytes], Any], data: bytes) -> None:
    try:
        parse(data)
    except ProtocolError as error:
        refused = error
    else:
        return
    assert refused.hex == data.hex()
    assert 0 <= refused.offset <= len(data)


@given(st.integers(0, 2**20), st.integers(0, 2**40), st.integers(1, 255), st.integers(0, 2**32 - 1))
def test_packets_come_back_as_packed(seq: int, t_us: int, n: int, seed: int) -> None:
    counts = np.random.default_rng(seed).integers(-32768, 32768, (n, 6)).astype(np.int16)
    packet = parse_stream(pack_stream(seq, t_us, counts))
    assert (packet.seq, packet.t_us) == (seq % 2**16, t_us % 2**32)
    assert (packet.counts == counts).all()


@given(st.sampled_from(CommandCode), U32, U16, U16, U16)
def test_commands_come_back_as_packed(code: CommandCode, rate: int, acc: int, gyr: int, latency: int) -> None:
    command = ControlCommand(code, rate, acc, gyr, latency) if code is CommandCode.SET else ControlCommand(code)
    assert parse_command(pack_command(command)) == command


@given(st.sampled_from(CommandCode), st.sampled_from(Status), st.integers(0, 2**64 - 1))
def test_replies_come_back_as_packed(code: CommandCode, status: Status, uptime_us: int) -> None:
    timed = status is Status.OK and code in (CommandCode.START, CommandCode.SYNC)
    reply = Reply(code, status, uptime_us if timed else None)
    assert parse_reply(pack_reply(reply)) == reply


@given(
    rate=st.integers(10_000, 1_000_000),
    range_g=st.sampled_from([2, 4, 8, 16, 32]),
    range_dps=st.sampled_from([125, 250, 500, 1000, 2000, 4000]),
    overruns=st.none() | st.integers(0, 2**32 - 2),
    mtu=st.none() | st.integers(23, 517),
)
def test_settings_come_back_as_packed(
    rate: int, range_g: int, range_dps: int, overruns: int | None, mtu: int | None
) -> None:
    config = Config(
        rate_millihz=rate,
        acc_range_g=range_g,
        acc_scale_ng=range_g * 10**9 // 32768,
        gyr_range_dps=range_dps,
        gyr_scale_ndps=range_dps * 10**9 // 32768,
        overruns=overruns,
        mtu=mtu,
    )
    assert parse_config(pack_config(config)) == config


def test_counts_are_rounded_and_held_at_the_clip_values() -> None:
    config = Config(acc_clip=30_000)
    acc = np.array([[0.0, 0.6, -0.6], [1e9, -1e9, 0.0]]) * config.acc_mps2_per_count
    gyr = np.array([[1.4, -1.4, 2.0], [1e9, -1e9, 0.0]]) * config.gyr_radps_per_count
    assert to_counts(acc, gyr, config).tolist() == [[0, 1, -1, 1, -1, 2], [30_000, -30_000, 0, 32767, -32767, 0]]


@pytest.mark.parametrize("shape", [(0, 6), (256, 6), (3, 5), (6,)])
def test_packets_that_cannot_be_are_not_packed(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="counts are"):
        pack_stream(0, 0, np.zeros(shape, dtype=np.int16))


def test_a_packet_of_other_numbers_is_not_packed() -> None:
    with pytest.raises(ValueError, match="float64"):
        pack_stream(0, 0, np.zeros((1, 6)))  # type: ignore[arg-type]


@given(st.integers(23, 517), st.floats(10.0, 1000.0), st.floats(0.001, 1.0))
def test_packets_fit_their_link_and_are_no_older_than_asked(mtu: int, rate_hz: float, max_latency_s: float) -> None:
    n = samples_per_packet(mtu, rate_hz, max_latency_s)
    assert 1 <= n <= 255
    assert 8 + 12 * n <= mtu - 3
    assert n == 1 or n / rate_hz <= max_latency_s + 1e-9
