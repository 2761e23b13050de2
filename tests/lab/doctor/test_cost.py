"""What the doctor reckons with is what the golden journals say."""

from pathlib import Path

import pytest

from lab.doctor.cost import COSTS
from tests.lab.doctor.derived_cost import derived


@pytest.mark.parametrize("runtime", sorted(COSTS))
@pytest.mark.slow
def test_costs_are_those_of_the_golden_journals(runtime: str, tmp_path: Path) -> None:
    """Worked out anew: within 2 %."""
    found, cost = derived(runtime, tmp_path), COSTS[runtime]
    assert {name: getattr(cost, name) for name in found._fields} == pytest.approx(found._asdict(), rel=0.02)


@pytest.mark.parametrize("runtime", sorted(COSTS))
def test_a_storm_costs_more_than_its_requests(runtime: str) -> None:
    """A retry is cheaper than a request, and not free."""
    cost = COSTS[runtime]
    assert cost.cores(100, 0) < cost.cores(100, 3) < cost.cores(400, 0)
    assert cost.busiest_cores(100, 3) < cost.cores(100, 3)
