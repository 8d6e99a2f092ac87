"""A coach beside the mat: events, marks and the time reached -> cues; pure, equal for any chunking, never taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from imukick.coaching.announcement import Announcement, correct, count
from imukick.coaching.cue_queue import CueQueue
from imukick.coaching.feedback import Feedback
from imukick.coaching.language import Language
from imukick.coaching.metronome import adherence_share
from imukick.coaching.plan_progress import PlanProgress
from imukick.coaching.preferences import Preferences
from imukick.coaching.progress import advice
from imukick.coaching.state import CoachPhase, CoachState
from imukick.coaching.stop_rules import broken_rule
from imukick.coaching.wording import say
from imukick.events import Event, LiftTold, Rep, RepClaimed, RepDisputed, RepRevised, SetEnded, Verdict
from imukick.marks import BY_PLAN, Mark, MarkKind
from imukick.plans import Cue, Plan, PlanStep, SetDone, SetEnd

LEAD_S: Final = 3.0
"""From the word to the metronome's first lift. Chosen: long enough to hear the sentence and get ready."""
LATE_S: Final = 2.5
"""A repetition that ended longer ago is counted without a word. Chosen: sensors hold samples back for up to two seconds."""
TURNED: Final = 2
"""So many counted kicks of the other leg in a row are its set. Chosen: one may be a step aside."""
FREE_END_AFTER_S: Final = 20.0
"""Without a plan: when nobody has moved for so long, a set is over. Chosen: the default of a plan."""


class Coach:
    """Leads through a `plan`, or without one counts and corrects.

    Give it, in the order in which they happen: each event that the session tells (`push`), each mark that was made (`push`,
    before the events that the session tells of it), and the time that the stream has reached (`reach`). `Ticks` cuts a
    stream so that any chunking gives the same order. Cues bear the last time reached; for the time no longer than one
    sentence takes, a cue may wait for its turn to be spoken, if it moves the plan on. `both_legs`: each leg has a sensor, so that
    a plan follows the leg that kicks.
    """

    def __init__(
        self, plan: Plan | None = None, preferences: Preferences | None = None, *, both_legs: bool = False
    ) -> None:
        self._plan = plan
        self._both_legs = both_legs and plan is not None
        self._other_leg: list[Rep] = []  # counted of the leg whose turn it is not, in a row
        self._likes = preferences if preferences is not None else Preferences()
        self._course = PlanProgress(plan)
        self._feedback = Feedback("bandwidth" if plan is None else plan.feedback)
        self._speech = CueQueue(self._likes.language)
        self._phase: CoachPhase = "ready"
        self._begun = False
        self._paused = False
        self._reps = 0
        self._in_set: list[Rep] = []
        self._moved_s: float | None = None  # when somebody last moved, in a set
        self._rest_until_s: float | None = None
        self._rest_told = False
        self._cycle_s: float | None = None
        self._ready_s: float | None = None  # until when the countdown before a set lasts
        self._said_at_top = False
        self._pains = 0
        self._done: list[SetDone] = []

    @property
    def state(self) -> CoachState:
        """How things stand; reading changes nothing."""
        step, t_s = self._course.step, self._speech.now_s
        left_s = None
        if self._phase == "rest" and self._rest_until_s is not None and t_s is not None:
            left_s = max(0.0, self._rest_until_s - t_s)
        ready_s = None
        if self._ready_s is not None and t_s is not None and t_s < self._ready_s and not self._paused:
            ready_s = self._ready_s - t_s
        plan = self._plan
        return CoachState(
            t_s=t_s,
            phase=self._phase,
            paused=self._paused,
            plan=None if plan is None else plan.name,
            set=step.set,
            sets=None if plan is None else plan.sets,
            side=step.side,
            reps=self._reps,
            aim=step.reps,
            rest_left_s=left_s,
            ready_left_s=ready_s,
            tempo=None if plan is None else plan.tempo,
            cycle_from_s=self._cycle_s,
            pain=self._pains > 0,
            cues=self._speech.told,
            sets_done=tuple(self._done),
        )

    def reach(self, t_s: float) -> list[Cue]:
        """The stream has come to `t_s` (never earlier than before): what is due by now."""
        self._speech.reach(t_s)
        if not self._paused:
            self._begin()
            self._due()
        return self._speech.take()

    def push(self, item: Event | Mark) -> list[Cue]:
        """What is to be said to this."""
        match item:
            case Mark():
                if self._speech.now_s is None:
                    self._speech.reach(item.t_s)
                self._mark(item)
            case LiftTold() if not self._paused:
                self._lift()
            case (Rep() as rep) | RepRevised(rep=rep, now_counts=True):
                self._rep(rep)
            case SetEnded() if self._plan is None:
                self._end("rest")
            case RepDisputed():
                self._disputed(item.index)
            case RepClaimed():
                self._claimed()
        return self._speech.take()

    def speak(self, language: Language) -> None:
        """From now on in this language."""
        self._likes = replace(self._likes, language=language)
        self._speech.language = language

    def finish(self) -> list[Cue]:
        """The session is over."""
        self._end("finish")
        return self._speech.take()

    def _begin(self) -> None:
        """The first words of a plan."""
        if self._begun:
            return
        self._begun = True
        if self._plan is not None:
            self._speech.say("begin", "begin", self._names())
        self._lead()

    def _due(self) -> None:
        now_s = self._now_s
        if self._phase == "set" and self._moved_s is not None:
            end_after_s = FREE_END_AFTER_S if self._plan is None else self._plan.end_after_s
            if now_s - self._moved_s > end_after_s:
                self._end("rest")
        elif self._phase == "rest" and self._rest_until_s is not None and now_s >= self._rest_until_s:
            self._rest_over()

    def _rest_over(self) -> None:
        if not self._rest_told:
            self._rest_told = True
            self._speech.say("rest_over", "go_on" if self._plan is None else "rest_over", self._names())
            self._lead()

    def _mark(self, mark: Mark) -> None:
        match mark.kind:
            case "pause":
                self._paused, self._cycle_s = True, None
            case "resume":
                self._paused = False
                if self._phase == "set":
                    self._moved_s = self._now_s
                    self._lead()
            case "pain":
                self._pain()
            case "set" if mark.value != BY_PLAN:
                self._onwards()
            case "side" if mark.value not in ("unknown", self._course.step.side) and self._phase != "done":
                self._turn_to(mark.value)

    def _onwards(self) -> None:
        """The person begins the next set now."""
        if self._phase == "set":
            self._end("mark")
        if self._phase in ("rest", "stopped"):
            self._phase, self._rest_until_s = "ready", None
            self._rest_told = False
            self._rest_over()

    def _pain(self) -> None:
        self._pains += 1
        if self._phase == "set":
            self._record("pain")
            self._course.onwards()
        if self._phase != "done":
            self._phase = "stopped"
        self._rest_until_s = self._cycle_s = self._ready_s = None
        key = "pain_again" if self._pains > 1 else self._likes.pain_key
        self._speech.say("safety", key, {}, tone="stop")

    def _lift(self) -> None:
        self._ready_s = None
        if self._phase == "set":
            self._moved_s = self._now_s
        if self._likes.count_at == "top" and self._phase in ("ready", "set"):
            self._said_at_top = True
            count(self._speech, self._reps + 1, self._course.step.reps)

    def _rep(self, rep: Rep) -> None:
        if self._phase in ("stopped", "done"):
            return
        said_at_top, self._said_at_top = self._said_at_top, False
        if rep.reason == "paused":
            return
        if self._both_legs and rep.counted and rep.side != self._course.step.side:
            self._of_other_leg(rep)
            return
        if rep.counted:
            self._other_leg = []
        self._of_this_leg(rep, said_at_top=said_at_top)

    def _of_other_leg(self, rep: Rep) -> None:
        """A kick of the leg whose turn it is not: one may be a slip, `TURNED` in a row are the next set, and count for it."""
        resting = self._phase == "rest" and not self._rest_told
        if resting or self._now_s - rep.t_end_s > LATE_S:
            return
        self._other_leg.append(rep)
        if len(self._other_leg) < TURNED:
            return
        done, self._other_leg = self._other_leg, []
        self._turn_to(rep.side)
        for one in done:
            self._of_this_leg(one, said_at_top=False)

    def _turn_to(self, side: str) -> None:
        """The other leg begins its set now."""
        if self._phase == "set":
            self._end("mark")
        self._course.turn_to(side)
        self._onwards()

    def _of_this_leg(self, rep: Rep, *, said_at_top: bool) -> None:
        if self._phase == "set" or rep.counted:
            self._moved_s = max(rep.t_end_s, self._moved_s or rep.t_end_s)
            if self._plan is not None and self._plan.tempo is not None:
                self._cycle_s = max(rep.t_end_s + self._plan.tempo.rest_s, self._now_s)
        remark = self._feedback.of(rep)
        if not rep.counted:
            if isinstance(remark, Verdict):
                correct(self._speech, remark, rep)
            return
        self._phase, self._rest_until_s, self._rest_told, self._ready_s = "set", None, False, None
        self._reps += 1
        self._in_set.append(rep)
        if self._now_s - rep.t_end_s > LATE_S:  # one of several that the engine counts after all; the newest is spoken
            count(self._speech, self._reps, self._course.step.reps, rep.index, aloud=False, tone="")
        else:
            self._announce(rep, remark, said_at_top=said_at_top)

    def _announce(self, rep: Rep, remark: Verdict | str | None, *, said_at_top: bool) -> None:
        """Count and remark in one breath; where the set ends with it, in one breath with that."""
        loss = broken_rule(self._plan, self._in_set)
        announced = Announcement(rep, self._reps, self._course.step.reps, remark, loss, said_at_top=said_at_top)
        lead = announced.say(self._speech)
        if announced.ends:
            self._end("count" if announced.full else "loss", lead=lead)

    def _disputed(self, index: int) -> None:
        """One less in the set under way; a set that is over stays as it was told."""
        if self._phase == "set" and any(rep.index == index for rep in self._in_set):
            self._in_set = [rep for rep in self._in_set if rep.index != index]
            self._reps = max(0, self._reps - 1)
        self._speech.say("note", "disputed", {}, about=index)

    def _claimed(self) -> None:
        self._speech.say("note", "claimed", {})
        if self._phase not in ("ready", "set"):
            return
        self._phase, self._moved_s = "set", self._now_s
        self._reps += 1
        aim = self._course.step.reps
        count(self._speech, self._reps, aim, aloud=aim is None or self._reps < aim)
        if aim is not None and self._reps >= aim:
            self._end("count", lead=say("count", {"count": str(self._reps)}, self._likes.language.sayings)[1])

    def _end(self, why: SetEnd, lead: str = "") -> None:
        """The set under way is over; what comes next is said, and by itself marked unless a mark ended it."""
        if self._phase != "set":
            return
        values = {"set": str(self._course.step.set), "result": self._record(why)}
        following = self._course.onwards()
        self._cycle_s = self._ready_s = None
        if why == "finish":
            self._phase = "rest" if following is not None else "done"
            self._speech.say("set_end", "set_over", values, aloud=False, tone="set_end")
        elif following is None:
            self._phase = "done"
            self._speech.say("done", "plan_done", values, lead=lead, tone="done")
            self._advise()
        elif self._plan is None:
            self._phase = "ready"
            self._speech.say("set_end", "set_over", values, lead=lead, tone="set_end")
        else:
            self._rest(why, *following, values, lead)

    def _rest(self, why: SetEnd, over: PlanStep, then: PlanStep, values: dict[str, str], lead: str) -> None:
        self._phase, self._rest_told = "rest", False
        self._rest_until_s = self._now_s + over.rest_s
        if why == "mark":  # the person goes on at once
            self._speech.say("set_end", "set_over", values, aloud=False, tone="set_end")
            return
        mark: tuple[MarkKind, str] = ("set", BY_PLAN) if then.side == over.side else ("side", then.side)
        if then.side == over.side:
            values |= {"rest": f"{over.rest_s:.0f}"}
            self._speech.say("set_end", "next_set", values, lead=lead, tone="set_end", mark=mark)
        else:
            values |= {"side": self._name(then.side)}
            self._speech.say("switch", "next_leg", values, lead=lead, tone="switch", mark=mark)

    def _record(self, why: SetEnd) -> str:
        """Keep the set that is over; its result in words."""
        step, tempo = self._course.step, None if self._plan is None else self._plan.tempo
        kept_share = None if tempo is None else adherence_share(tempo, self._in_set)
        clean = sum(rep.clean for rep in self._in_set)
        self._done.append(
            SetDone(step.set, step.side, self._reps, step.reps, len(self._in_set), clean, why, kept_share)
        )
        values = {"reps": str(self._reps), "clean": str(clean)}
        values |= {} if kept_share is None else {"kept": f"{100 * kept_share:.0f}"}
        self._reps, self._in_set, self._moved_s = 0, [], None
        return say("result" if kept_share is None else "result_kept", values, self._likes.language.sayings)[0]

    def _advise(self) -> None:
        if self._plan is not None:
            pain = self._pains > 0 or self._likes.pain_key == "pain_again"
            key, values = advice(self._done, len(self._plan.steps), pain=pain, ready_before=self._likes.ready_before)
            self._speech.say("note", key, values)

    def _lead(self) -> None:
        """A countdown to the first lift, with which the metronome begins; a kick before its end counts like any other."""
        self._ready_s = self._now_s + LEAD_S
        if self._plan is not None and self._plan.tempo is not None:
            self._cycle_s = self._now_s + LEAD_S

    def _names(self) -> dict[str, str]:
        step = self._course.step
        sets = "" if self._plan is None else str(self._plan.sets)
        return {"set": str(step.set), "sets": sets, "side": self._name(step.side), "aim": str(step.reps)}

    def _name(self, side: str) -> str:
        return say(side, {}, self._likes.language.sayings)[0]

    @property
    def _now_s(self) -> float:
        return 0.0 if self._speech.now_s is None else self._speech.now_s
