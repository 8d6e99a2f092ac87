"""What the fuzzing begins with: sessions of the virtual sensors, small files of every format. `python -m tests.fuzz.seeds FOLDER`."""

from __future__ import annotations

import gzip
import struct
import sys
import tempfile
from pathlib import Path

import numpy as np

from imukick.sensors.link import Action, Decoded, Decoder
from imukick.sinks.recording_csv import write_recording
from imukick.sources.mapped_files import SHIPPED
from imukick.sources.mapped_files import TABLE as SENSOR_FILES
from imukick.sources.plan_files import SHIPPED as PLANS
from imukick.sources.plan_files import TABLE as PLAN_FILES
from imukick.units import DEG_PER_RAD
from imukick.virtual.device_models import MODELS
from imukick.virtual.off_radio import sensor_of, talk
from imukick.virtual.radio import Radio
from imukick.virtual.track import Track, recorded_track
from tests.fuzz import decoders, readers
from tests.sources.formats import made, made_others


class Listening:
    """A decoder that notes what it is given."""

    def __init__(self, inner: Decoder) -> None:
        self._inner = inner
        self.values: list[tuple[str, float, bytes]] = []

    def start(self) -> tuple[Action, ...]:
        return self._inner.start()

    def stop(self) -> tuple[Action, ...]:
        return self._inner.stop()

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        self.values.append((characteristic, arrival_s, data))
        return self._inner.receive(characteristic, data, arrival_s)


def of_decoders() -> dict[str, bytes]:
    """A session of each make with a good radio and with one that loses packets, and a few records of each description."""
    out: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kick.csv"
        write_recording(path, made.kick(3.0), (), {})
        for name in MODELS:
            for radio_name, radio in (("good", Radio()), ("lossy", Radio(loss=0.2, seed=3))):
                track: Track = recorded_track(path)
                listening = Listening(sensor_of(name).decoder())
                talk(name, track, radio=radio, decoder=listening)
                out[f"{name}_{radio_name}"] = decoders.seed(name, listening.values)[:6000]
    for name in [one for one in SHIPPED if one not in MODELS]:
        known = decoders.characteristics(name)
        numbers = [
            struct.pack("<6f", 0.1, 0.2, 0.98, 1.0, 2.0, 3.0),
            b"A,0.01,0.02,0.98,G,0.05,0.00,0.01,M,27.8",
            struct.pack("<3f", 0, 0, 9.8),
        ]
        out[name] = decoders.seed(name, [(one, 0.1 * k, value) for k, value in enumerate(numbers) for one in known])
    return out


def of_readers() -> dict[str, bytes]:
    """The small files, each as a file or a zip; pairs as a folder and packed; a table of repetitions; plans."""
    samples = made.kick(2.5)
    out = {}
    for name, data in made.small().items():
        if name.endswith(".zip"):
            out[f"zip_{name}"] = readers.joined("zip", {"a.zip": data})
        else:
            out[f"file_{name}"[:60]] = readers.joined("file", {"a.csv": data})
    few = samples.part(0, 60)
    pairs = {
        "metabase": made.metabase(few),
        "sensor_logger": made.sensor_logger(few),
        "sensor_logger_ios": made.sensor_logger(few, platform="ios", total=False),
        "phyphox": made.phyphox(few),
        "movesense": made.movesense_channels(few),
        "polar": made_others.polar(few),
        "phyphox_iphone": made_others.phyphox_pauses(made_others.phyphox_iphone(few), 0.5, 2.0),
        "ximu3": made_others.ximu3(few),
        "ngimu": made_others.ngimu(few),
        "bids": made_others.bids(few, latency=True),
        "uncalibrated": made_others.sensor_logger_raw(few),
        "wear_os": {
            f"{watch}{name}": text
            for name, text in made.sensor_logger(few).items()
            for watch in ("", "Watch")
            if name in ("Gyroscope.csv", "TotalAcceleration.csv") or (name == "Metadata.csv" and not watch)
        },
        "two_programs": {
            "a_acc.csv": made.phyphox(few)["Accelerometer.csv"],
            "a_gyro.csv": made.phyphox(few)["Gyroscope.csv"].replace("rad/s", "deg/s"),
        },
    }
    for name, files in pairs.items():
        encoded = {one[-40:]: text.encode() for one, text in files.items()}
        out[f"folder_{name}"] = readers.joined("folder", encoded)
        out[f"packed_{name}"] = readers.joined("packed", encoded)
    two = made.witmotion(few, devices=("left", "right")).encode()
    out["two_devices"] = readers.joined("file", {"a.txt": two}, readers.DEVICE)
    counted = made.mt_manager(few, rate="").encode()
    named = "\n".join(
        f"{row},{'right' if k % 2 else 'left'}" for k, row in enumerate(_moving(1.0).decode().split("\n"))
    )
    out["two_in_turns"] = readers.joined("file", {"a.csv": named.replace("left", "sensor", 1).encode()}, readers.DEVICE)
    out["restart"] = readers.joined("file", {"a.csv": _moving(1.0) + b"\n" + _moving(1.0)}, readers.DEVICE)
    out["gzip"] = readers.joined("file", {"a.csv": gzip.compress(_moving(1.0))})
    out |= _as_people_have_them(_moving(1.0).decode().split("\n"))
    out["utf16"] = readers.joined("file", {"a.csv": _moving(1.0).decode().encode("utf-16")})
    out["parquet"] = readers.joined("file", {"a.csv": made_others.parquet(few)})
    out["text_times"] = readers.joined(
        "file", {"a.csv": made_others.axivity(few).replace("(g)", "(m/s\u00b2)").encode("cp1252")}
    )
    out["counted"] = readers.joined("file", {"a.txt": counted}, readers.RATE)
    for name, scale in (("kick", 1.0), ("kick_degps", DEG_PER_RAD)):
        out[name] = readers.joined("file", {"a.csv": _moving(scale)})
    out["native"] = readers.joined("file", {"a.csv": _native()})
    out["spans"] = readers.joined("spans", {"a.csv": b"t_start_s,t_end_s,counted\n1,2,true\n3,4,no\n"})
    out["spans_json"] = readers.joined("spans", {"a.json": b'{"reps": [{"t_start_s": 1, "t_end_s": 2.5}]}'})
    for name in PLANS:
        out[f"plan_{name}"] = readers.joined("toml", {"a.toml": PLAN_FILES.text(name).encode()})
    for name in SHIPPED:
        out[f"mapped_{name}"] = readers.joined("toml", {"a.toml": SENSOR_FILES.text(name).encode()})
    return out


def _moving(gyr_share: float) -> bytes:
    """A kick at 25 Hz with few digits, so that the gyroscope's unit is measured."""
    samples = made.kick(8.0)
    rows = np.column_stack([samples.t_s, samples.acc_mps2, gyr_share * samples.gyr_radps])[::2]
    lines = [",".join(f"{cell:.3g}" if k else f"{cell:.2f}" for k, cell in enumerate(row)) for row in rows.tolist()]
    return "\n".join(["t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps", *lines]).encode()


def _as_people_have_them(rows: list[str]) -> dict[str, bytes]:
    """A table as copying, loggers, spreadsheets and merging leave it: packed in pieces, sensors side by side, zeros, clocks set back, …"""
    head, body = rows[0], rows[1:]
    cells = [row.split(",") for row in body]
    sides = [f"{side}_{name}" for side in ("left", "right") for name in head.split(",")[1:]]
    middle = len(body) // 2
    set_back = [f"{float(row[0]) - 0.5:.2f},{','.join(row[1:])}" for row in cells[middle:]]
    texts = {
        "side_by_side": [",".join(["t_s", *sides]), *(",".join([*row, *row[1:]]) for row in cells)],
        "zeros": [head, *(",".join([row[0], *(["0"] * 6 if k % 9 == 4 else row[1:])]) for k, row in enumerate(cells))],
        "clock_set_back": [head, *body[:middle], *set_back],
        "no_leading_zeros": [
            head,
            *(f"{row[0].split('.')[0]}.{int(row[0].split('.')[1])},{','.join(row[1:])}" for row in cells),
        ],
        "units_row": ["Zeit;a x;a y;a z;g x;g y;g z", "s;m/s\u00b2;m/s\u00b2;m/s\u00b2;rad/s;rad/s;rad/s"]
        + [";".join(row).replace(".", ",") for row in cells],
        "quoted": [",".join(f'"{cell}"' for cell in row.split(",")) for row in rows],
        "r_rows": [head, *(f"{k + 1},{row}" for k, row in enumerate(body))],
        "header_again": [*rows[:middle], *rows],
        "dead_axis": [head, *(",".join([*row[:5], "0", row[6]]) for row in cells)],
        "am_pm": [
            head.replace("t_s", "time"),
            *(f"11:59:{10 + k / 25:06.3f} AM,{row.split(',', 1)[1]}" for k, row in enumerate(body)),
        ],
        "preamble": ["Made by a logger", "", *rows, "end of file"],
    }
    found = {f"people_{name}": "\n".join(text).encode() for name, text in texts.items()}
    found["people_packed"] = gzip.compress("\n".join([*rows[:middle], ""]).encode()) + gzip.compress(
        "\n".join(rows[middle:]).encode()
    )
    return {
        name: readers.joined("file", {"a.csv": data}, readers.DEVICE * (name == "people_side_by_side"))
        for name, data in found.items()
    }


def _native() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        write_recording(path, made.kick(1.5), (), {"side": "left", "sensor": "x"})
        return path.read_bytes() + b"#! 1.4,note,tired\n"


if __name__ == "__main__":
    for room, found in (("decoders", of_decoders()), ("readers", of_readers())):
        place = Path(sys.argv[1]) / room
        place.mkdir(parents=True, exist_ok=True)
        for name, data in found.items():
            (place / name).write_bytes(data)
        print(room, len(found), sum(map(len, found.values())))
