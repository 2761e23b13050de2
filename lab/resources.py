"""Where the lab's own files are: the topology, the monitoring planes, the images' recipes, drills and scenarios.

    in a checkout   compose/      drills/      scenarios/      requirements/       beside lab/
    in a wheel      lab/compose/  lab/drills/  lab/scenarios/  lab/requirements/   package data, put there by setup.py

Nothing is read from where the user stands: what a run leaves behind goes to :mod:`lab.runs.home`.
"""

from importlib.resources import files
from pathlib import Path

from chaos.lab_error import LabError


class ResourceError(LabError):
    """Files of the lab itself are missing (exit code 4). The message says which, where, and what to do."""


def packages() -> Path:
    """The folder that holds the packages ``lab``, ``chaos``, ``services`` and ``loadgen``.

    Raises:
        ResourceError: they lie in an archive: the lab starts processes from them, and those need files.
    """
    found = files("lab")
    if not isinstance(found, Path):
        raise ResourceError(f"lab is imported from {found}, an archive. Install it by `pip install`")
    return found.parent


def folder(name: str) -> Path:
    """One of the folders above, by its name.

    Raises:
        ResourceError: it is in neither place.
    """
    places = (packages() / "lab" / name, packages() / name)
    for place in places:
        if place.is_dir():
            return place
    raise ResourceError(
        f"the lab's folder {name}/ is missing; looked for {' and '.join(map(str, places))}. "
        "Install the lab again (`pip install --force-reinstall`), or restore it from git"
    )


def compose() -> Path:
    """``compose.yaml``, what it mounts, and how the images are made."""
    return folder("compose")


def topology() -> Path:
    """The only file that lists services."""
    return compose() / "compose.yaml"


def monitoring() -> Path:
    """A folder for each way of monitoring, and the rules."""
    return compose() / "monitoring"


def drills() -> Path:
    """The drills that come with the lab."""
    return folder("drills")


def tournaments() -> Path:
    """The plans of tournaments that come with the lab."""
    return drills() / "tournaments"


def scenarios() -> Path:
    """The scenarios of game days that come with the lab; each with its facilitator's page (Markdown) beside it."""
    return folder("scenarios")
