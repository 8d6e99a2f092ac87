"""Plans in TOML, those that ship and a person's own -> `Plan`; bad input is one line that names the key."""

from __future__ import annotations

from typing import Final

from imukick.errors import ImukickError
from imukick.plans import Plan, read_tempo
from imukick.sources.toml_table import TomlTable

SHIPPED: Final = ("warm-up", "accessory-strength", "cool-down", "rehabilitation")
TABLE: Final = TomlTable(
    what="a plan",
    needs="a plan",
    folder="plans",
    shipped=SHIPPED,
    longest=100_000,  # bytes; chosen: a hundred times a plan
    example="imukick plans warm-up prints one that is",
    keys={
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
    },
    tables={
        "range": {"lower_deg": float, "upper_deg": float},
        "feedback": {"schedule": str},
        "stop": {"velocity_loss_pct": float, "range_loss_pct": float},
    },
    needed=("name", "purpose", "sets", "reps"),
)


def find_plan(named: str) -> Plan:
    """A plan that ships, by its name, or a TOML file. Raises `ImukickError` when it is neither or cannot be used."""
    return parse_plan(TABLE.text(named), named)


def parse_plan(text: str, where: str) -> Plan:
    """The plan in a TOML text. Raises `ImukickError` that names `where`, the key, and the values expected."""
    words = TABLE.read(text, where)
    words |= words.pop("range", {}) | words.pop("stop", {})
    if "feedback" in words:
        words |= {"feedback": schedule} if (schedule := words.pop("feedback").get("schedule")) is not None else {}
    try:
        if "tempo" in words:
            words["tempo"] = read_tempo(words["tempo"])
        return Plan(**words)
    except ValueError as error:
        raise ImukickError(f"{where}: {error}") from None
