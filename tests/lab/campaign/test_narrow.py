"""A part of a plan is what was named, what was not is refused, and its options ask for the same part again.

Tests lab.campaign.narrow and lab.cli.plan_command.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from lab.campaign import narrow
from lab.cli.plan_command import options_of
from lab.drillfile import DrillError, Plan, known, load_plan
from tests.lab.campaign.test_tournament import PLAN


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Two contestants, two triggers, two seeds."""
    more = "  slower: [{name: slow, fault: latency, target: bridge, latency: 4000 ms}]\nseeds:"
    (tmp_path / "who.yaml").write_text(PLAN.replace("seeds:", more, 1))
    return load_plan(tmp_path / "who.yaml", known())


@pytest.mark.parametrize(
    ("only", "seeds", "who", "options"),
    [
        ([], None, (("none", "budget"), ("latency", "slower")), []),
        (["budget"], None, (("budget",), ("latency", "slower")), ["--only budget"]),
        (["slower", "none"], None, (("none",), ("slower",)), ["--only none", "--only slower"]),
        (["latency"], 1, (("none", "budget"), ("latency",)), ["--only latency", "--seeds 1"]),
        (["none", "budget"], 2, (("none", "budget"), ("latency", "slower")), []),
    ],
)
def test_what_is_named_takes_part(
    plan: Plan, only: list[str], seeds: int | None, who: tuple[tuple[str, ...], ...], options: list[str]
) -> None:
    """In the plan's order; a kind of which nothing was named is whole."""
    field = narrow(plan, plan.whole, only, seeds)
    assert (field.contestants, field.triggers) == who
    assert len(field.seeds) == (seeds or 2)
    assert options_of(plan, field) == options


def test_the_quick_part_has_its_own_option(plan: Plan) -> None:
    """Shorter than what it stands for; a part of it has, too, where its seeds are not the plan's first."""
    assert options_of(plan, plan.quick) == ["--quick"]
    later = replace(plan, quick=replace(plan.quick, seeds=(2,)))
    part = narrow(later, later.quick, ["budget"], None)
    assert options_of(later, part) == ["--quick", "--only budget"]


@pytest.mark.parametrize(
    ("only", "seeds", "told"),
    [
        (["bugdet"], None, "did you mean 'budget'"),
        (["unheard-of"], None, "valid: none, budget, latency, slower"),
        ([], 3, "--seeds is 1 to 2, not 3"),
        ([], 0, "--seeds is 1 to 2, not 0"),
        ([], -1, "not -1"),
    ],
)
def test_what_the_plan_has_not_is_refused(plan: Plan, only: list[str], seeds: int | None, told: str) -> None:
    """With what it has."""
    with pytest.raises(DrillError, match=told):
        narrow(plan, plan.whole, only, seeds)
