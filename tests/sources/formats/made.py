"""Samples -> files as other sensors and apps write them; `python -m tests.sources.formats.made` makes the small ones beside this."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from imukick import read_recording
from imukick.signals import FloatArray, Samples
from imukick.units import DEG_PER_RAD, STANDARD_GRAVITY_MPS2

ROOT: Final = Path(__file__).resolve().parents[3]
FOLDER: Final = Path(__file__).resolve().parent
EPOCH_S: Final = 1_780_000_000.0
"""When these recordings began, in seconds since 1970."""
BEGAN: Final = datetime.fromtimestamp(EPOCH_S, UTC).replace(tzinfo=None)


@cache
def kick(seconds: float = 8.0, name: str = "standing_controlled") -> Samples:
    """The beginning of a shipped recording: some rest and a kick or two, on stamps exactly 20 ms apart."""
    samples = read_recording(ROOT / "recordings" / f"{name}.csv").samples
    n = min(len(samples), round(seconds * 50))
    return Samples(t_s=np.arange(n) * np.float64(0.02), acc_mps2=samples.acc_mps2[:n], gyr_radps=samples.gyr_radps[:n])


def lines(header: Iterable[str], rows: Iterable[Sequence[object]], delimiter: str = ",", end: str = "\n") -> str:
    """Header lines as they are, rows with a delimiter between the cells; numbers with seven digits."""
    out = [*header, *(delimiter.join(_cell(cell) for cell in row) for row in rows)]
    return end.join(out) + end


def _cell(cell: object) -> str:
    return f"{cell:.7g}" if isinstance(cell, float) else str(cell)


def deg(samples: Samples) -> FloatArray:
    return samples.gyr_radps * DEG_PER_RAD


def movella_dot(
    samples: Samples, *, first_us: int = 3_343_427_885, preamble: bool = True, mode: str = "Rate quantities"
) -> str:
    """Counter and microseconds of 32 bits."""
    names = (
        "PacketCounter,SampleTimeFine,"
        + {
            "Rate quantities": "Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z,Status",
            "Extended(Quaternion)": "Quat_W,Quat_X,Quat_Y,Quat_Z,FreeAcc_X,FreeAcc_Y,FreeAcc_Z,Status",
            "Orientation Euler": "Euler_X,Euler_Y,Euler_Z",
        }[mode]
    )
    head = ["sep=,", "DeviceTag:,left ankle", "FirmwareVersion:,2.0.0", "AppVersion:,2021.0", "SyncStatus:,Synced"]
    head += ["OutputRate:,50Hz", f"Measurement Mode:,{mode}", "StartTime: ,2026-05-28_20:21:13_804 GMT+8", "", names]
    us = [(first_us + round((t - samples.t_s[0]) * 1e6)) % 2**32 for t in samples.t_s]
    if mode == "Rate quantities":
        six = np.column_stack([samples.acc_mps2, deg(samples)])
        rows = [[k + 1, at, *row, 0] for k, (at, row) in enumerate(zip(us, six.tolist(), strict=True))]
    elif mode == "Orientation Euler":
        rows = [[k + 1, at, 1.0, 2.0, 3.0] for k, at in enumerate(us)]
    else:
        rows = [[k + 1, at, *row, 0] for k, (at, row) in enumerate(zip(us, oriented(samples).tolist(), strict=True))]
    return lines(head if preamble else [names], rows)


def oriented(samples: Samples) -> FloatArray:
    """(n, 7): a quaternion wxyz, sensor to earth, that turns as the rates say, and the acceleration without gravity there."""
    turn = Rotation.align_vectors([[0.0, 0.0, 1.0]], [samples.acc_mps2[0].copy()])[0]
    rows = []
    for k in range(len(samples)):
        if k:
            step_s = samples.t_s[k] - samples.t_s[k - 1]
            turn = turn * Rotation.from_rotvec(0.5 * step_s * (samples.gyr_radps[k] + samples.gyr_radps[k - 1]))
        x, y, z, w = turn.as_quat()
        free = turn.apply(samples.acc_mps2[k].copy()) - [0.0, 0.0, STANDARD_GRAVITY_MPS2]
        rows.append([w, x, y, z, *free])
    return np.array(rows)


def mt_manager(samples: Samples, *, fine: bool = False, rate: str = "50.0Hz", first: int = 51_400) -> str:
    """rad/s; ticks of 0.1 ms, or NaN and a rate in the preamble."""
    head = ["// General information: ", "//  MT Manager version: 2022.2.0 ", "// Device information: "]
    head += ["//  DeviceId: 00B4D6D1", "//  ProductCode: MTW2-3A7G6"] + ([f"//  Update Rate: {rate}"] if rate else [])
    head += ["PacketCounter\tSampleTimeFine\tYear\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z\tRoll\tPitch\tYaw"]
    six = np.column_stack([samples.acc_mps2, samples.gyr_radps]).tolist()
    ticks = [(4_294_960_000 + round((t - samples.t_s[0]) * 1e4)) % 2**32 for t in samples.t_s]
    rows = [[(first + k) % 2**16, ticks[k] if fine else "NaN", "NaN", *row, 1.0, 2.0, 3.0] for k, row in enumerate(six)]
    return lines(head, rows, "\t")


def metabase(samples: Samples, *, acc_every: int = 2, late_s: float = 0.3) -> dict[str, str]:
    """Two files; the accelerometer's begins `late_s` later and has fewer rows."""
    stem = "left_kicks_MetaWear_2026-05-28T20.26.40.000_C4AC5E3F2B11"
    t_ms = np.round((EPOCH_S + samples.t_s - samples.t_s[0]) * 1e3)
    out = {}
    begin = int(np.searchsorted(samples.t_s, samples.t_s[0] + late_s))
    for word, unit, values, rows in (
        ("Accelerometer", "g", samples.acc_mps2 / STANDARD_GRAVITY_MPS2, slice(begin, None, acc_every)),
        ("Gyroscope", "deg/s", deg(samples), slice(None)),
    ):
        header = f"epoch (ms),time (02:00),elapsed (s),x-axis ({unit}),y-axis ({unit}),z-axis ({unit})"
        at, xyz = t_ms[rows].tolist(), values[rows].tolist()
        table = [[int(t), _iso(t / 1e3), (t - at[0]) / 1e3, *v] for t, v in zip(at, xyz, strict=True)]
        out[f"{stem}_{word}_{50 / (rows.step or 1):.3f}Hz_1.4.4.csv"] = lines([header], table)
    return out


def _iso(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds")[:23]


def shimmer(samples: Samples, *, delimiter: str = ",", wide: bool = True, marked: str = "CAL") -> str:
    """A quoted `sep=`, a row of units, a delimiter at the end of each line; the low-noise accelerometer clips."""
    names = ["Timestamp_Unix", *(f"Accel_LN_{axis}" for axis in "XYZ")]
    names += [f"Accel_WR_{axis}" for axis in "XYZ"] if wide else []
    names += ["Battery", *(f"Gyro_{axis}" for axis in "XYZ")]
    units = ["ms", *["m/(s^2)"] * (6 if wide else 3), "mV", *["deg/s"] * 3]
    head = [f'"sep={delimiter}"', "".join(f"Shimmer_952D_{name}_{marked}{delimiter}" for name in names)]
    head += ["".join(f"{unit}{delimiter}" for unit in units)]
    rows = [
        [f"{(EPOCH_S + t) * 1e3:.4f}", *np.clip(a, -19.6, 19.6), *(a if wide else []), 4169.9, *w, ""]
        for t, a, w in zip(samples.t_s.tolist(), samples.acc_mps2.tolist(), deg(samples).tolist(), strict=True)
    ]
    return lines(head, rows, delimiter)


ENGLISH: Final = (
    "time",
    "DeviceName",
    "ChipTime()",
    "AccX(g)",
    "AccY(g)",
    "AccZ(g)",
    "AsX(°/s)",
    "AsY(°/s)",
    "AsZ(°/s)",
    "AngleX(°)",
)
CHINESE: Final = (
    "时间",
    "设备名称",
    "片上时间()",
    "加速度X(g)",
    "加速度Y(g)",
    "加速度Z(g)",
    "角速度X(°/s)",
    "角速度Y(°/s)",
    "角速度Z(°/s)",
    "角度X(°)",
)


def witmotion(
    samples: Samples,
    *,
    names: Sequence[str] = ENGLISH,
    devices: Sequence[str] = ("WT901BLE67(d2:25:0a:11)",),
    colons: bool = False,
    began: datetime = BEGAN,
) -> str:
    """Times as text; each device's rows in turns, the second one 90 degrees round z."""
    rows = []
    acc, gyr = samples.acc_mps2 / STANDARD_GRAVITY_MPS2, deg(samples)
    for k, t in enumerate(samples.t_s - samples.t_s[0]):
        at = began + timedelta(milliseconds=round(t * 1e3))
        text = at.isoformat(timespec="milliseconds")
        if colons:
            text = f"{at.year}-{at.month}-{at.day} {at.hour}:{at.minute}:{at.second}:{at.microsecond // 1000}"
        for n, device in enumerate(devices):
            turned = [(x, y, z) if n % 2 == 0 else (y, -x, z) for x, y, z in (acc[k].tolist(), gyr[k].tolist())]
            rows.append([text, device, "null", *turned[0], *turned[1], 12.5])
    return lines(["StartTime: " + began.isoformat(" "), "\t".join(names)], rows, "\t", "\r\n")


def sensor_logger(
    samples: Samples, *, platform: str = "android", standardised: bool = False, total: bool = True
) -> dict[str, str]:
    """A file for each sensor, z first; an iPhone's acceleration has the other sign."""
    sign = -1.0 if platform == "ios" and not standardised else 1.0
    n = len(samples)
    gravity = np.array([np.convolve(samples.acc_mps2[:, k], np.ones(9) / 9, "same") for k in range(3)]).T
    files: dict[str, FloatArray] = {
        "Accelerometer": sign * (samples.acc_mps2 - gravity),
        "Gravity": sign * gravity,
        "Gyroscope": samples.gyr_radps,
        "Magnetometer": np.ones((n, 3)),
    }
    if total:
        files["TotalAcceleration"] = sign * samples.acc_mps2
    t_s = samples.t_s - samples.t_s[0] - 0.04
    out = {}
    for k, (name, values) in enumerate(files.items()):
        late_s = 0.0 if name != "TotalAcceleration" else 0.003
        rows = [
            [round((EPOCH_S + t + late_s) * 1e9), f"{t + late_s:.9f}", float(z), float(y), float(x)]
            for t, (x, y, z) in zip(t_s.tolist(), values.tolist(), strict=True)
        ]
        out[f"{name}.csv"] = lines(["time,seconds_elapsed,z,y,x"], rows[k % 3 :])
    names = "version,device name,recording epoch time,recording time,recording timezone,platform,appVersion,device id"
    out["Metadata.csv"] = lines(
        [f"{names},sensors,sampleRateMs,standardisation,platform version"],
        [
            [
                3,
                "My Phone",
                0,
                "2026-05-28_20-26-40",
                "Europe/Berlin",
                platform,
                "1.64",
                "x",
                "a|b",
                "20|20",
                str(standardised).lower(),
                18,
            ]
        ],
    )
    out["Annotation.csv"] = "time,seconds_elapsed,text,millisecond_press_duration\n"
    return out


def phyphox(
    samples: Samples, *, delimiter: str = ",", decimal: str = ".", gravity: bool = True, joined: bool = False
) -> dict[str, str]:
    """Two sensors with times of their own, or one table; any sign between columns, decimal commas."""
    name = "Acceleration" if gravity else "Linear Acceleration"
    acc = [f"{name} {axis} (m/s^2)" for axis in "xyz"]
    gyr = [f"Gyroscope {axis} (rad/s)" for axis in "xyz"]

    def text(names: Sequence[str], values: FloatArray, t_s: FloatArray) -> str:
        header = delimiter.join(f'"{name}"' for name in ["Time (s)", *names])
        rows = [
            [f"{cell:.9E}".replace(".", decimal) for cell in row] for row in np.column_stack([t_s, values]).tolist()
        ]
        return lines([header], rows, delimiter)

    t_s = samples.t_s - samples.t_s[0]
    if joined:
        six = np.column_stack([samples.acc_mps2, samples.gyr_radps])
        return {"Raw Data.csv": text([*acc, *gyr], six, t_s)}
    out = {f"{'Accelerometer' if gravity else 'Linear Accelerometer'}.csv": text(acc, samples.acc_mps2, t_s)}
    between_s = 0.5 * (t_s[1:] + t_s[:-1])
    out["Gyroscope.csv"] = text(gyr, 0.5 * (samples.gyr_radps[1:] + samples.gyr_radps[:-1]), between_s)
    out["meta/device.csv"] = "property,value\nversion,1.2.0\n"
    out["meta/time.csv"] = '"event","experiment time","system time"\n"START",0,1780000000\n'
    return out


def movesense(samples: Samples, *, packet: int = 4, lost: Sequence[int] = ()) -> str:
    """A stamp on the first sample of each packet; packets in `lost` are not there."""
    six = np.column_stack([samples.acc_mps2, deg(samples)]).tolist()
    rows: list[list[object]] = []
    for k, row in enumerate(six):
        if k // packet not in lost:
            rows.append([float(round(1e3 * (samples.t_s[k] - samples.t_s[0]))) if k % packet == 0 else "", *row])
    return lines(["Timestamp,AccX,AccY,AccZ,GyroX,GyroY,GyroZ"], rows)


def movesense_channels(samples: Samples, *, named: bool = True) -> dict[str, str]:
    """A file for each channel."""
    out = {}
    for word, values in (("Acc", samples.acc_mps2), ("Gyro", deg(samples))):
        header = "Timestamp_ms," + ",".join(f"{word}_{axis}" if named else axis for axis in "xyz") + ",UTC_ISO"
        rows = [[k * 20.0, *row, _iso(EPOCH_S + 0.02 * k)] for k, row in enumerate(values.tolist())]
        out[f"Movesense_log_3_174430000123_{word}.csv"] = lines([header], rows)
    return out


def with_units(samples: Samples, *, delimiter: str = ";", decimal: str = ",") -> str:
    """Names on one line, units on the next, a delimiter at the end."""
    names = ["time", "accX", "accY", "accZ", "gyroX", "gyroY", "gyroZ", ""]
    units = ["ms", "mg", "mg", "mg", "dps", "dps", "dps", ""]
    mg = samples.acc_mps2 / STANDARD_GRAVITY_MPS2 * 1e3
    rows = [
        [_cell(float(cell)).replace(".", decimal) for cell in (20 * k, *a, *w)] + [""]
        for k, (a, w) in enumerate(zip(mg, deg(samples), strict=True))
    ]
    return lines([delimiter.join(names), delimiter.join(units)], rows, delimiter)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of these."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(zipfile.ZipInfo(name, (2026, 5, 28, 20, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def small() -> dict[str, bytes]:
    """One small file of each kind: the seeds of the fuzzing, and what a new format is compared with."""
    samples = kick(2.5)
    texts: dict[str, str] = {
        "movella_dot.csv": movella_dot(samples),
        "movella_dot_orientation.csv": movella_dot(samples, mode="Extended(Quaternion)"),
        "xsens_mt_manager.txt": mt_manager(samples),
        "xsens_mt_manager_fine.txt": mt_manager(samples, fine=True, rate=""),
        **metabase(samples),
        "shimmer.csv": shimmer(samples),
        "shimmer_tab.csv": shimmer(samples, delimiter="\t", wide=False),
        "witmotion.txt": witmotion(samples),
        "witmotion_two_chinese.txt": witmotion(
            samples.part(0, 60), names=CHINESE, devices=("left", "right"), colons=True
        ),
        "movesense.csv": movesense(samples),
        "phyphox_semicolon.csv": phyphox(samples, delimiter=";", decimal=",", joined=True)["Raw Data.csv"],
        "with_units_row.csv": with_units(samples),
        "geneactiv.csv": "Device Type,GENEActiv\nDevice Model,1.1\n",
        **movesense_channels(samples),
    }
    from tests.sources.formats import made_others

    texts |= made_others.small(samples.part(0, 60))
    packed = {
        "sensor_logger_android.zip": zipped(sensor_logger(samples)),
        "sensor_logger_ios.zip": zipped(sensor_logger(samples, platform="ios", total=False)),
        "phyphox.zip": zipped(phyphox(samples)),
        "phyphox_iphone_paused.zip": zipped(made_others.phyphox_pauses(made_others.phyphox_iphone(samples), 1.2, 2.7)),
        "sensor_logger_watch.zip": zipped(
            {
                "WristMotion.csv": made_others.wrist_motion(samples),
                "Metadata.csv": sensor_logger(samples, platform="ios")["Metadata.csv"],
            }
        ),
        "sensor_logger_uncalibrated.zip": zipped(made_others.sensor_logger_raw(samples)),
        "polar.zip": zipped(made_others.polar(samples)),
        "bids.zip": zipped(made_others.bids(samples)),
    }
    return {name: text.encode() for name, text in texts.items()} | packed


if __name__ == "__main__":
    for name, data in small().items():
        (FOLDER / name).write_bytes(data)
        print(name, len(data))
