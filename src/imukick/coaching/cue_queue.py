"""One voice: sentences become cues, never two at once; what moves the plan on waits for its turn, the rest is only shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from imukick.coaching.language import Language
from imukick.coaching.wording import say, verdict_text
from imukick.events import Verdict
from imukick.marks import MarkKind
from imukick.plans import PRIORITY, Cue, CueKind

SPOKEN_APART_S: Final = 1.5
"""No cue is spoken so soon after one of the same or a higher priority. Chosen: a short sentence takes about a second."""
STALE_S: Final = 6.0
"""What could not be said for so long is not said at all. Chosen: about one repetition."""
WAITS: Final = frozenset({"set_end", "switch", "done", "begin", "rest_over", "stop"})
"""Kinds that are spoken late rather than never."""


class CueQueue:
    """Cues in the making; `take` hands out those that were made since."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._made: list[Cue] = []
        self._waiting: list[tuple[float, Cue]] = []  # since when, and what
        self._spoke: tuple[float, int] | None = None  # when, and of which priority
        self.now_s: float | None = None
        self.told = 0

    def reach(self, t_s: float) -> None:
        """Time goes on; what waited and may be spoken now becomes a cue of its own."""
        self.now_s = t_s if self.now_s is None else max(self.now_s, t_s)
        self._waiting = [(since_s, cue) for since_s, cue in self._waiting if self.now_s - since_s <= STALE_S]
        if self._waiting and self._free(self._waiting[0][1].priority):
            _, cue = self._waiting.pop(0)
            self._make(cue.kind, cue.key, cue.values, cue.text, cue.spoken, "", None, "", None)

    def take(self) -> list[Cue]:
        """What was made since the last time."""
        made, self._made = self._made, []
        return made

    def say(
        self,
        kind: CueKind,
        key: str,
        values: Mapping[str, str],
        *,
        about: int | None = None,
        verdict: Verdict | None = None,
        lead: str = "",
        aloud: bool = True,
        tone: str = "",
        mark: tuple[MarkKind, str] | None = None,
    ) -> None:
        """Make a cue; `lead` is spoken before its own sentence, and nothing at all unless `aloud`."""
        shown, own = say(key, values, self.language.sayings)
        if verdict is not None:
            shown = f"{shown} ({verdict_text(verdict, self.language)})"
        spoken = f"{lead} {own}".strip() if aloud and own else ""
        if kind == "safety":
            self._waiting = []
        told = tuple(values.items())
        word = "" if verdict is None else verdict.word
        if spoken and not self._free(PRIORITY[kind]):
            self._make(kind, key, told, shown, "", tone, about, word, mark)
            if kind in WAITS:
                self._waiting.append((self.now_s or 0.0, Cue(0, 0.0, kind, key, told, shown, spoken, "")))
            return
        self._make(kind, key, told, shown, spoken, tone, about, word, mark)

    def _free(self, priority: int) -> bool:
        """May something of this priority be spoken now?"""
        if self._spoke is None or self.now_s is None:
            return True
        at_s, last = self._spoke
        return self.now_s - at_s >= SPOKEN_APART_S or priority > last

    def _make(
        self,
        kind: CueKind,
        key: str,
        values: tuple[tuple[str, str], ...],
        text: str,
        spoken: str,
        tone: str,
        about: int | None,
        verdict: str,
        mark: tuple[MarkKind, str] | None,
    ) -> None:
        self.told += 1
        now_s = 0.0 if self.now_s is None else self.now_s
        if spoken:
            self._spoke = (now_s, PRIORITY[kind])
        self._made.append(Cue(self.told, now_s, kind, key, values, text, spoken, tone, about, verdict, mark))
