"""`imukick plans`: the plans that ship, one of them as its file, and a copy to edit."""

from __future__ import annotations

from typing import Annotated

import typer

from imukick.cli.options import ForceOption
from imukick.cli.screen import say
from imukick.errors import ImukickError


def plans(
    plan: Annotated[
        str | None, typer.Argument(metavar="[NAME|FILE]", help="A plan that ships, or a TOML file, which is checked.")
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", "-o", metavar="FILE.toml", help="Write the plan here, to edit it.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """List the plans that ship; show one, or check a file of your own; write one to a file to edit it."""
    from imukick.cli.planned import checked_text, listed_plans, write_plan

    if plan is None and out is not None:
        raise ImukickError("--out writes one plan; name it, such as: imukick plans warm-up -o my.toml")
    if plan is None:
        for line in listed_plans():
            say(line)
    elif out is None:
        say(checked_text(plan).rstrip())
    else:
        write_plan(plan, out, force=force)
        say(f"plan: {out}; edit it, then: imukick live --plan {out}")
