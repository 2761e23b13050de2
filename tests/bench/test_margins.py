"""How far a value is from a limit as findings word it. Tests bench.margins."""

import pytest

from bench.asked import ask
from bench.margins import margin
from lab.journal.events import Event


@pytest.mark.parametrize(
    ("limit", "measured", "expected"),
    [
        ("< 50 ms", 12.0, 38.0), ("< 50 ms", 60.0, -10.0), ("<= 1 waiting", 0.25, 0.75), (">= 99.5 %", 100.0, 0.5),
        (">= 98 % of offered", 0.99, 1.0), ("<= 1.05", 1.0, 0.05), ("within 5 %", -4.0, 1.0),
        ("windows within 15 %", 8.1, 6.9), ("at most 5 % too much", -20.0, 25.0), ("none", 3.0, -3.0), ("0", 0.0, 0.0),
        ("all 2", 1.0, -1.0), (">= 2400 ms seen by the canary", 3000.0, 600.0), (">= 2.42", "2.53.1", None),
        ("at least one", "edge", None), ("a working check", None, None), ("none", True, None),
        ("4,096 connections", 4096, 0.0), ("510 connections", 64, -446.0), ("> 1 s", 2.3, 1.3),
    ],
)  # fmt: skip
def test_the_margin_is_in_the_limits_unit(limit: str, measured: object, expected: float | None) -> None:
    """Above 0 on the side where the check is ok; of a share, in percent."""
    found = margin(limit, measured)
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.slow
def test_every_figure_of_a_healthy_run_has_a_margin(
    recorded: dict[tuple[str, str], tuple[Event, ...]],
) -> None:
    """A new wording of a limit must be read too, and says the same as the finding itself."""
    for events in (recorded["checks", "embedded"], recorded["checks", "compose"]):
        for found in ask(events).values():
            for one in found:
                far = margin(one["limit"], one["measured"])
                assert far is not None, one
                assert (far >= 0) is one["ok"], one
