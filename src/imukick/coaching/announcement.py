"""What a coach says to one repetition: its number, a remark, the end of its set, in one breath."""

from __future__ import annotations

from dataclasses import dataclass

from imukick.coaching.cue_queue import CueQueue
from imukick.coaching.wording import say
from imukick.events import Rep, Verdict


def count(
    cues: CueQueue, number: int, aim: int | None, about: int | None = None, *, aloud: bool = True, tone: str = "rep"
) -> None:
    """Say which one of `aim` it is."""
    values = {"count": str(number)} | ({} if aim is None else {"aim": str(aim)})
    cues.say("count", "count" if aim is None else "count_of", values, about=about, aloud=aloud, tone=tone)


def correct(
    cues: CueQueue, verdict: Verdict, rep: Rep, *, lead: str = "", aloud: bool = True, tone: str = "correction"
) -> None:
    """Say what to do better than in this repetition."""
    cues.say("correction", verdict.word, {}, about=rep.index, verdict=verdict, lead=lead, aloud=aloud, tone=tone)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A counted repetition, the `number`-th of the `aim` of its set (None: no aim), as it is announced.

    `remark`: the verdict that is corrected, or a key of praise. `loss`: key and percent of a broken stop rule.
    `said_at_top`: its number was said when it reached its top.
    """

    rep: Rep
    number: int
    aim: int | None
    remark: Verdict | str | None
    loss: tuple[str, float] | None
    said_at_top: bool

    @property
    def full(self) -> bool:
        """Whether the set has all its repetitions now."""
        return self.aim is not None and self.number >= self.aim

    @property
    def ends(self) -> bool:
        """Whether the set ends with it."""
        return self.full or self.loss is not None

    def say(self, cues: CueQueue) -> str:
        """Make its cues; what is still to be spoken before the words about the set's end."""
        rep, remark, sayings = self.rep, self.remark, cues.language.sayings
        lead = "" if self.said_at_top else say("count", {"count": str(self.number)}, sayings)[1]
        one_more = self.aim is not None and self.number == self.aim - 1 and not self.ends
        alone = not (self.ends or one_more or remark)
        if alone and self.said_at_top:
            return ""
        if one_more:
            values = {"count": str(self.number), "aim": str(self.aim)}
            cues.say("last_rep", "one_more", values, about=rep.index, lead=lead, aloud=remark is None, tone="last_rep")
            lead += " " + say("one_more", values, sayings)[1]
        else:
            count(cues, self.number, self.aim, rep.index, aloud=alone, tone="rep" if alone else "")
        toned = not (self.ends or one_more)
        if isinstance(remark, Verdict):
            correct(cues, remark, rep, lead=lead, aloud=not self.ends, tone="correction" if toned else "")
        elif remark is not None:
            tone = "praise" if toned else ""
            cues.say("praise", remark, {}, about=rep.index, lead=lead, aloud=not self.ends, tone=tone)
        if self.loss is not None and not self.full:
            key, loss_pct = self.loss
            values = {"loss": f"{loss_pct:.0f}"}
            cues.say("stop", key, values, about=rep.index, aloud=False, tone="")
            lead += " " + say(key, values, sayings)[1]
        return lead.strip()
