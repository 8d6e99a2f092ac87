"""What a study's paper needs besides the figures: a checklist in the manner of GRRAS, a methods paragraph, the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from imukick.sinks.cohort_page import Section
from imukick.sinks.cohort_tables import NAMES, written_schema

ASKED: Final = (
    ("1 Title", "Say in the title or abstract that reliability or agreement was examined."),
    ("2 Instrument", "{instrument}"),
    ("3 People of interest", "To fill in: which people, and why these."),
    ("4 Raters of interest", "Measured by the program alone; raters of the video, to fill in: who, how trained."),
    ("5 What is known", "To fill in; docs/validation.md has what simulations and other recordings showed."),
    ("6 Number of people, raters and occasions", "{numbers} To fill in: how the number was chosen."),
    ("7 Sampling", "To fill in: how people were found; who was left out before recording."),
    ("8 How measured", "{measured} To fill in: place, time between occasions, re-strapping, who strapped."),
    (
        "9 Independence and blinding",
        "The program saw no labels. To fill in: did raters see each other's, or the program's?",
    ),
    ("10 Statistics", "{statistics}"),
    ("11 How many were recorded and used", "{used}"),
    ("12 Sample", "{sample} To fill in: age, sex, training, complaints."),
    (
        "13 Reliability and agreement",
        "Sections Repeatability and Symmetry, and `imukick agreement` against labels, each with its interval.",
    ),
    ("14 What it means in practice", "To fill in: is MDC95 smaller than a change that matters?"),
    ("15 Where the details are", "The tables beside this page, schema.json, run.json."),
)
"""Items of GRRAS (Kottner et al. 2011, J Clin Epidemiol 64), in our words, and what answers them."""


def study_sections(summary: Mapping[str, Any], provenance: Mapping[str, Any]) -> list[Section]:
    """Methods, checklist, dictionary."""
    looked = "looked at once, as a live session does" if provenance["pass"] == "one" else "looked at twice"
    libraries = ", ".join(f"{name} {version}" for name, version in provenance["libraries"].items())
    methods = (
        f"Recordings of one inertial sensor on the ankle were analysed with {provenance['package']} (definitions of metrics version "
        f"{provenance['metrics_version']}; Python {provenance['python']}; {libraries}), each {looked}. {_used(summary)} "
        f"They held {summary['hours']:.2f} hours with {summary['counted']} repetitions that counted, {summary['clean']} of them without a fault, "
        f"and {summary['not_counted']} movements that were listed and not counted. {STATISTICS}"
    )
    answers = {
        "instrument": f"{provenance['package']}, metrics version {provenance['metrics_version']}, one ankle sensor.",
        "numbers": f"{summary['people']} people, {summary['used']} recordings.",
        "measured": f"Every recording {looked}, with the same parameters.",
        "statistics": STATISTICS,
        "used": _used(summary),
        "sample": f"{summary['people']} people; {summary['without_person']} recordings name nobody.",
    }
    checklist = [[item, text.format(**answers)] for item, text in ASKED]
    return [
        Section("Methods", (methods,)),
        Section(
            "Checklist",
            ("After GRRAS; what the program cannot know is to be filled in.",),
            ("item", "answer"),
            checklist,
        ),
        Section("Data dictionary", (), ("column", "table", "type", "unit", "meaning"), _dictionary()),
    ]


STATISTICS: Final = (
    "ICC(A,1) and ICC(A,k) with people and occasions random (McGraw and Wong 1996), SEM and MDC95 from the same mean squares, limits of agreement for "
    "repeated measurements (Zou 2013); 95 % intervals by F, chi-square and MOVER, people taken as independent."
)


def _used(summary: Mapping[str, Any]) -> str:
    lost = sum(summary["problems"].values())
    return (
        f"Of {summary['recordings']} recordings {summary['used']} could be used, {lost} could not (section Exclusions)."
    )


def _dictionary() -> Sequence[Sequence[str]]:
    schema = written_schema()
    return [
        [name, table, said["dtype"] if len(said["dtype"]) < 20 else "list of structs", said["unit"], said["meaning"]]
        for table in NAMES
        for name, said in schema[table].items()
    ]
