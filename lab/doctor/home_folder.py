"""Where runs go: whether this user may write there, and whose runs lie there that can't be read."""

import os
from pathlib import Path

from lab.doctor.diagnosis import Diagnosis
from lab.runs.folder import runs_folder, unreadable_runs
from lab.runs.home import lab_home
from lab.runs.remedy import owner_of

NAME = "Run folders"


def home_folder() -> Diagnosis:
    """Nothing is made; a home that is not there yet is made by the first run, where its parent can be written."""
    home = lab_home()
    place = next(path for path in (runs_folder(home), *runs_folder(home).parents) if path.exists())
    if not _may_write(place):
        todo = f"sudo chown -R $USER {place}, set LAB_HOME, or `lab run --out DIR`"
        return Diagnosis(NAME, "fail", f"{place} belongs to {owner_of(place)}: it can't be written", todo)
    if theirs := unreadable_runs(home):
        owners = ", ".join(sorted({owner_of(run.path) for run in theirs}))
        todo = f"Nothing, or: sudo chown -R $USER {runs_folder(home)}"
        return Diagnosis(NAME, "warn", f"{len(theirs)} runs in {runs_folder(home)} belong to {owners}", todo)
    return Diagnosis(NAME, "ok", str(home))


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)
