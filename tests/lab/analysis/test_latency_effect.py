"""Whether latency that hits only a share of the connections had an effect, seen by one canary a second."""

import pytest

from chaos.faults.latency import Latency
from lab.analysis import Timeline
from lab.analysis.checks.effects import canary_latency
from lab.analysis.timeline.row import ActionSpan
from lab.journal.events import CanarySample

SLOW_MS, FAST_MS = 3001.0, 20.0


def seen(slow: int, canaries: int, toxicity: float) -> bool | None:
    """Whether so many slow canaries, of one a second, prove 3 s of latency."""
    timeline = Timeline()
    for second in range(canaries):
        took_ms = SLOW_MS if second < slow else FAST_MS
        timeline.feed(
            CanarySample(
                seq=0, t=second + took_ms / 1000, started_s=float(second), outcome="ok", latency_ms=took_ms
            )
        )
    traits = Latency(target="bridge", latency_ms=3000, toxicity=toxicity).traits()
    assert traits.effect is not None
    fault = ActionSpan(
        action="a", kind="fault", name="slow", fault="latency", target="bridge", state="reverted", by="drill",
        params={}, traits=traits, applied_s=0.0, reverted_s=canaries + 3.0,
    )  # fmt: skip
    return canary_latency(timeline, fault, traits.effect).ok


@pytest.mark.parametrize(
    ("slow", "canaries", "toxicity", "bit"),
    [
        (5, 8, 1.0, True),
        (3, 8, 1.0, False),  # all are to be hit: most must be
        (1, 5, 0.5, True),  # 1 of 5 or fewer comes by chance in a fifth of all runs
        (0, 5, 0.5, False),
        (4, 20, 0.5, False),  # 4 of 20 or fewer in one of 170
        (5, 20, 0.5, True),
        (1, 20, 0.1, True),
        (0, 0, 0.5, None),
    ],
)
def test_so_few_that_luck_explains_them_prove_nothing_against_it(
    slow: int, canaries: int, toxicity: float, *, bit: bool | None
) -> None:
    """A share of connections is hit at random: the sample's size says how many must be slow."""
    assert seen(slow, canaries, toxicity) is bit
