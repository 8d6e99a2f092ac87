"""`imukick virtual-sensor`: a process of its own that another one finds and streams from; what it refuses."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from imukick.errors import SensorError
from imukick.sensors.link import Lost
from imukick.signals import Samples
from imukick.sources.ble import LinkItem, Received, find, stream
from imukick.sources.recordings import read_recording
from imukick.virtual.bumble_backend import bumble_backend
from tests.children import PATIENCE_S
from tests.cli.command import Run, started
from tests.sources.ble_session import QUICK


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def test_another_process_streams_a_recording_from_it(kicks: Path) -> None:
    port = free_port()
    command = (
        *("virtual-sensor", "--radio", f"tcp-server:127.0.0.1:{port}", "--play", kicks),
        *("--speed", 60, "--name", "ankle", "--loss", 0.05, "--seed", 4),
    )

    async def session(sensor: subprocess.Popen[str]) -> list[LinkItem]:
        items: list[LinkItem] = []
        async with bumble_backend(f"tcp-client:127.0.0.1:{port}") as backend:
            found = await find("ankle", backend=backend)
            async with aclosing(stream(found[0], backend=backend, params=QUICK)) as stream_:
                async for item in stream_:
                    items.append(item)
                    if sensor.poll() is not None:
                        break
        return items

    with started(*command) as sensor:
        assert sensor.stdout is not None
        first = sensor.stdout.readline()
        items = asyncio.run(session(sensor))
        said, complaint = sensor.communicate(timeout=PATIENCE_S)
    assert (sensor.returncode, complaint) == (0, "")
    assert first.startswith(f"ankle: plays {kicks.name} (45.3 s, 50.08 Hz) on tcp-server:127.0.0.1:{port}")
    assert "tcp-client" in first
    assert [line.split("s  ")[1] for line in said.splitlines()[:-1]][-1] == "the recording is over"
    decoded = [decoded for item in items if isinstance(item, Received) for decoded in item.decoded]
    came = [samples for samples in decoded if isinstance(samples, Samples)]
    lost = sum(one.samples or 0 for one in decoded if isinstance(one, Lost))
    original = read_recording(kicks).samples
    assert said.splitlines()[-1].startswith(f"sent {len(came)} packets with {sum(map(len, came))} samples; lost ")
    assert lost > 0
    assert 0 <= len(original) - sum(map(len, came)) - lost < 30, "packets lost at the very end have no successor"
    t_s = np.concatenate([samples.t_s for samples in came]) + original.t_s[0]
    rows = np.abs(original.t_s[:, None] - t_s[None, :]).argmin(axis=0)
    assert np.abs(original.t_s[rows] - t_s).max() < 0.005
    acc = np.concatenate([samples.acc_mps2 for samples in came])
    assert original.acc_range_mps2 is not None
    assert np.abs(original.acc_mps2[rows] - acc).max() <= 0.51 * original.acc_range_mps2 / 32767


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_it_ends_when_told_to(kicks: Path) -> None:
    with started("virtual-sensor", "--radio", f"tcp-server:127.0.0.1:{free_port()}", "--play", kicks) as sensor:
        assert sensor.stdout is not None
        assert "45.3 s" in sensor.stdout.readline()
        sensor.send_signal(signal.SIGTERM)
        said, complaint = sensor.communicate(timeout=PATIENCE_S)
    assert (sensor.returncode, complaint) == (143, "")
    assert "sent 0 packets" in said


def test_nobody_listens() -> None:
    async def connect(transport: str) -> None:
        async with bumble_backend(transport):
            pass

    with pytest.raises(SensorError, match="start 'imukick virtual-sensor --radio tcp-server:127"):
        asyncio.run(connect(f"tcp-client:127.0.0.1:{free_port()}"))
    for wrong in ("usb:0", "tcp-client:9001", "tcp-client:127.0.0.1:0", "tcp-client:127.0.0.1:port"):
        with pytest.raises(SensorError, match="expected tcp-client"):
            asyncio.run(connect(wrong))


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (("--radio", "usb:0"), "use tcp-server"),
        (("--radio", "tcp-server:127.0.0.1:0"), "use tcp-server"),
        (("--radio", "tcp-server:127.0.0.1:99999"), "another port"),
        (("--radio", "tcp-server:127.0.0.1:1", "--play", "missing.csv"), "missing.csv"),
        (("--radio", "tcp-server:127.0.0.1:1", "--loss", "2"), "loss 2"),
        (("--radio", "tcp-server:127.0.0.1:1", "--mtu", "20"), "mtu 20"),
        (("--radio", "tcp-server:127.0.0.1:1", "--drop", "soon"), "expected two times"),
        (("--radio", "tcp-server:127.0.0.1:1", "--silence", "5-2"), "silence from 5 to 2"),
        (("--radio", "tcp-server:127.0.0.1:1", "--rate-hz", "5"), "rate-hz 5"),
        (("--radio", "tcp-server:127.0.0.1:1", "--speed", "nan"), "speed"),
        (("--radio", "tcp-server:127.0.0.1:1", "--model", "fitbit"), "there are imukick, movesense"),
    ],
)
def test_what_it_refuses(run: Run, kicks: Path, wishes: tuple[str, ...], said: str) -> None:
    play = () if "--play" in wishes or "--rate-hz" in wishes else ("--play", kicks)
    done = run("virtual-sensor", *wishes, *play)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1


@pytest.mark.skipif(Path("/dev/vhci").exists(), reason="this machine has a virtual adapter; the case is one without")
def test_no_virtual_adapter_says_what_to_do(run: Run, kicks: Path) -> None:
    done = run("virtual-sensor", "--radio", "vhci", "--play", kicks)
    assert done.code == 2
    assert "modprobe hci_vhci" in done.err
    assert done.err.count("\n") == 1
