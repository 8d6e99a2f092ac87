"""What a conformance run found: one row a rule, as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from imukick.conformance.rules import RULES, Findings, Result

MOST_WORDS: Final = 3
"""Chosen: so many different observations of one broken rule are reported; the first ones say enough."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: `section` of v1.md, `times` it was looked at, `detail` what was seen."""

    rule: str
    section: int
    says: str
    result: Result
    times: int
    detail: str


@dataclass(frozen=True, slots=True)
class ConformanceReport:
    """A whole run. `sensor`: what it calls itself; `settings`: the rates and ranges that it took."""

    sensor: Mapping[str, str | None]
    settings: Mapping[str, list[float]]
    checks: tuple[Check, ...]

    @property
    def conforms(self) -> bool:
        """Whether no rule was found broken."""
        return all(check.result != "fail" for check in self.checks)

    @property
    def failed(self) -> tuple[str, ...]:
        """The rules that were found broken."""
        return tuple(check.rule for check in self.checks if check.result == "fail")

    def as_json(self) -> dict[str, Any]:
        """The report as JSON writes it."""
        return {
            "protocol": 1,
            "conforms": self.conforms,
            "sensor": dict(self.sensor),
            "settings": dict(self.settings),
            "checks": [asdict(check) for check in self.checks],
        }


def reported(findings: Findings) -> tuple[Check, ...]:
    """A row for every rule, in the order of `RULES`."""
    return tuple(_check(name, findings) for name in RULES)


def _check(name: str, findings: Findings) -> Check:
    rule, times = RULES[name], findings.seen.get(name, 0)
    wrong = list(dict.fromkeys(findings.wrong.get(name, [])))
    result: Result = "fail" if wrong else "pass" if times else "not tried"
    detail = findings.notes.get(name, "" if times else rule.without)
    if wrong:
        detail = "; ".join(wrong[:MOST_WORDS]) + ("; …" if len(wrong) > MOST_WORDS else "")
    return Check(name, rule.section, rule.says, result, times, detail)
