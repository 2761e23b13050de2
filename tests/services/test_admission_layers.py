"""Each layer of admission by a hand-driven clock, against the figures of its source."""

import pytest

from services.admission import Crowd, Gate, Work, WorkState, parse
from services.admission.admission import Layer
from services.admission.gradient2 import Gradient2
from services.admission.priority_shed import PriorityShed


def gate(text: str, workers: int = 1, queue_limit: int = 100, *, drop_expired: bool = False) -> Gate:
    """A gate with these layers."""
    return Gate(parse(text), workers, queue_limit, drop_expired=drop_expired)


def layer(text: str) -> Layer:
    """The one layer that is no discipline."""
    return next(layer for layer in parse(text) if layer.name != "fifo")


def served_order(text: str, arrivals_s: list[float], first_end_s: float, each_s: float) -> list[int]:
    """In which order those are served who arrive while one worker is busy until `first_end_s`."""
    door = gate(text)
    busy = Work(0.0)
    door.arrive(busy, 0.0)
    waiting = [Work(at_s) for at_s in arrivals_s]
    for work in waiting:
        assert door.arrive(work, work.arrived_s) is WorkState.WAITING
    order: list[int] = []
    now_s = first_end_s
    while True:
        door.end(busy, now_s)
        begun = [work for work in door.advance(now_s) if work.state is WorkState.WORKING]
        if not begun:
            return order
        busy = begun[0]
        order.append(waiting.index(busy))
        now_s += each_s


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("fifo", [0, 1, 2, 3]),
        ("lifo", [3, 2, 1, 0]),
        ("adaptive-lifo(after=500 ms)", [0, 1, 2, 3]),
        ("adaptive-lifo", [3, 2, 1, 0]),
    ],
)
def test_who_is_next(text: str, order: list[int]) -> None:
    """Four wait for up to 0.3 s: a queue that has stood for longer than 100 ms turns around, for 500 ms not yet."""
    assert served_order(text, [0.10, 0.11, 0.12, 0.13], 0.25, 0.01) == order


def test_adaptive_lifo_goes_back_to_first_in_first_out() -> None:
    """Once the queue was empty, the next burst is served in its order."""
    door = gate("adaptive-lifo")
    first, second = Work(0.0), Work(0.0)
    door.arrive(first, 0.0)
    door.arrive(second, 0.0)
    door.end(first, 1.0)
    assert list(door.advance(1.0)) == [second]
    burst = [Work(1.01), Work(1.02)]
    for work in burst:
        door.arrive(work, work.arrived_s)
    door.end(second, 1.05)
    assert list(door.advance(1.05)) == [burst[0]]


def test_codel_lets_a_burst_wait_and_a_standing_queue_not() -> None:
    """N = 100 ms as long as the queue was empty within the last 100 ms, then M = 5 ms."""
    door = gate("codel")
    door.arrive(Work(0.0), 0.0)
    burst, later, standing = Work(0.01), Work(0.10), Work(0.12)
    for work in (burst, later, standing):
        door.arrive(work, work.arrived_s)
    assert [work.expires_s for work in (burst, later, standing)] == pytest.approx([0.11, 0.2, 0.125])
    assert list(door.advance(0.1099)) == []
    assert [work.why for work in door.advance(0.111)] == ["codel"]
    assert door.next_expiry_s == pytest.approx(0.125)
    assert list(door.advance(0.13)) == [standing]
    assert (burst.state, standing.state, later.state) == (
        WorkState.DROPPED,
        WorkState.DROPPED,
        WorkState.WAITING,
    )


def test_expired_work_is_refused_dropped_and_never_begun() -> None:
    """On arrival, while it waits, and at its turn: no one works for who has stopped waiting."""
    door = gate("fifo", drop_expired=True)
    busy, late, waits = Work(0.0), Work(0.1, deadline_s=0.1), Work(0.1, deadline_s=0.5)
    door.arrive(busy, 0.0)
    assert (door.arrive(late, 0.1), late.why) == (WorkState.REFUSED, "expired")
    assert door.arrive(waits, 0.1) is WorkState.WAITING
    assert (door.next_expiry_s, list(door.advance(0.5))) == (0.5, [waits])
    assert (waits.state, waits.why) == (WorkState.DROPPED, "expired")

    door.drop_expired = False
    old = Work(0.6, deadline_s=0.7)
    door.arrive(old, 0.6)
    door.drop_expired = True  # switched on while it waits
    door.end(busy, 1.0)
    assert (list(door.advance(1.0)), old.state) == ([old], WorkState.DROPPED)
    assert door.crowd.working == 0


def test_without_drop_expired_all_work_is_done() -> None:
    """The default: a deadline is no one's business."""
    door = gate("fifo")
    assert door.arrive(Work(1.0, deadline_s=0.5), 1.0) is WorkState.WORKING


def reference_gradient2(samples: list[tuple[float, int]]) -> list[float]:
    """Gradient2Limit and ExpAvgMeasurement of Netflix's concurrency-limits, written down again line by line."""
    limit, value, total, seen, told = 20.0, 0.0, 0.0, 0, []
    for rtt, in_flight in samples:
        if seen < 10:
            seen += 1
            total += rtt
            value = total / seen
        else:
            value = value * (1 - 2 / 601) + rtt * (2 / 601)
        long_rtt = value
        if long_rtt / rtt > 2:
            value *= 0.95
        if in_flight >= limit / 2:
            gradient = max(0.5, min(1.0, 1.5 * long_rtt / rtt))
            limit = max(20, min(200, limit * 0.8 + (limit * gradient + 4) * 0.2))
        told.append(limit)
    return told


def test_gradient2_is_that_of_netflix() -> None:
    """Quiet, busy and fast, slowing down tenfold, idle, and fast again: the same limits as the source's formula."""
    samples = [(0.01, 3)] * 20 + [(0.01, 40)] * 100 + [(0.1, 90)] * 60 + [(0.1, 2)] * 10 + [(0.01, 60)] * 80
    limit, told = layer("gradient2"), []
    assert isinstance(limit, Gradient2)
    for number, (rtt, in_flight) in enumerate(samples):
        now_s = float(number)
        limit.ended(Work(now_s - rtt), Crowd(waiting=in_flight - 1, working=1), now_s)
        told.append(limit.limit)
    assert told == pytest.approx(reference_gradient2(samples))
    assert told[119] > 80  # it grew while latency was low,
    assert told[140] < 0.5 * told[119]  # and shrank when latency rose


def test_gradient2_refuses_at_its_limit() -> None:
    """Waiting and working count; the twenty-first is refused."""
    door = gate("gradient2", workers=5)
    states = [door.arrive(Work(0.0), 0.0) for _ in range(21)]
    assert (states.count(WorkState.WORKING), states.count(WorkState.WAITING)) == (5, 15)
    assert states[-1] is WorkState.REFUSED


@pytest.mark.parametrize(
    ("given", "starts"),
    [
        ("start=7, least=7", 7),
        ("start=30, most=30", 30),
        ("least=50", 50),
        ("least=5, most=10", 10),
        ("", 20),
    ],
)
def test_gradient2_starts_where_it_is_told(given: str, starts: int) -> None:
    """As written; where nothing is, at the nearest to 20 between its bounds."""
    limit = layer(f"gradient2({given})")
    assert isinstance(limit, Gradient2)
    assert limit.limit == starts


def levels(waits_s: list[float]) -> tuple[PriorityShed, list[int]]:
    """The level in each window, in each of which one of each rank arrives and those admitted wait so long."""
    level = layer("priority-shed")
    assert isinstance(level, PriorityShed)
    told = []
    for window, wait_s in enumerate(waits_s):
        for rank in range(100):
            now_s = window * 0.2 + rank * 0.001
            work = Work(now_s - wait_s, priority=rank)
            if not level.refuse(work, Crowd(), now_s):
                level.waited(work, now_s)
        told.append(level.level)
    return level, told


def test_priority_shed_cuts_by_five_percent_and_gives_back_one() -> None:
    """DAGOR: above 20 ms of mean queueing the admitted shrink by 5 %, below they grow by 1 % of what arrived."""
    _, told = levels([0.01] + [0.03] * 3 + [0.01] * 4)
    assert told[:2] == [0, 0]
    assert told[2:5] == [5, 10, 15]  # 95, 90.25 and 85.7 of a hundred
    assert told[5:] == [14, 13, 12]


def test_priority_shed_refuses_the_lowest_first() -> None:
    """After twenty windows of overload the rest ranks higher than whatever is refused."""
    level, told = levels([0.05] * 20)
    assert told == sorted(told)
    assert 60 <= level.level <= 70  # 0.95^19 = 38 % are left
    assert level.refuse(Work(0.0, priority=level.level - 1), Crowd(), 3.95)
    assert not level.refuse(Work(0.0, priority=level.level), Crowd(), 3.95)


def test_a_queue_that_no_one_leaves_is_overload() -> None:
    """All workers stuck: no wait was measured, and yet it is no quiet window."""
    level = layer("priority-shed")
    assert isinstance(level, PriorityShed)
    level.refuse(Work(0.0, priority=50), Crowd(waiting=9), 0.0)
    level.refuse(Work(0.3, priority=50), Crowd(waiting=9), 0.3)
    assert level.level > 50
