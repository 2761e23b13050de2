"""The locks by which labs of one machine take turns: XDG_RUNTIME_DIR may name a folder that can't be used."""

from lab.doctor.diagnosis import Diagnosis
from lab.runtime.base import SetupError
from lab.runtime.slots import runtime_folder

NAME = "Lock folder"


def lock_folder() -> Diagnosis:
    """Made (private, empty) where it is missing: a run does the same."""
    try:
        return Diagnosis(NAME, "ok", str(runtime_folder()))
    except SetupError as error:
        return Diagnosis(NAME, "fail", str(error), "export XDG_RUNTIME_DIR=FOLDER, or: unset XDG_RUNTIME_DIR")
