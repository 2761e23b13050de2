"""Plans of tournaments, by their names."""

from lab import resources
from lab.drillfile import Plan, find_drill, known, load_plan
from lab.session import known_modes, known_services


def open_plan(name: str) -> Plan:
    """A plan by its name or its path, validated against what the lab's topology has.

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
