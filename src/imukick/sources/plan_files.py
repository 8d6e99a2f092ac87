"""Plans in TOML, those that ship and a person's own -> `Plan`; bad input is one line that names the key."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from imukick.errors import ImukickError
from imukick.plans import Plan, read_tempo
from imukick.sources.small_text import small_text

LARGEST: Final = 100_000
"""Bytes. Chosen: a hundred times a plan."""
SHIPPED: Final = ("warm-up", "accessory-strength", "cool-down", "rehabilitation")

KEYS: Final[dict[str, type]] = {
    "name": str,
    "purpose": str,
    "about": str,
    "posture": str,
    "support": str,
    "load": str,
    "load_kg": float,
    "sets": int,
    "reps": int,
    "sides": list,
    "order": str,
    "rest_s": float,
    "switch_s": float,
    "end_after_s": float,
    "tempo": str,
}
"""Keys at the top of a plan, and what each must be."""
TABLES: Final[dict[str, dict[str, tuple[str, type]]]] = {
    "range": {"lower_deg": ("lower_deg", float), "upper_deg": ("upper_deg", float)},
    "feedback": {"schedule": ("feedback", str)},
    "stop": {"velocity_loss_pct": ("velocity_loss_pct", float), "range_loss_pct": ("range_loss_pct", float)},
}
"""Tables, their keys, and the field of `Plan` that each fills."""
_NEEDED: Final = ("name", "purpose", "sets", "reps")
_NAMES: Final[dict[type, str]] = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    list: "a list of texts",
}


def shipped_text(name: str) -> str:
    """The file of a plan that ships. Raises `ImukickError` for a name that is none."""
    if name not in SHIPPED:
        raise ImukickError(f"no plan called {name!r} ships; there are: {', '.join(SHIPPED)}")
    return (files("imukick.sources") / "plans" / f"{name}.toml").read_text(encoding="utf-8")


def plan_text(named: str) -> str:
    """The TOML text of a plan that ships, by its name, or of a file. Raises `ImukickError` when it is neither."""
    if named in SHIPPED:
        return shipped_text(named)
    path = Path(named)
    try:
        return small_text(path, LARGEST, "a plan")
    except FileNotFoundError:
        known = ", ".join(SHIPPED)
        raise ImukickError(f"{named}: no such file, nor a plan that ships ({known})") from None
    except (OSError, ValueError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ImukickError(f"{named}: cannot be read: {why}; name a plan's file") from None


def find_plan(named: str) -> Plan:
    """A plan that ships, by its name, or a TOML file. Raises `ImukickError` when it is neither or cannot be used."""
    return parse_plan(plan_text(named), named)


def parse_plan(text: str, where: str) -> Plan:
    """The plan that a TOML text says. Raises `ImukickError`: `where`, the key, and what is expected."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of too many digits is a plain ValueError
        raise ImukickError(f"{where}: not TOML: {error}; imukick plans warm-up prints one that is") from None
    told: dict[str, Any] = {}
    for key, value in data.items():
        if key in TABLES:
            told |= _table(key, value, where)
        elif key in KEYS:
            told[key] = _value(key, value, KEYS[key], where)
        else:
            known = ", ".join([*KEYS, *(f"[{table}]" for table in TABLES)])
            raise ImukickError(f"{where}: key {key[:40]!r} is not known; known: {known}")
    missing = [key for key in _NEEDED if key not in told]
    if missing:
        raise ImukickError(f"{where}: key {missing[0]!r} is missing; a plan needs {', '.join(_NEEDED)}")
    try:
        if "tempo" in told:
            told["tempo"] = read_tempo(told["tempo"])
        return Plan(**told)
    except ValueError as error:
        raise ImukickError(f"{where}: {error}") from None


def _table(name: str, value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ImukickError(f"{where}: {name} is a table; write [{name}] and its keys below")
    told = {}
    for key, inner in value.items():
        if key not in TABLES[name]:
            known = ", ".join(TABLES[name])
            raise ImukickError(f"{where}: key {key[:40]!r} in [{name}] is not known; known: {known}")
        field, kind = TABLES[name][key]
        told[field] = _value(f"{name}.{key}", inner, kind, where)
    return told


def _value(key: str, value: object, kind: type, where: str) -> Any:
    fits = isinstance(value, int | float if kind is float else kind) and not isinstance(value, bool)
    if kind is list and isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            return tuple(value)
        fits = False
    if not fits:
        raise ImukickError(f"{where}: key {key!r} is {str(value)[:40]!r}; expected {_NAMES[kind]}")
    return float(value) if kind is float and isinstance(value, int | float) else value
