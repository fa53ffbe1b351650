"""A parent with children that tests choose: `python parent_program.py FOLDER NAME:STAGE:CODE…`."""

import os
import sys
from pathlib import Path

from tracker.supervisor.child import Spec
from tracker.supervisor.parent import Parent
from tracker.supervisor.records import only_parent, stop_leftovers

folder = Path(sys.argv[1])
specs = []
for word in sys.argv[2:]:
    name, stage, code = word.split(":", 2)
    specs.append(Spec(name, (sys.executable, "-c", code), int(stage), grace_seconds=3))

with only_parent(folder):
    for name in stop_leftovers(folder, patience=0.5):
        print("left over", name, flush=True)
    with Parent(
        specs,
        environment=dict(os.environ),
        folder=folder,
        run_folder=folder,
        logs_folder=folder,
        say=lambda line: print(line, flush=True),
    ) as parent:
        for stage in sorted({spec.stage for spec in specs}):
            parent.start(stage)
        print("all started", flush=True)
        parent.run()
print("all stopped", flush=True)
