"""Descriptions of home-made sensors in TOML -> `Sensor`; bad input is one line that names the key."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from imukick.errors import ImukickError
from imukick.sensors.link import Sensor, Write
from imukick.sensors.mapped import SensorMap
from imukick.sensors.mapped_values import Value, check_uuid
from imukick.sources.small_text import small_text

LARGEST: Final = 20_000
"""Bytes. Chosen: twenty times a description."""
SHIPPED: Final = ("arduino-six-floats", "xiao-text", "adafruit-bluefruit", "nordic-uart", "nordic-uart-frames")
MOST_WRITES: Final = 16
"""At the start, and as many at the end. Chosen: an example needs two."""

KEYS: Final[dict[str, type]] = {
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
}
"""Keys at the top of a description, and what each must be."""
TABLES: Final[dict[str, dict[str, type]]] = {
    "value": {"characteristic": str, "struct": str, "frame": str, "check": str, "text": str, "columns": list},
    "start": {"characteristic": str, "hex": str, "service": str, "response": bool},
    "stop": {"characteristic": str, "hex": str, "service": str, "response": bool},
}
"""Tables that may stand several times, and their keys."""
NEEDED: Final = ("model", "service", "rate_hz", "acc_unit", "gyr_unit", "value")
_NEEDED_IN: Final = {
    "value": ("characteristic", "columns"),
    "start": ("characteristic", "hex"),
    "stop": ("characteristic", "hex"),
}
_NAMES: Final[dict[type, str]] = {
    str: "text in quotes",
    float: "a number",
    list: "a list of texts",
    bool: "true or false",
}


def find_mapped(named: str) -> Sensor:
    """A description that ships, by its name, or a TOML file. Raises `ImukickError` when it is neither or cannot be used."""
    return parse_mapped(mapped_text(named), named).sensor


def mapped_text(named: str) -> str:
    """The TOML text of a description that ships, or of a file. Raises `ImukickError` when it is neither."""
    if named in SHIPPED:
        return (files("imukick.sources") / "mapped" / f"{named}.toml").read_text(encoding="utf-8")
    if not named:
        raise ImukickError(f"a sensor's description without a name; give its TOML file, or one of {', '.join(SHIPPED)}")
    path = Path(named)
    try:
        return small_text(path, LARGEST, "a sensor's description")
    except FileNotFoundError:
        raise ImukickError(f"{named}: no such file, nor a description that ships ({', '.join(SHIPPED)})") from None
    except (OSError, ValueError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ImukickError(f"{named}: cannot be read: {why}; name a sensor's description") from None


def parse_mapped(text: str, where: str) -> SensorMap:
    """The description that a TOML text holds. Raises `ImukickError`: `where`, the key, and what is expected."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of too many digits is a plain ValueError
        raise ImukickError(f"{where}: not TOML: {error}; docs/howto-sensor.md shows one that is") from None
    told: dict[str, Any] = {}
    for key, value in data.items():
        if key in TABLES:
            told[key] = _tables(key, value, where)
        elif key in KEYS:
            told[key] = _value(key, value, KEYS[key], where)
        else:
            known = ", ".join([*KEYS, *(f"[[{table}]]" for table in TABLES)])
            raise ImukickError(f"{where}: key {key[:40]!r} is not known; known: {known}")
    missing = [key for key in NEEDED if key not in told]
    if missing:
        raise ImukickError(f"{where}: key {missing[0]!r} is missing; a sensor needs {', '.join(NEEDED)}")
    try:
        values = tuple(_described(**value) for value in told.pop("value"))
        told["service"] = told["service"].lower()
        for key in ("start", "stop"):
            told[key] = tuple(_write(**one) for one in told.get(key, []))
        return SensorMap(values=values, **told)
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
) -> Value:
    before = None if frame is None else _bytes("frame", frame)
    return Value(characteristic.lower(), columns, struct, text, before, check)


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


def _tables(name: str, value: object, where: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ImukickError(
            f"{where}: {name} is a table that may stand several times; write [[{name}]] and its keys below"
        )
    most = 2 if name == "value" else MOST_WRITES
    if len(value) > most:
        raise ImukickError(f"{where}: [[{name}]] stands {len(value)} times, expected at most {most}")
    return [_table(name, one, where) for one in value]


def _table(name: str, table: dict[str, object], where: str) -> dict[str, Any]:
    told = {}
    for key, value in table.items():
        if key not in TABLES[name]:
            raise ImukickError(
                f"{where}: key {key[:40]!r} in [[{name}]] is not known; known: {', '.join(TABLES[name])}"
            )
        told[key] = _value(f"{name}.{key}", value, TABLES[name][key], where)
    missing = [key for key in _NEEDED_IN[name] if key not in told]
    if missing:
        raise ImukickError(f"{where}: key {missing[0]!r} is missing in [[{name}]]")
    return told


def _value(key: str, value: object, kind: type, where: str) -> Any:
    fits = isinstance(value, int | float if kind is float else kind) and isinstance(value, bool) == (kind is bool)
    if kind is list and isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            return tuple(value)
        fits = False
    if not fits:
        raise ImukickError(f"{where}: key {key!r} is {str(value)[:40]!r}; expected {_NAMES[kind]}")
    try:
        return float(value) if kind is float and isinstance(value, int | float) else value
    except OverflowError:
        raise ImukickError(f"{where}: key {key!r} is too large a number") from None
