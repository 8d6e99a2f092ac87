"""What `--sensor` says: one sensor, or several, each with the place where it is worn in front."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from imukick.errors import ImukickError
from imukick.events import Place

VIRTUAL: Final = "virtual"
WORDS: Final[Mapping[str, Place]] = {"left": "left-ankle", "right": "right-ankle", "pelvis": "pelvis"}
"""The place as a person types it -> as recordings say it."""
_PLACED: Final = re.compile(r"([A-Za-z-]*)=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Worn:
    """`sensor`: the one that is wanted, None where any will do; `side`: of its leg, where that was said; `several`: each of several by place."""

    sensor: str | None = None
    side: str | None = None
    several: Mapping[Place, str] = field(default_factory=dict)


def short(place: Place) -> str:
    """A place as a person types it, and as it is part of a recording's name.

    >>> short("left-ankle")
    'left'
    """
    return next(word for word, known in WORDS.items() if known == place)


def read_worn(values: Sequence[str]) -> Worn:
    """The sensors that were asked for. Raises `ImukickError` for what cannot be worn together.

    >>> read_worn(["K7"]).sensor, read_worn(["left=K7", "right=phyphox:10.0.0.2"]).several
    ('K7', {'left-ankle': 'K7', 'right-ankle': 'phyphox:10.0.0.2'})
    """
    found: dict[Place, str] = {}
    bare = [value for value in values if _PLACED.fullmatch(value) is None]
    if bare:
        if len(values) > 1:
            raise ImukickError(
                f"--sensor {bare[0][:40]} does not say where it is worn; of several sensors each does, as --sensor left={bare[0][:40]}"
            )
        return Worn(bare[0])
    for value in values:
        word, _, sensor = value.partition("=")
        place = WORDS.get(word)
        if place is None:
            raise ImukickError(f"--sensor {value[:40]}: the place {word!r} is not known; known: {', '.join(WORDS)}")
        if not sensor:
            raise ImukickError(
                f"--sensor {value[:40]} says no sensor; give its name or address, as --sensor {word}=NAME"
            )
        if place in found:
            raise ImukickError(f"--sensor {value[:40]}: {word} is taken by {found[place][:40]}; a place has one sensor")
        if sensor != VIRTUAL and sensor.casefold() in (other.casefold() for other in found.values()):
            raise ImukickError(f"--sensor {value[:40]}: that sensor is worn at another place already; name another one")
        found[place] = sensor
    if not found:
        return Worn()
    if set(found) == {"pelvis"}:
        raise ImukickError("a sensor on the pelvis alone sees no kick; give one on an ankle too, as --sensor left=NAME")
    if len(found) == 1:
        [(place, sensor)] = found.items()
        return Worn(sensor, short(place))
    if VIRTUAL in found.values() and set(found.values()) != {VIRTUAL}:
        raise ImukickError("virtual sensors kick by themselves; let all of the sensors be virtual, or none")
    return Worn(several={place: found[place] for place in WORDS.values() if place in found})
