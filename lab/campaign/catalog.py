"""The drills and the tournaments that come with the lab, and the user's own, by name or by file."""

from pathlib import Path

from lab import resources
from lab.drillfile import Drill, DrillError, Plan, find_drill, known, load_drill, load_plan
from lab.drillfile.read_drill import SUFFIXES
from lab.session import known_modes, known_services
from lab.units import quote, suggest


def open_drill(name: str) -> Drill:
    """A drill by its name or its path, or one variant of either by ``<drill>.<variant>``; validated.

    What its file says in words of an older vocabulary is in ``notes``.

    Raises:
        DrillError: there is none of this name, or something is wrong in its file.
    """
    file, variant = _file_and_variant(name)
    drill = read_drill(file)
    if not variant:
        return drill
    found = next((one for one in drill.variants if one.name == f"{drill.name}.{variant}"), None)
    if found is not None:
        return found.model_copy(update={"notes": drill.notes})
    valid = [one.name.removeprefix(f"{drill.name}.") for one in drill.variants]
    what = suggest(variant, valid) or "; it has none"
    raise DrillError(f"drill {drill.name} has no variant {quote(variant)}{what}")


def _file_and_variant(name: str) -> tuple[Path, str]:
    """The file that a name means, and the variant; ``./mine.yaml.slow`` and ``./mine.slow`` mean one of ./mine.yaml."""
    whole, _, variant = name.rpartition(".")
    if "/" not in name and Path(name).suffix not in SUFFIXES and Path(whole).suffix not in SUFFIXES:
        whole, _, variant = name.partition(".")
        return find_drill(whole, resources.drills()), variant
    if not Path(name).is_file():
        for file in (Path(whole), *(Path(f"{whole}{suffix}") for suffix in SUFFIXES)):
            if file.suffix in SUFFIXES and file.is_file():
                return file, variant
    return find_drill(name, resources.drills()), ""


def read_drill(file: Path) -> Drill:
    """A drill by its path, validated alike."""
    return load_drill(file, services=known_services(), modes=known_modes())


def all_drills() -> list[Drill]:
    """The drills that come with the lab."""
    return [read_drill(path) for path in sorted(resources.drills().glob("*.yaml"))]


def open_plan(name: str) -> Plan:
    """A plan of a tournament by its name or its path, validated against what the lab's topology has.

    Raises:
        DrillError: there is none, or it is wrong.
    """
    return load_plan(
        find_drill(name, resources.tournaments(), "plan"), known(known_services(), known_modes())
    )


def named(plan: Plan) -> str:
    """What a plan is asked for by: its name where it comes with the lab, else its file."""
    return plan.name if plan.file.parent == resources.tournaments() else str(plan.file)


def all_plans() -> list[Plan]:
    """The plans that come with the lab."""
    return [open_plan(str(path)) for path in sorted(resources.tournaments().glob("*.yaml"))]
