"""Words of the engine -> words for people: one small table each, never claiming more than was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from imukick.events import DISPUTED, NOT_JUDGED, Reason, Rep, Verdict
from imukick.exercises import KNOWN_LOADS, QUICK_SHARE

VERDICTS: Final[dict[str, str]] = {
    "momentum": "momentum {value} (limit {limit}): swung up",
    "drop": "drop {value} (limit {limit}): let fall",
    "no_pause": "held {value} (at least {limit}): no stop at the top",
    "quick_lift": "lift {value} (at least {limit}): rushed",
    "quick_lower": "lowering {value} (at least {limit}): rushed",
    "short": "range {value} (at least {limit}): short",
    "too_high": "range {value} (limit {limit}): back or pelvis may be helping",
    "off_plane": "off plane {value} (limit {limit}): the leg left its plane",
    "knee_curl": "lever {value} (at least {limit}): like a bending knee",
    "bounce": "bounced {value} at the top",
    "arched": "the pelvis tipped {value} (limit {limit}): arching likely",
    "rotated": "the pelvis turned {value} (limit {limit}): hips opened",
    "rocking": "the pelvis was shaken by {value} m/s² (limit {limit}): rocking",
}

IN_A_WORD: Final[dict[str, str]] = {
    "momentum": "Swung",
    "drop": "Dropped",
    "no_pause": "No stop",
    "quick_lift": "Fast up",
    "quick_lower": "Fast down",
    "short": "Short",
    "too_high": "Too high",
    "off_plane": "Sideways",
    "knee_curl": "Knee bent",
    "bounce": "Bounced",
    "arched": "Arched",
    "rotated": "Hips open",
    "rocking": "Rocking",
}
"""A verdict in a word that can be read from three metres."""

OUTCOMES: Final[dict[str, str]] = {
    "clean": "Clean",
    "quick": "Quick",
    "not_judged": "Not judged",
    "not_counted": "Not counted",
    "not_one": "Not one",
    "missed": "Missed one",
}
"""How else a repetition, or a mark on one, is shown in large."""

QUALITY: Final[dict[str, str]] = {
    "gap": "samples are missing inside",
    "clipped": "the sensor reached its limit",
    "timing": "times are less sure: so slow that the leg's sway hides the ends, or stamped by the receiver",
    "axis": "the kick axis was still being learned",
    "strap": "the strap moved",
    "direction": "one ankle cannot tell front, side or back while nothing else is done; a few steps before the set would show it",
    "sync": "the sensors' clocks may be further apart than 15 ms",
    "sides": "the pelvis opens towards the other leg; are left and right swapped?",
    "mount": "the pelvis sensor's directions are not known",
    "unjudged": "something could not be judged, so it is not called clean",
}

REASONS: Final[dict[Reason, str]] = {
    "knee_curl": "a bending knee",
    "aborted": "turned back early",
    "cut": "cut by a gap or the end",
    "not_a_kick": "another movement",
    "paused": "done in a break",
    "other_leg": "the other leg’s",
}
"""Why a row does not count."""


def verdict_text(verdict: Verdict) -> str:
    """One verdict as a person reads it.

    >>> verdict_text(Verdict("momentum", 0.52, 0.35, "share", "chosen"))
    'momentum 0.52 (limit 0.35): swung up'
    """
    text = VERDICTS.get(verdict.word, f"{verdict.word} {{value}} (limit {{limit}})")
    return text.format(value=_number(verdict.value, verdict.unit), limit=_number(verdict.limit, verdict.unit))


def rep_texts(rep: Rep) -> tuple[str, ...]:
    """Everything said about a repetition, a line each; "clean" when nothing is.

    A rep that does not count says only why not.
    """
    if not rep.counted:
        return (f"not counted: {reason_text(rep)}",)
    said = tuple(verdict_text(verdict) for verdict in rep.verdicts)
    if not said and not rep.clean:
        said = tuple(note for note in rep.notes if note.startswith(NOT_JUDGED))
    if not said:
        said = (f"quick lift, momentum {rep.momentum_lift:.2f}",) if _quick(rep) else ("clean",)
    return (*said, DISPUTED) if DISPUTED in rep.notes else said


def quality_text(word: str) -> str:
    """Why a number may be less sure."""
    return QUALITY.get(word, word.replace("_", " "))


def reason_text(rep: Rep) -> str:
    """Why a repetition does not count."""
    return "no reason given" if rep.reason is None else REASONS[rep.reason]


def _quick(rep: Rep) -> bool:
    known = rep.load in KNOWN_LOADS
    return known and rep.momentum_lift is not None and rep.momentum_lift >= QUICK_SHARE


def _number(value: float, unit: str) -> str:
    match unit:
        case "deg":
            return f"{value:.0f}°"
        case "s" | "m":
            return f"{max(value, 0.0):.2f} {unit}"
        case "count":
            return "once" if value == 1 else f"{value:.0f} times"
        case _:
            return f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Saying:
    """One sentence of a coach: as it is `shown`, and as it is `spoken` (empty: never said aloud). Gaps are `{names}`."""

    shown: str
    spoken: str = ""


SAYINGS: Final[dict[str, Saying]] = {
    "left": Saying("left leg", "left leg"),
    "right": Saying("right leg", "right leg"),
    "unknown": Saying("either leg", "either leg"),
    "begin": Saying("Set {set} of {sets}, {side}: {aim} repetitions", "Set {set}, {side}, {aim} repetitions."),
    "count": Saying("{count}", "{count}."),
    "count_of": Saying("{count} of {aim}", "{count}."),
    "one_more": Saying("{count} of {aim}: one more", "One more."),
    "momentum": Saying("Lift slowly, without swing", "Lift slowly."),
    "drop": Saying("Lower slowly, against gravity", "Lower slowly."),
    "too_high": Saying("Not so high: the back may be helping", "Not so high."),
    "off_plane": Saying("Keep the leg in line", "Keep the leg in line."),
    "bounce": Saying("Keep still at the top", "Keep still at the top."),
    "no_pause": Saying("Pause at the top", "Pause at the top."),
    "quick_lift": Saying("Take more time to lift", "Slower up."),
    "quick_lower": Saying("Take more time to lower", "Slower down."),
    "short": Saying("A little further, as far as it stays clean", "A little further."),
    "arched": Saying("Keep the pelvis level: it tips forward", "Pelvis level."),
    "rotated": Saying("Keep the hips square", "Hips square."),
    "rocking": Saying("Keep the pelvis still", "Pelvis still."),
    "knee_curl": Saying("From the hip, the knee stays as it is: not counted", "From the hip."),
    "clean": Saying("Clean", "Good."),
    "better": Saying("Clean again", "That is it."),
    "enough_velocity": Saying("Enough for this set: {loss} % slower than its quickest lift", "Enough for this set."),
    "enough_range": Saying("Enough for this set: {loss} % less range than its largest", "Enough for this set."),
    "set_over": Saying("Set {set} done: {result}", "Set done."),
    "next_set": Saying("Set {set} done: {result}. Rest {rest} s", "Set done. Rest {rest} seconds."),
    "next_leg": Saying(
        "Set {set} done: {result}. Switch legs: the {side}; move the sensor over", "Set done. Switch legs: {side}."
    ),
    "rest_over": Saying("Set {set} of {sets}, {side}: go on when you are ready", "Set {set}, {side}. Go."),
    "go_on": Saying("Go on when you are ready", "Go."),
    "plan_done": Saying("Set {set} done: {result}. All sets are done", "All sets are done."),
    "result": Saying("{reps} repetitions, {clean} clean"),
    "result_kept": Saying("{reps} repetitions, {clean} clean, tempo kept {kept} %"),
    "disputed": Saying("Noted: that was not one"),
    "claimed": Saying("Noted: one was missed"),
    "pain_stop": Saying(
        "Stop. Sharp pain ends the set: put the leg down and rest. Go on only if it is gone, smaller, slower and without weight",
        "Stop. Put the leg down and rest.",
    ),
    "pain_again": Saying(
        "Stop. It has hurt more than once lately: end here, and ask a doctor or a physiotherapist before the next session",
        "Stop. It hurt again. End here.",
    ),
    "pain_before": Saying("It hurt lately: less range, no more weight, and never through pain"),
    "pain_lately": Saying(
        "It has hurt more than once in the last four weeks: ask a doctor or a physiotherapist before you go on"
    ),
    "conditions_known": Saying("Ask first, and go on only under guidance; q ends the session"),
    "known_conditions": Saying(
        "Is anything known of your back, hips or knees, an injury, an operation, a pregnancy? Then ask a doctor or a "
        "physiotherapist before this plan, and do it under guidance"
    ),
    "under_guidance": Saying(
        "This plan is meant for rehabilitation under guidance: range, load and number are what your physiotherapist says"
    ),
    "advice_pain": Saying("It hurt: next time less range and no more weight, and never through pain"),
    "advice_finish": Saying("Not every repetition was done: stay with this plan until all sets are"),
    "advice_form": Saying("{clean} of {judged} were clean: form before weight, stay with this plan"),
    "advice_tempo": Saying("Clean, but the tempo was kept only {kept} %: slower before heavier"),
    "advice_more": Saying("Clean and complete: if the next session is so too, add a little, repetitions before weight"),
    "advice_more_again": Saying(
        "Clean and complete twice: you may add a little, two repetitions a set, or the smallest weight"
    ),
}
"""THE TABLE of what a coach says: another language fills the same keys and gaps (a test compares)."""


def say(key: str, values: Mapping[str, str], sayings: Mapping[str, Saying] = SAYINGS) -> tuple[str, str]:
    """(shown, spoken) of a key, its gaps filled.

    >>> say("count_of", {"count": "3", "aim": "10"})
    ('3 of 10', '3.')
    """
    saying = sayings[key]
    return saying.shown.format(**values), saying.spoken.format(**values)
