"""What two runs were asked to do differently."""

import pytest

from lab.analysis.tournament.likeness import set_differently
from lab.drillfile.model import Setting
from tests.lab.analysis.conftest import Storm
from tests.lab.analysis.tournament.conftest import judged


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "processes", "said"),
    [
        ({}, {}, ()),
        ({"timeout_s": 2.0}, {}, ("settings: none | storefront timeout_s 2.0",)),
        ({}, {"storefront": 2}, ("settings: none | storefront processes 2",)),
        ({"timeout_s": 2.0}, {"storefront": 2}, ("settings: none | storefront processes 2, timeout_s 2.0",)),
    ],
)
def test_settings_and_processes_are_named(
    storm: Storm, settings: dict[str, Setting], processes: dict[str, int], said: tuple[str, ...]
) -> None:
    """A policy has a line of its own."""
    plain = storm.drill.model_copy(update={"configuration": {"storefront": {"policy": "none"}}})
    storm.drill = plain
    one = judged(storm.events())
    storm.drill = plain.model_copy(
        update={"configuration": {"storefront": {"policy": "none", **settings}}, "processes": processes}
    )
    assert set_differently(one, judged(storm.events())) == said
