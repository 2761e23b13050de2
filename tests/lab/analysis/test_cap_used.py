"""Whether a throttle had an effect: was the CPU that it left used up wherever connections waited for the bridge?"""

from collections.abc import Sequence

import pytest

from chaos.faults.capacity import Capacity
from lab.analysis import Timeline
from lab.analysis.checks.cap_used import cap_used
from lab.analysis.checks.effect import Effect
from lab.analysis.timeline.row import ActionSpan
from lab.journal.events import BridgeSample

CAP = 0.04
BUSY, IDLE = (1.0, 5), (0.3, 0)
"""What was used in a second, of the cap; how many connections waited at its end."""


def throttled(seconds: Sequence[tuple[float, int]], *, cap: float = CAP, target: str = "bridge") -> Effect:
    """What was seen of a throttle that was active all through; the first second began with a full accept queue."""
    timeline = Timeline()
    used_s, waiting = 0.0, 5
    for second, (used, waits) in enumerate((*seconds, (0.0, 0))):
        timeline.feed(
            BridgeSample(
                seq=0,
                t=float(second),
                device="bridge",
                accepted_total=0,
                open_connections=0,
                accept_queue=waiting,
                cpu_s_total=used_s,
                throttled_s_total=0.0,
                cpu_share=cap,
            )
        )
        used_s, waiting = used_s + used * cap, waits
    traits = Capacity(target=target, share=0.25).traits()
    assert traits.effect is not None
    fault = ActionSpan(
        action="a",
        kind="fault",
        name="throttle",
        fault="capacity",
        target=target,
        params={},
        traits=traits,
        state="reverted",
        by="drill",
        applied_s=0.0,
        reverted_s=float(len(seconds)),
    )
    return cap_used(timeline, fault, traits.effect)


@pytest.mark.parametrize(
    ("seconds", "bit", "limit"),
    [
        ([BUSY] * 10, True, 89.0),
        ([(0.8, 5)] * 10, False, 89.0),  # work waited, and yet CPU was left over: something else held it up
        ([(0.86, 5)] * 2, True, 85.0),  # of 80 ms of CPU a slice of 2 ms at either end is 5 %
        ([BUSY] * 3 + [IDLE] * 7, True, None),  # a breaker opened: nothing waited any more
        ([BUSY, IDLE, IDLE, BUSY, BUSY], True, None),
        ([IDLE] * 10, None, 90.0),  # no one waited: what it would have used is undetermined
    ],
)
def test_a_throttle_bites_if_the_cap_is_used_up_while_work_waits(
    seconds: list[tuple[float, int]], *, bit: bool | None, limit: float | None
) -> None:
    """Seconds without a queue don't count; the limit says how well the rest is known."""
    seen = throttled(seconds)
    assert seen.ok is bit, seen
    assert (seen.measured is None) is (bit is None)
    assert limit is None or seen.limit.startswith(f">= {limit:g} %")


def test_a_cap_too_small_for_so_short_a_time_tells_nothing() -> None:
    """Two slices are most of it: neither yes nor no."""
    assert throttled([(0.0, 5)], cap=0.008).ok is None
    assert throttled([(0.0, 5)] * 10, cap=0.008).ok is False


def test_of_another_target_nothing_is_measured() -> None:
    """Only the bridge's CPU and its cap are known."""
    assert throttled([BUSY] * 10, target="auth").ok is None
