"""Samples -> files as phones, watches, loggers and laboratories write them; the newer formats beside `made`."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from imukick.signals import Samples
from imukick.units import STANDARD_GRAVITY_MPS2
from tests.sources.formats.made import BEGAN, EPOCH_S, deg, lines, sensor_logger

NAMES = ("t_s", "ax_mps2", "ay_mps2", "az_mps2", "gx_radps", "gy_radps", "gz_radps")


def in_g(samples: Samples) -> list[list[float]]:
    """Rows of acceleration in g and rate in deg/s."""
    both: list[list[float]] = np.column_stack([samples.acc_mps2 / STANDARD_GRAVITY_MPS2, deg(samples)]).tolist()
    return both


def stamps(samples: Samples, began: datetime = BEGAN, sep: str = " ", places: int = 3) -> list[str]:
    """Dates and times as text."""
    times = [began + timedelta(seconds=float(t)) for t in samples.t_s - samples.t_s[0]]
    return [f"{at:%Y-%m-%d}{sep}{at:%H:%M:%S}.{at.microsecond:06d}"[: 20 + places] for at in times]


def wrist_motion(samples: Samples, *, standardised: bool = False) -> str:
    """An Apple Watch's table: gravity and acceleration in g and with the other sign, unless standardised."""
    gain = 1.0 if standardised else -1.0 / STANDARD_GRAVITY_MPS2
    gravity = np.array([np.convolve(samples.acc_mps2[:, k], np.ones(9) / 9, "same") for k in range(3)]).T
    names = [f"{word}{axis}" for word in ("rotationRate", "gravity", "acceleration") for axis in "XYZ"]
    values = np.column_stack([samples.gyr_radps, gain * gravity, gain * (samples.acc_mps2 - gravity)])
    t_s = (samples.t_s - samples.t_s[0]).tolist()
    rows = [
        [round((EPOCH_S + t) * 1e9), f"{t:.4f}", *row, 1, 0, 0, 0] for t, row in zip(t_s, values.tolist(), strict=True)
    ]
    return lines([f"time,seconds_elapsed,{','.join(names)},quaternionW,quaternionX,quaternionY,quaternionZ"], rows)


def sensor_logger_raw(samples: Samples, *, platform: str = "ios") -> dict[str, str]:
    """The uncalibrated sensors alone: of an iPhone in g and with the other sign."""
    gain = -1.0 / STANDARD_GRAVITY_MPS2 if platform == "ios" else 1.0
    out = {"Metadata.csv": sensor_logger(samples, platform=platform)["Metadata.csv"]}
    for name, values in (("Accelerometer", gain * samples.acc_mps2), ("Gyroscope", samples.gyr_radps)):
        rows = [
            [round((EPOCH_S + t) * 1e9), f"{t - samples.t_s[0]:.4f}", z, y, x]
            for t, (x, y, z) in zip(samples.t_s.tolist(), values.tolist(), strict=True)
        ]
        out[f"{name}Uncalibrated.csv"] = lines(["time,seconds_elapsed,z,y,x"], rows)
    return out


def phyphox_iphone(samples: Samples, *, linear: bool = False) -> dict[str, str]:
    """An iPhone's names: the axis and the unit alone; the file's name says whether gravity is in it."""
    out = {}
    for name, unit, values in (
        ("Linear Accelerometer" if linear else "Accelerometer", "m/s^2", samples.acc_mps2),
        ("Gyroscope", "rad/s", samples.gyr_radps),
    ):
        header = ",".join(['"Time (s)"', *(f'"{axis} ({unit})"' for axis in "XYZ")])
        table = np.column_stack([samples.t_s - samples.t_s[0], values])
        out[f"{name}.csv"] = lines([header], [[f"{cell:.9E}" for cell in row] for row in table.tolist()])
    out["Magnetometer.csv"] = '"Time (s)","X (µT)","Y (µT)","Z (µT)"\n0,1,2,3\n'
    out["meta/device.csv"] = '"property","value"\n"version","1.1.16"\n'
    return out


def phyphox_pauses(files: dict[str, str], at_s: float, missed_s: float) -> dict[str, str]:
    """The same with a pause at `at_s` of the app's clock."""
    rows = [["START", 0.0, EPOCH_S], ["PAUSE", at_s, EPOCH_S + at_s], ["START", at_s, EPOCH_S + at_s + missed_s]]
    text = "".join(f'"{word}",{t:.9E},{unix:.3f},"then"\n' for word, t, unix in rows)
    return {**files, "meta/time.csv": '"event","experiment time","system time","system time text"\n' + text}


def sensorlog(samples: Samples, *, units: bool = True, fused: bool = False, delimiter: str = ",") -> str:
    """Acceleration in g with an iPhone's sign."""
    acc, gyr = -samples.acc_mps2 / STANDARD_GRAVITY_MPS2, samples.gyr_radps
    names = ["loggingTime(txt)", "loggingSample(N)"]
    if fused:
        names += ["motionTimestamp_sinceReboot(s)", *(f"motionRotationRate{a}(rad/s)" for a in "XYZ")]
        names += [*(f"motionUserAcceleration{a}(G)" for a in "XYZ"), *(f"motionGravity{a}(G)" for a in "XYZ")]
        values = np.column_stack([gyr, 0.25 * acc, 0.75 * acc]).tolist()
    else:
        names += ["accelerometerTimestamp_sinceReboot(s)", *(f"accelerometerAcceleration{a}(G)" for a in "XYZ")]
        names += ["gyroTimestamp_sinceReboot(s)", *(f"gyroRotation{a}(rad/s)" for a in "XYZ")]
        values = [
            [*a, 62_608.0 + 0.02 * k, *w] for k, (a, w) in enumerate(zip(acc.tolist(), gyr.tolist(), strict=True))
        ]
    if not units:
        names = [name.split("(", 1)[0] for name in names]
    rows = [
        [f"{stamp} +0200", k + 1, f"{62_608 + float(samples.t_s[k]):.6f}", *row]
        for k, (stamp, row) in enumerate(zip(stamps(samples), values, strict=True))
    ]
    return lines([delimiter.join(names)], rows, delimiter)


def androsensor(samples: Samples, *, delimiter: str = ";", in_words: bool = True) -> str:
    """Units everywhere, gravity and linear acceleration beside the accelerometer, a colon before the milliseconds."""
    kinds = ("ACCELEROMETER", "GRAVITY", "LINEAR ACCELERATION")
    names = [f"{kind} {axis} (m/s²)" for kind in kinds for axis in "XYZ"] + [
        f"GYROSCOPE {axis} (rad/s)" for axis in "XYZ"
    ]
    names += ["Time since start in ms " if in_words else " TIME SINCE START (ms)", "YYYY-MO-DD HH-MI-SS_SSS"]
    rows = [
        [*a, *a, 0.0, 0.0, 0.0, *w, round(1e3 * t), stamp[:19] + ":" + stamp[20:]]
        for t, a, w, stamp in zip(
            samples.t_s.tolist(), samples.acc_mps2.tolist(), samples.gyr_radps.tolist(), stamps(samples), strict=True
        )
    ]
    return lines([delimiter.join(names)], rows, delimiter)


def physics_toolbox(samples: Samples) -> str:
    """No units."""
    rows = [
        [round(t, 4), *a, *w]
        for t, a, w in zip(
            samples.t_s.tolist(),
            (samples.acc_mps2 / STANDARD_GRAVITY_MPS2).tolist(),
            samples.gyr_radps.tolist(),
            strict=True,
        )
    ]
    return lines(["time,gFx,gFy,gFz,wx,wy,wz"], rows)


def polar(samples: Samples) -> dict[str, str]:
    """Two files; ns of the sensor's clock, 18 digits."""
    out = {}
    both = ("ACC", "mg", samples.acc_mps2 / STANDARD_GRAVITY_MPS2 * 1e3), ("GYRO", "dps", deg(samples))
    for word, unit, values in both:
        rows = [
            [stamp, 599_628_005_694_449_040 + round(1e9 * (t - samples.t_s[0])), *row]
            for stamp, t, row in zip(stamps(samples, sep="T"), samples.t_s.tolist(), values.tolist(), strict=True)
        ]
        head = f"Phone timestamp;sensor timestamp [ns];X [{unit}];Y [{unit}];Z [{unit}]"
        out[f"Polar_Sense_12345678_20260528_202640_{word}.txt"] = lines([head], rows, ";")
    return out


def ximu3(samples: Samples) -> dict[str, str]:
    """A folder as x-IMU3's program writes it; one table is a recording."""
    us = [12_345_768 + round(1e6 * t) for t in (samples.t_s - samples.t_s[0]).tolist()]
    names = [f"Gyroscope {axis} (deg/s)" for axis in "XYZ"] + [f"Accelerometer {axis} (g)" for axis in "XYZ"]
    rows = [[at, *row[3:], *row[:3]] for at, row in zip(us, in_g(samples), strict=True)]
    return {
        "Inertial.csv": lines([",".join(["Timestamp (us)", *names])], rows),
        "Magnetometer.csv": "Timestamp (us),Magnetometer X (a.u.),Magnetometer Y (a.u.),Magnetometer Z (a.u.)\n12345768,1,2,3\n",
        "Quaternion.csv": "Timestamp (us),W,X,Y,Z\n12345768,1,0,0,0\n",
        "Temperature.csv": "Timestamp (us),Temperature (degC)\n12345768,25\n",
        "HighGAccelerometer.csv": "Timestamp (us),X (g),Y (g),Z (g)\n12345768,0,0,1\n",
    }


def ngimu(samples: Samples) -> dict[str, str]:
    """A folder of its forerunner."""
    names = [f"Gyroscope {axis} (deg/s)" for axis in "XYZ"] + [f"Accelerometer {axis} (g)" for axis in "XYZ"]
    rows = [[t, *row[3:], *row[:3], 1.0] for t, row in zip(samples.t_s.tolist(), in_g(samples), strict=True)]
    return {
        "sensors.csv": lines([",".join(["Time (s)", *names, "Barometer (hPa)"])], rows),
        "quaternion.csv": "Time (s),W,X,Y,Z\n0.0,1,0,0,0\n",
        "linear.csv": "Time (s),X (g),Y (g),Z (g)\n0.0,0,0,0\n",
        "battery.csv": "Time (s),Percentage (%),Time To Empty (minutes)\n0.0,90,100\n",
    }


def openlog_artemis(samples: Samples, *, micros: bool = False) -> str:
    """Mg and deg/s that the names do not say; hundredths of a second, a comma at the end."""
    names = "micros,aX" if micros else "rtcDate,rtcTime,aX"
    rows = []
    for k, (stamp, row) in enumerate(zip(stamps(samples), in_g(samples), strict=True)):
        time = [str(5_000_000 + 20_000 * k)] if micros else ["05/28/2026", stamp[11:22]]
        rows.append([*time, *(1e3 * a for a in row[:3]), *row[3:], 25.1, 50.1, ""])
    return lines([names + ",aY,aZ,gX,gY,gZ,imu_degC,output_Hz,"], rows)


def actigraph_link(samples: Samples, *, timed: bool = True) -> str:
    """Ten lines of a preamble; seven digits behind the second, or no times at all."""
    head = [
        "------------ Data File Created By ActiGraph Link ActiLife v6.13.3 Firmware v1.7.2 date format M/d/yyyy at 50 Hz  -----------"
    ]
    head += [
        "Serial Number: TAS1D48140206",
        "Start Time 20:26:40",
        "Start Date 5/28/2026",
        "Epoch Period (hh:mm:ss) 00:00:00",
    ]
    head += [
        "Download Time 18:33:27",
        "Download Date 5/29/2026",
        "Current Memory Address: 0",
        "Current Battery Voltage: 4.1     Mode = 12",
    ]
    head += ["--------------------------------------------------"]
    kinds = ("Accelerometer", "Gyroscope", "Magnetometer")
    names = [f"{kind} {axis}" for kind in kinds for axis in "XYZ"]
    names.insert(3, "Temperature")
    rows = []
    for stamp, row in zip(stamps(samples, sep="T", places=6), in_g(samples), strict=True):
        rows.append([*([f"{stamp}0"] if timed else []), *row[:3], 24.5, *row[3:], 1.0, 2.0, 3.0])
    return lines([*head, ",".join([*(["Timestamp"] if timed else []), *names])], rows)


def witmotion_sdk(samples: Samples, *, first: str = "Chiptime", decimal: str = ".") -> str:
    """The file of its Python SDK."""
    names = [first, *(f"a{a}(g)" for a in "xyz"), *(f"w{a}(deg/s)" for a in "xyz"), "AngleX(deg)", "T(°)"]
    rows = []
    for stamp, row in zip(stamps(samples), in_g(samples), strict=True):
        rows.append([stamp, *(f"{cell:.7g}".replace(".", decimal) for cell in row), "1", "25"])
    return lines(["\t".join(names)], rows, "\t", "\r\n")


def axivity(samples: Samples, *, named: bool = True) -> str:
    """An AX6's CSV, with column names or without."""
    names = ["Time", *(f"Accel-{a} (g)" for a in "XYZ"), *(f"Gyro-{a} (d/s)" for a in "XYZ")]
    rows = [
        [stamp, *(f"{cell:.6f}" for cell in row)] for stamp, row in zip(stamps(samples), in_g(samples), strict=True)
    ]
    return lines([", ".join(names).replace("Time, ", "Time,")] if named else [], rows)


def bids(samples: Samples, *, latency: bool = False) -> dict[str, str]:
    """A table without names, its channels and its rate beside it."""
    stem = "sub-01_task-kick_tracksys-imu"
    kinds = [("ACCEL", "g0"), ("GYRO", "deg/s")]
    channels = [[f"{kind.lower()}_{axis}", axis, kind, "left leg", unit] for kind, unit in kinds for axis in "xyz"]
    channels += [["latency", "n/a", "LATENCY", "n/a", "s"]] if latency else []
    rows = [[*row, *([t] if latency else [])] for t, row in zip(samples.t_s.tolist(), in_g(samples), strict=True)]
    return {
        f"{stem}_motion.tsv": lines([], rows, "\t"),
        f"{stem}_channels.tsv": lines(["name\tcomponent\ttype\ttracked_point\tunits"], channels, "\t"),
        f"{stem}_motion.json": json.dumps({"TaskName": "kick", "SamplingFrequency": 50.0}),
    }


def parquet(samples: Samples, *, dated: bool = False) -> bytes:
    """A table as our own CSV has it; or with dates for the time."""
    frame = pd.DataFrame(np.column_stack([samples.t_s, samples.acc_mps2, samples.gyr_radps]), columns=list(NAMES))
    if dated:
        frame = frame.rename(columns={"t_s": "when"})
        frame["when"] = pd.to_datetime(stamps(samples, places=6))
    out = io.BytesIO()
    frame.to_parquet(out, index=False)
    return out.getvalue()


def small(samples: Samples) -> dict[str, str]:
    """One small file of each that is a single one."""
    return {
        "sensorlog.csv": sensorlog(samples),
        "sensorlog_motion.csv": sensorlog(samples, fused=True, units=False, delimiter=";"),
        "androsensor.csv": androsensor(samples),
        "physics_toolbox.csv": physics_toolbox(samples),
        "openlog_artemis.csv": openlog_artemis(samples),
        "actigraph_link.csv": actigraph_link(samples),
        "witmotion_sdk.txt": witmotion_sdk(samples),
        "axivity.csv": axivity(samples),
        "axivity_without_names.csv": axivity(samples, named=False),
        "ximu3_Inertial.csv": ximu3(samples)["Inertial.csv"],
    }
