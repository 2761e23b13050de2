"""A part of a plan: some of its contestants and triggers, and its first seeds."""

from collections.abc import Sequence

from lab.drillfile import DrillError, Field, Plan
from lab.units import near


def narrow(plan: Plan, field: Field, only: Sequence[str], seeds: int | None) -> Field:
    """The part of a field that is asked for.

    Args:
        plan: whose name a complaint says.
        field: the whole of it.
        only: names of contestants and triggers; a kind of which none is named stays as it is.
        seeds: so many of the first; None: all.

    Raises:
        DrillError: a name is unknown, or there are not so many seeds; names the valid ones.
    """
    valid = (*field.contestants, *field.triggers)
    for name in only:
        if name not in valid:
            hint = "".join(f", did you mean {one!r}?" for one in near(name, valid))
            raise DrillError(
                f"{plan.name} has no contestant and no trigger {name!r}{hint} (valid: {', '.join(valid)})"
            )
    if seeds is not None and not 1 <= seeds <= len(field.seeds):
        raise DrillError(
            f"{plan.name} has {len(field.seeds)} seeds: --seeds is 1 to {len(field.seeds)}, not {seeds}"
        )
    return Field(
        tuple(name for name in field.contestants if name in only) or field.contestants,
        tuple(name for name in field.triggers if name in only) or field.triggers,
        field.seeds[:seeds],
    )
