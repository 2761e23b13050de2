"""The command that asks for a part of a tournament's plan again."""

from lab.campaign import named
from lab.drillfile import Field, Plan


def plan_command(plan: Plan, field: Field, runtime: str) -> str:
    """As it is typed; without a runtime where none is known yet."""
    where = [f"--runtime {runtime}"] if runtime else []
    return " ".join(["lab compare", named(plan), *options_of(plan, field), *where])


def options_of(plan: Plan, field: Field) -> list[str]:
    """The options of `lab compare` that ask for this part of a plan."""
    first = plan.whole.seeds[: len(field.seeds)] == field.seeds
    base = plan.quick if field == plan.quick or not first else plan.whole
    named_ones = [
        *(field.contestants if field.contestants != base.contestants else ()),
        *(field.triggers if field.triggers != base.triggers else ()),
    ]
    fewer = [f"--seeds {len(field.seeds)}"] if field.seeds != base.seeds else []
    return [*(["--quick"] if base is plan.quick else []), *(f"--only {name}" for name in named_ones), *fewer]
