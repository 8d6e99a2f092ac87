"""`imukick virtual-sensor` with the C core in its sensor: `python -m tests.conformance.serve_core DRIVER virtual-sensor …`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from imukick.cli.app import main
from imukick.virtual.device_models import MODELS, OWN, Model
from imukick.virtual.imukick_v1 import VirtualImukickV1
from tests.conformance.core_process import core_processes

if __name__ == "__main__":
    with core_processes(Path(sys.argv.pop(1))) as cores:
        makes = cast("dict[str, Model]", MODELS)
        makes[OWN] = Model(lambda body: VirtualImukickV1(body, core=cores), MODELS[OWN].name)
        main()
