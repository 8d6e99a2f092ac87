"""Descriptions of home-made sensors in TOML -> `Sensor`; bad input is one line that names the key."""

from __future__ import annotations

from typing import Any, Final

from imukick.errors import ImukickError
from imukick.sensors.link import Sensor, Write
from imukick.sensors.mapped import SensorMap
from imukick.sensors.mapped_values import MappedValue, check_uuid
from imukick.sources.toml_table import TomlTable

SHIPPED: Final = ("arduino-six-floats", "xiao-text", "adafruit-bluefruit", "nordic-uart", "nordic-uart-frames")
MOST_WRITES: Final = 16
"""At the start, and as many at the end. Chosen: an example needs two."""
_WRITE: Final[dict[str, type]] = {"characteristic": str, "hex": str, "service": str, "response": bool}
TABLE: Final = TomlTable(
    what="a sensor's description",
    needs="a sensor",
    folder="mapped",
    shipped=SHIPPED,
    longest=20_000,  # bytes; chosen: twenty times a description
    example="docs/howto-sensor.md shows one that is",
    keys={
        "model": str,
        "service": str,
        "name": str,
        "rate_hz": float,
        "acc_unit": str,
        "gyr_unit": str,
        "time_unit": str,
        "acc_scale": float,
        "gyr_scale": float,
        "acc_axes": list,
        "gyr_axes": list,
    },
    tables={
        "value": {"characteristic": str, "struct": str, "frame": str, "check": str, "text": str, "columns": list},
        "start": _WRITE,
        "stop": _WRITE,
    },
    needed=("model", "service", "rate_hz", "acc_unit", "gyr_unit", "value"),
    needed_in={
        "value": ("characteristic", "columns"),
        "start": ("characteristic", "hex"),
        "stop": ("characteristic", "hex"),
    },
    repeated={"value": 2, "start": MOST_WRITES, "stop": MOST_WRITES},
)


def find_mapped(named: str) -> Sensor:
    """A description that ships, by its name, or a TOML file. Raises `ImukickError` when it is neither or cannot be used."""
    return parse_mapped(TABLE.text(named), named).sensor


def parse_mapped(text: str, where: str) -> SensorMap:
    """The description in a TOML text. Raises `ImukickError` that names `where`, the key, and the values expected."""
    words = TABLE.read(text, where)
    try:
        values = tuple(_described(**value) for value in words.pop("value"))
        words["service"] = words["service"].lower()
        for key in ("start", "stop"):
            words[key] = tuple(_write(**one) for one in words.get(key, []))
        return SensorMap(values=values, **words)
    except ValueError as error:
        raise ImukickError(f"{where}: {error}") from None


def _described(
    *,
    characteristic: str,
    columns: tuple[str, ...],
    struct: str | None = None,
    frame: str | None = None,
    check: Any = None,
    text: Any = None,
) -> MappedValue:
    before = None if frame is None else _bytes("frame", frame)
    return MappedValue(characteristic.lower(), columns, struct, text, before, check)


def _write(*, characteristic: str, hex: str, service: str | None = None, response: bool = True) -> Write:  # noqa: A002 - the key of the file
    check_uuid("characteristic", characteristic.lower())
    if service is not None:
        check_uuid("service", service.lower())
    data = _bytes("hex", hex)
    if not 0 < len(data) <= 512:
        raise ValueError(f"hex holds {len(data)} bytes, expected 1 to 512")
    return Write(characteristic.lower(), data, response, None if service is None else service.lower())


def _bytes(key: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"{key} is {text[:40]!r}, expected bytes such as '01 0f'") from None
