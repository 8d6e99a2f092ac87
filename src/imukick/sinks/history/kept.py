"""What is kept of a session, as plain data: the session, each judgement of it, and what came of a plan's sets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from imukick.events import (
    Doubt,
    Event,
    Gap,
    Reason,
    Remount,
    Rep,
    RepClaimed,
    RepDisputed,
    SetEnded,
    Verdict,
    latest,
)
from imukick.marks import Mark
from imukick.plans import SetDone

if TYPE_CHECKING:
    from imukick.sinks.sets import SetRow  # numpy takes longer to load than a list to show

REP_COLUMNS: Final = tuple(field.name for field in fields(Rep))
REASONS: Final[tuple[str, ...]] = get_args(Reason)
MOST: Final = 1e12
"""No number of a repetition reaches this: thirty thousand years in seconds."""
EVENTS: Final[dict[str, type[Gap | Remount | Doubt | SetEnded | RepDisputed | RepClaimed]]] = {
    kind.__name__: kind for kind in (Gap, Remount, Doubt, SetEnded, RepDisputed, RepClaimed)
}
"""Events besides repetitions that are kept; a `LiftTold` says nothing that its repetition does not."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A session in a list. `number`: its name in the history; `judgements`: how many; the counts are the newest's.

    `started`: when it began, None where the recording does not say; `saved`: when it was kept. `ended` False: it is
    still under way, or the program was killed. `pains`: marks of pain.
    `side`, `posture`, `load`: of its repetitions, joined by commas; empty without any.
    """

    number: int
    person: str
    origin: str
    started: datetime | None
    saved: datetime
    ended: bool
    plan: str | None
    counted: int
    clean: int
    judgements: int
    pains: int
    side: str
    posture: str
    load: str
    note: str

    @property
    def at(self) -> datetime:
        """When it was: its start, else when it was kept."""
        return self.started if self.started is not None else self.saved


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of one version of the rules. `events`: repetitions, revisions and the rest, in the order they were reported.

    `meta`: that of `imukick.Analysis`, as JSON; for a session that did not end, as known at its start. `made`: when it was judged.
    """

    number: int
    made: datetime
    package: str
    metrics_version: int
    meta: Mapping[str, Any] = field(repr=False)
    events: tuple[Event, ...] = field(repr=False)

    @property
    def reps(self) -> tuple[Rep, ...]:
        """The last revision of each, as in `Analysis.reps`."""
        return latest(self.events)

    @property
    def reported(self) -> tuple[Rep, ...]:
        """Each repetition as it was first reported."""
        return tuple(event for event in self.events if isinstance(event, Rep))

    @property
    def sets(self) -> list[SetRow]:
        """One row a set, and one for the session."""
        from imukick.sinks.sets import set_rows

        return set_rows(self.reps, self.meta)


@dataclass(frozen=True, slots=True)
class KeptSession:
    """All that is kept of one session. `judgements`: the one it was kept with first, then each later one.

    `recording`: where the raw recording was, with its size in bytes and SHA-256, None where nothing is known. `uid`: the same in every copy of
    the history. `plan_text`: the plan as JSON.
    """

    number: int
    uid: str
    person: str
    origin: str
    started: datetime | None
    saved: datetime
    ended: bool
    recording: Path | None
    recording_bytes: int | None
    recording_sha256: str | None
    sensor: str | None
    plan: str | None
    plan_text: str | None
    note: str
    marks: tuple[Mark, ...]
    plan_sets: tuple[SetDone, ...]
    judgements: tuple[Judgement, ...]

    @property
    def newest(self) -> Judgement:
        """By the newest rules."""
        return self.judgements[-1]


def rep_row(rep: Rep) -> list[Any]:
    """A repetition as the values of `REP_COLUMNS`; lists as JSON."""
    return [_plain(name, getattr(rep, name)) for name in REP_COLUMNS]


def read_rep(row: tuple[Any, ...]) -> Rep:
    """The repetition of such a row, equal to what was written. Raises `ValueError`, `TypeError` or `KeyError` for a damaged row."""
    values = dict(zip(REP_COLUMNS, row, strict=True))
    values["counted"] = bool(values["counted"])
    values["verdicts"] = tuple(_verdict(verdict) for verdict in json.loads(values["verdicts"]))
    values["quality"] = _words(values["quality"])
    values["notes"] = _words(values["notes"])
    if values["reason"] not in (None, *REASONS):
        raise ValueError(f"its reason is {values['reason']!r}")
    if any(isinstance(value, float) and not abs(value) < MOST for value in values.values()):
        raise ValueError("a repetition has an impossible number")
    return Rep(**values)


def read_meta(text: str) -> dict[str, Any]:
    """The facts beside a judgement: how it was made, and of what. Raises `ValueError` when they are not a JSON object."""
    meta = json.loads(text)
    if not isinstance(meta, dict):
        raise ValueError("its facts are not a JSON object")
    return meta


def _verdict(said: dict[str, Any]) -> Verdict:
    verdict = Verdict(**said)
    if not {type(verdict.word), type(verdict.unit), type(verdict.source)} <= {str}:
        raise ValueError("a verdict has a word that is not text")
    numbers = (verdict.value, verdict.limit)
    if not ({type(number) for number in numbers} <= {int, float} and all(abs(number) < MOST for number in numbers)):
        raise ValueError("a verdict has an impossible number")
    return verdict


def _words(text: str) -> tuple[str, ...]:
    words = json.loads(text)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("it has a note that is not text")
    return tuple(words)


def _plain(name: str, value: Any) -> Any:
    if name == "verdicts":
        return to_json([asdict(verdict) for verdict in value])
    return to_json(value) if isinstance(value, tuple) else int(value) if isinstance(value, bool) else value


def to_json(value: Any) -> str:
    """JSON in one line, as short as it can be."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
