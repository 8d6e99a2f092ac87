"""The rules of firmware_protocol/v1.md that can be seen over Bluetooth, and what was seen of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

Result = Literal["pass", "fail", "not tried"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`section` of v1.md; `says`: what a conforming sensor does; `without`: why the rule may stay untried."""

    section: int
    says: str
    without: str = "the part of the run that looks at it was left out"


RULES: Final[dict[str, Rule]] = {
    "services": Rule(1, "STREAM notifies, CONTROL is written and indicates, CONFIG is read"),
    "no pairing": Rule(1, "no characteristic asks for encryption"),
    "one host": Rule(
        1, "it does not advertise while it is connected", "this computer does not hear while it is connected"
    ),
    "battery": Rule(1, "the battery level is one byte, 0 to 100 %", "it has no Battery Service"),
    "config": Rule(4, "CONFIG has 36 bytes, allowed values, and scales that belong to their ranges"),
    "config steady": Rule(4, "CONFIG read twice is the same"),
    "config state": Rule(4, "CONFIG says STREAMING between START and STOP, else IDLE"),
    "config size": Rule(6, "n in CONFIG follows from the MTU, the rate and the max latency"),
    "not heard": Rule(5, "a command is refused with 0xFD while indications of CONTROL are not subscribed"),
    "no command": Rule(5, "an unknown command is refused with 0x80: no reply, no effect"),
    "replies": Rule(5, "each command has one reply, which begins with its byte plus 0x80"),
    "overlap": Rule(5, "of two commands at once each has its reply or is refused with 0xFE"),
    "clock": Rule(3, "the clock of SYNC counts microseconds and is never set"),
    "identify": Rule(5, "IDENTIFY is answered OK, or UNSUPPORTED without a lamp"),
    "stop in idle": Rule(2, "STOP in IDLE is answered OK"),
    "not subscribed": Rule(2, "START is answered NOT_SUBSCRIBED while STREAM is not subscribed"),
    "set exactly": Rule(5, "SET takes exactly what was asked, or answers UNSUPPORTED; CONFIG has the new values"),
    "set all or none": Rule(2, "SET with one impossible value changes nothing"),
    "set nothing": Rule(5, "SET leaves as it is what is 0"),
    "set while streaming": Rule(2, "SET is answered BUSY while it streams, and changes nothing"),
    "reply first": Rule(2, "the reply to START comes before the first packet, and no sample is older than its clock"),
    "number 0": Rule(2, "the first packet after START has number 0"),
    "packet": Rule(3, "a packet is of type 1 and has 8 + 12 n bytes"),
    "fits": Rule(6, "no packet is longer than MTU - 3"),
    "packet size": Rule(6, "a packet holds n samples; fewer only before a hole and before STOP"),
    "times": Rule(3, "t_us is when the first sample was taken: packets follow each other without a hole or an overlap"),
    "numbers": Rule(3, "a number is left out where samples are missing, and only there"),
    "rising": Rule(3, "t_us rises from packet to packet"),
    "rate": Rule(3, "the rate is within 10 % of the stated one"),
    "stop": Rule(2, "STOP sends what the sensor holds, then replies; nothing comes behind the reply"),
    "start again": Rule(2, "START while it streams begins at number 0; its clock goes on"),
    "unsubscribe": Rule(2, "the stream ends when STREAM is unsubscribed"),
    "small packets": Rule(2, "START is answered MTU_TOO_SMALL over 125 packets a second, and only then"),
    "mtu": Rule(
        6, "CONFIG and packets follow the MTU, from 23 to 247", "this computer's Bluetooth lets nobody choose the MTU"
    ),
    "link lost": Rule(2, "after the link was lost it is IDLE and has forgotten every subscription"),
    "power stays on": Rule(4, "boot stays and the clock goes on over a lost link"),
    "overruns": Rule(4, "overruns never falls, and rises when readings are lost", "it does not count them"),
    "stamps": Rule(3, "each t_us is within a tenth of the sample period"),
    "drift": Rule(3, "the clock runs as a crystal does"),
    "wraps": Rule(
        3,
        "the packet number wraps after 65536 packets and the clock after 71.6 min, independently of each other",
        "ask for it with --wraps",
    ),
}


@dataclass(slots=True)
class Findings:
    """What a run has shown of each rule: `seen` counts the looks, `wrong` says what broke it, `notes` what is worth knowing.

    `wrapped`: the counters that wrapped around. `stops`: for each stream, whether its last packet was shorter than the others.
    """

    seen: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    wrapped: set[str] = field(default_factory=set)
    stops: list[bool] = field(default_factory=list)

    def expect(self, rule: str, kept: bool, otherwise: str) -> bool:
        """Note one check of a rule; `otherwise` describes what was seen when it was not kept. Gives `kept`."""
        assert rule in RULES, rule
        self.seen[rule] = self.seen.get(rule, 0) + 1
        if not kept:
            self.wrong.setdefault(rule, []).append(otherwise)
        return kept

    def note(self, rule: str, words: str) -> None:
        """What is worth knowing of a rule that was kept, or why it could not be tried."""
        self.notes[rule] = words
