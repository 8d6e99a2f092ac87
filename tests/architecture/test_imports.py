"""Who may import whom, one door for each dependency, no host clock in the stages: docs/architecture.md as a test."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT, Module, imports, inside, modules

WORDS = (
    "errors",
    "units",
    "plain_text",
    "signals",
    "events",
    "updates",
    "variants",
    "exercises",
    "marks",
    "plans",
    "plausibility",
)

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "errors": (),
    "units": (),
    "plain_text": (),
    "events": ("errors", "units", "variants"),
    "signals": ("errors", "units", "events"),
    "variants": (),
    "marks": ("errors", "units", "events", "variants"),
    "plans": ("errors", "units", "marks"),
    "updates": ("events", "signals", "plans"),
    "pivot": ("units", "signals"),
    "streams": ("units", "signals", "pivot"),
    "slips": ("units", "signals", "pivot"),
    "plausibility": ("errors", "units", "signals", "streams", "slips"),
    "exercises": ("errors", "units", "events", "marks", "plans", "variants"),
    "sensors": WORDS,
    "motion": WORDS,
    "reps": WORDS,
    "coaching": WORDS,
    "session": (*WORDS, "motion", "reps"),
    "clocks": ("units", "signals", "sensors.arrival_line"),
    "ensemble_streams": (*WORDS, "clocks", "session", "motion", "reps"),
    "ensemble_pelvis": (*WORDS, "clocks", "ensemble_streams", "motion", "reps"),
    "ensemble_rows": (*WORDS, "ensemble_streams", "motion", "reps"),
    "ensemble": (*WORDS, "clocks", "ensemble_streams", "ensemble_pelvis", "ensemble_rows", "session", "motion", "reps"),
    "together": (
        *WORDS,
        "analysis",
        "replay",
        "clocks",
        "doubted",
        "ensemble",
        "ensemble_streams",
        "motion",
        "session",
        "sources.recordings",
    ),
    "coached_session": (*WORDS, "session", "ensemble", "motion", "reps", "coaching"),
    "sources": (*WORDS, "sensors"),
    "virtual": (*WORDS, "sensors", "sources"),
    "conformance": (*WORDS, "sensors", "sources.ble"),
    "sinks": (*WORDS, "coaching.wording"),
    "doubted": WORDS,
    "replay": (*WORDS, "session", "sources.recordings"),
    "analysis": (*WORDS, "replay", "doubted", "session", "sources.recordings", "sinks"),
    "live": (
        *WORDS,
        "session",
        "ensemble",
        "ensemble_streams",
        "clocks",
        "together",
        "coached_session",
        "analysis",
        "coaching",
        "sensors",
        "sources",
        "sinks",
        "virtual",
    ),
    "page": (*WORDS, "live.view", "coaching"),
    "cli": ("",),
    "cohort": (*WORDS, "analysis", "sources.recordings", "sinks", "statistics"),
    "statistics": WORDS,
    "agreement": (*WORDS, "analysis", "sources.recordings", "sinks", "statistics"),
}
"""Room -> what of ours it may import besides itself; "" is everything. The face (`__init__`) and `__main__` join everything too."""


ONLY_LAZILY = {"analysis": ("sinks",)}
"""Imports that must stand inside a function."""

DOORS: dict[str, tuple[str, ...]] = {
    "bleak": ("sources.ble", "virtual.bumble_backend"),
    "botocore": ("cohort.store",),
    "bumble": ("virtual",),
    "dask": ("cohort",),
    "distributed": ("cohort",),
    "fit_tool": ("sinks.fit_file",),
    "fsspec": ("cohort",),
    "jinja2": ("sinks",),
    "matplotlib": ("sinks",),
    "pandas": ("sinks.table", "sources.recordings"),
    "platformdirs": ("live.place",),
    "pyarrow": ("sinks",),
    "pylsl": ("sinks.lsl",),
    "rich": ("cli",),
    "segno": ("page",),
    "starlette": ("page",),
    "typer": ("cli",),
    "uvicorn": ("page",),
    "vqf": ("motion.attitude",),
    "websockets": ("page",),
}
"""Dependency -> the only places that import it."""

ANYWHERE = {"numpy", "scipy"}
CLOCKLESS = (
    "sensors",
    "motion",
    "reps",
    "session",
    "clocks",
    "ensemble",
    "ensemble_streams",
    "ensemble_pelvis",
    "ensemble_rows",
    "coaching",
)
HEAVY = ("bleak", "matplotlib", "pandas", "pyarrow", "scipy", "starlette", "uvicorn", "vqf")


def room_of(name: str) -> str:
    """`imukick.reps.counter` -> `reps`; the face is the empty room."""
    return name.removeprefix("imukick").lstrip(".").split(".")[0]


def forbidden_imports(module: Module) -> list[str]:
    room = room_of(module.name)
    if room in ("", "__main__"):
        return []
    if room not in MAY_IMPORT:
        return [f"{module.name}: the room {room!r} is not in the table"]
    wrong = []
    for found in imports(module):
        if not inside(found.target, "imukick"):
            continue
        allowed = (room, *MAY_IMPORT[room])
        if not any(name == "" or inside(found.target, f"imukick.{name}") for name in allowed):
            wrong.append(f"{module.name}:{found.line} imports {found.target}")
        late = ONLY_LAZILY.get(room, ())
        if not found.lazy and any(inside(found.target, f"imukick.{name}") for name in late):
            wrong.append(f"{module.name}:{found.line} imports {found.target} at the top; only inside a function")
    return wrong


def wrong_doors(module: Module) -> list[str]:
    wrong = []
    for found in imports(module):
        top = found.target.split(".")[0]
        if top in sys.stdlib_module_names or top == "imukick" or top in ANYWHERE:
            continue
        if top not in DOORS:
            wrong.append(f"{module.name}:{found.line} imports {top}, which has no door")
        elif not module.within(*DOORS[top]):
            wrong.append(f"{module.name}:{found.line} imports {top}; its door is {' or '.join(DOORS[top])}")
    return wrong


def host_clocks(module: Module) -> list[str]:
    if not module.within(*CLOCKLESS):
        return []
    wrong = [
        f"{module.name}:{found.line} imports {found.target}"
        for found in imports(module)
        if found.target.split(".")[0] == "time"
    ]
    readings = [
        f"{module.name}:{node.lineno} reads the host's clock with .{node.attr}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")
    ]
    return wrong + readings


def circles() -> list[str]:
    """Circles of imports at the top of modules, those for types alone included; empty where there is none."""
    names = {module.name for module in modules()}
    needs: dict[str, set[str]] = {}
    for module in modules():
        found = {one.target for one in imports(module) if not one.lazy}
        homes = {name if name in names else name.rpartition(".")[0] for name in found}
        needs[module.name] = (homes & names) - {module.name}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_imports_run_in_no_circle() -> None:
    assert circles() == []


def test_a_command_is_imported_by_the_app_alone() -> None:
    app = next(module for module in modules() if module.name == "imukick.cli.app")
    commands = {one.target.rpartition(".")[0] for one in imports(app)} - {"imukick.cli.screen"}
    commands = {name for name in commands if inside(name, "imukick.cli")}
    assert len(commands) > 10
    wrong = [
        f"{module.name}:{one.line} imports {one.target}"
        for module in modules()
        for one in imports(module)
        if module is not app and one.target.rpartition(".")[0] in commands
    ]
    assert wrong == []


def test_every_module_keeps_to_its_room() -> None:
    rules = (forbidden_imports, wrong_doors, host_clocks)
    assert [wrong for module in modules() for rule in rules for wrong in rule(module)] == []


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("imukick.reps.counter", "from imukick.motion.grid import Grid", "imports imukick.motion.grid.Grid"),
        ("imukick.motion.grid", "def f():\n    import imukick.sinks.table", "imports imukick.sinks.table"),
        ("imukick.events", "from imukick import signals", "imports imukick.signals"),
        ("imukick.analysis", "from imukick.sinks import table", "at the top"),
        ("imukick.helpers", "", "not in the table"),
        ("imukick.reps.counter", "import pandas as pd", "its door is sinks.table"),
        ("imukick.cli.app", "import requests", "no door"),
        ("imukick.session", "from time import perf_counter", "imports time"),
        ("imukick.coaching.plan", "import datetime\nx = datetime.datetime.now()", ".now"),
    ],
)
def test_the_rules_notice_what_breaks_them(name: str, text: str, told: str) -> None:
    module = Module(name, Path("planted.py"), text)
    wrong = forbidden_imports(module) + wrong_doors(module) + host_clocks(module)
    assert len(wrong) == 1
    assert told in wrong[0]


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [need for name, needs in project["optional-dependencies"].items() if name != "dev" for need in needs]
    declared = {re.split(r"[\[<>=!~; ]", need)[0].replace("-", "_") for need in [*project["dependencies"], *extras]}
    imported = {found.target.split(".")[0] for module in modules() for found in imports(module)}
    assert imported - set(sys.stdlib_module_names) - {"imukick"} - declared == set()


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\n"
        "from imukick.cli.app import main\n"
        "sys.argv = ['imukick', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('heavy:', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "heavy: []"
