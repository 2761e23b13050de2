"""Plans of tournaments, by their names."""

from lab.drillfile import Plan, find_drill, known, load_plan
from lab.session import ROOT, known_modes, known_services

PLANS = ROOT / "drills" / "tournaments"


def open_plan(name: str) -> Plan:
    """A plan by its name or its path, validated against what the lab's topology has.

    Raises:
        DrillError: there is none, or it is wrong.
    """
    return load_plan(find_drill(name, PLANS, "plan"), known(known_services(ROOT), known_modes(ROOT)))


def named(plan: Plan) -> str:
    """What a plan is asked for by: its name where it comes with the lab, else its file."""
    return plan.name if plan.file.parent == PLANS else str(plan.file)


def all_plans() -> list[Plan]:
    """The plans that come with the lab."""
    return [open_plan(str(path)) for path in sorted(PLANS.glob("*.yaml"))]
