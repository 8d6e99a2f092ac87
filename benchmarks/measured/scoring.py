"""One session scored: which counted rows are kicks of the truth, what was missed, what was claimed and by what.

A kick of at least 8 deg is scored; curls, aborted lifts, kicks cut by a hole in the stream and smaller ones are neither
right nor wrong, but counting a curl or an aborted lift is an error of its own. A counted row and a kick match, one to one, when
they share more than half of their union in time. Every other counted row that does not mostly lie in something
ignored is false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from imukick import Rep, analyse
from measured.cases import Case

Kick = dict[str, Any]
TARGET_SHARE = 0.8
"""With a target: this share of the median true range of the session's good kicks (chosen: under it is clearly less)."""
CUT_S = 0.3
"""A hole longer than this cuts a repetition, by definition (docs/metrics.md)."""
NEAR_S = 0.7
"""A false row belongs to an activity when its middle lies in it or this near to it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A counted row and the kick that it is."""

    rep: Rep
    kick: Kick

    def said(self, word: str) -> bool:
        """Whether this verdict was given."""
        return word in self.rep.words


@dataclass(frozen=True, slots=True)
class Scored:
    """What one session came to. `false`: row and the activity it fell into; `curls`: for each true knee curl whether it
    was called so; `aimed`: pairs of the same session analysed with the target `target_deg`.
    """

    case: Case
    pairs: tuple[Pair, ...]
    missed: tuple[Kick, ...]
    false: tuple[tuple[Rep, str], ...]
    wrongly: tuple[tuple[Rep, str], ...]
    curls: tuple[bool, ...]
    traps: int
    posture_right: bool
    aimed: tuple[Pair, ...] = ()
    target_deg: float = 0.0

    @property
    def exact(self) -> bool:
        """Nothing missed, nothing claimed that is no kick."""
        return not self.missed and not self.false and not self.wrongly

    def failures(self) -> list[tuple[str, str]]:
        """(kind, where) of each error."""
        out = [
            (f"missed: {kick['fault']}, {kick['style']}", f"{_start_s(kick):.1f} s, {kick['rom_shank_deg']:.0f} deg")
            for kick in self.missed
        ]
        out += [(f"false: {name}", f"{rep.t_start_s:.1f} s, {rep.rom_deg:.0f} deg") for rep, name in self.false]
        out += [(f"counted: {kind}", f"{rep.t_start_s:.1f} s, {rep.rom_deg:.0f} deg") for rep, kind in self.wrongly]
        return out


def run(case: Case, *, refine: bool, aim: bool = True) -> Scored:
    """Analyse a case as a person would, and score it; `aim`: once more with a target."""
    told = case.told()
    scored = score(case, analyse(case.samples, one_pass=not refine, **told).reps)
    good = sorted(kick["rom_shank_deg"] for kick in case.truth["reps"] if _is_kick(kick) and kick["fault"] == "ok")
    if not aim or not good:
        return scored
    target_deg = TARGET_SHARE * float(good[len(good) // 2])
    again = score(case, analyse(case.samples, one_pass=not refine, target_rom_deg=target_deg, **told).reps)
    return replace(scored, aimed=again.pairs, target_deg=target_deg)


def score(case: Case, reps: Sequence[Rep]) -> Scored:
    """Hold rows against the truth."""
    truth = case.truth
    hole_s = truth["sensor"].get("hole_s") or (0.0, 0.0)
    kicks = [
        kick
        for kick in truth["reps"]
        if _is_kick(kick) and kick["rom_shank_deg"] >= case.least_deg
        if min(_end_s(kick), hole_s[1]) - max(_start_s(kick), hole_s[0]) <= CUT_S
    ]
    others = [kick for kick in truth["reps"] if not any(kick is other for other in kicks)]
    counted = [rep for rep in reps if rep.counted]
    found = sorted(
        ((overlap(rep, kick), i, j) for i, rep in enumerate(counted) for j, kick in enumerate(kicks)), reverse=True
    )
    rows, hit = dict[int, int](), set[int]()
    for part, i, j in found:
        if part > 0.5 and i not in rows and j not in hit:
            rows[i] = j
            hit.add(j)
    false, wrongly = list[tuple[Rep, str]](), list[tuple[Rep, str]]()
    for i, rep in enumerate(counted):
        near = [kick for kick in others if mostly_in(rep, kick)]
        traps = [kick["kind"] for kick in near if kick["kind"] in ("knee_curl", "aborted")]
        if i in rows:
            continue
        if traps:
            wrongly.append((rep, traps[0]))
        elif not near:
            false.append((rep, activity_at(truth, 0.5 * (rep.t_start_s + rep.t_end_s))))
    words = [rep.posture for rep in reps]
    return Scored(
        case=case,
        pairs=tuple(Pair(counted[i], kicks[j]) for i, j in sorted(rows.items())),
        missed=tuple(kick for j, kick in enumerate(kicks) if j not in hit),
        false=tuple(false),
        wrongly=tuple(wrongly),
        curls=tuple(
            any(overlap(rep, kick) > 0.5 and "knee_curl" in rep.words for rep in reps)
            for kick in truth["reps"]
            if kick["kind"] == "knee_curl"
        ),
        traps=sum(kick["kind"] in ("knee_curl", "aborted") for kick in truth["reps"]),
        posture_right=bool(words) and max(sorted(set(words)), key=words.count) == truth["posture"],
    )


def activity_at(truth: dict[str, Any], t_s: float) -> str:
    """The last activity around this time, or `none`."""
    names = [a["name"] for a in truth["activities"] if a["t0"] - NEAR_S < t_s < a["t1"] + NEAR_S]
    return str(names[-1]) if names else "none"


def overlap(rep: Rep, kick: Kick) -> float:
    """Shared time over the union; 0 when apart."""
    both_s = (rep.t_end_s - rep.t_start_s) + _end_s(kick) - _start_s(kick)
    shared = max(_shared_s(rep, kick), 0.0)
    return shared / max(both_s - shared, 1e-9)


def mostly_in(rep: Rep, kick: Kick) -> bool:
    """Whether more than half of the row lies in the movement."""
    return _shared_s(rep, kick) > 0.5 * (rep.t_end_s - rep.t_start_s)


def _is_kick(kick: Kick) -> bool:
    return bool(kick["kind"] == "kick")


def _start_s(kick: Kick) -> float:
    """By movement; what is no kick may be known by levels of its range alone."""
    return float(kick["t_move_s"] if "t_move_s" in kick else kick["t_start"])


def _end_s(kick: Kick) -> float:
    return float(kick["t_back_s"] if "t_back_s" in kick else kick["t_end"])


def _shared_s(rep: Rep, kick: Kick) -> float:
    return min(rep.t_end_s, _end_s(kick)) - max(rep.t_start_s, _start_s(kick))
