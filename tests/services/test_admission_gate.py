"""The gate under any history: limits hold, and every arrival ends in exactly one of four ways."""

from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.admission import Gate, Work, WorkState, parse

DISCIPLINES = ("fifo", "lifo", "adaptive-lifo", "adaptive-lifo(after=0 s)")
GUARDS = (
    "codel",
    "codel(target=1 ms, interval=2 ms)",
    "gradient2(start=3, least=1)",
    "priority-shed(queuing=1 ms, window=10 ms)",
)
TEXTS = st.builds(
    " + ".join,
    st.tuples(st.sampled_from(DISCIPLINES), st.sampled_from(GUARDS))
    | st.tuples(st.sampled_from(DISCIPLINES)),
)
ENDS = {WorkState.SERVED, WorkState.REFUSED, WorkState.DROPPED, WorkState.GONE}


class AnyHistory(RuleBasedStateMachine):
    """Arrivals, ends, cancellations, the clock and every live setting, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate(parse("fifo"), workers=2, queue_limit=3)
        self.now_s = 100.0
        self.all: list[Work] = []
        self.most_at_work = self.most_waiting = 0

    def of(self, state: WorkState) -> list[Work]:
        """The work in a state."""
        return [work for work in self.all if work.state is state]

    def advance(self) -> None:
        """As the asyncio half does after each step."""
        before = {work: work.state for work in self.of(WorkState.WAITING)}
        for work in self.gate.advance(self.now_s):
            assert before.pop(work) is WorkState.WAITING, "told twice, or was not waiting"
            assert work.state in {WorkState.WORKING, WorkState.DROPPED}
        assert all(work.state is WorkState.WAITING for work in before), "changed without being told"
        if not self.of(WorkState.WAITING):
            assert self.gate.next_expiry_s == inf
        assert self.gate.next_expiry_s > self.now_s

    @rule(priority=st.integers(0, 99), left_s=st.none() | st.floats(-0.01, 0.1))
    def arrives(self, priority: int, left_s: float | None) -> None:
        """One more."""
        work = Work(self.now_s, priority, None if left_s is None else self.now_s + left_s)
        full = len(self.of(WorkState.WAITING)) >= self.gate.queue_limit
        free = len(self.of(WorkState.WORKING)) < self.gate.workers and not self.of(WorkState.WAITING)
        self.all.append(work)
        state = self.gate.arrive(work, self.now_s)
        assert state is work.state
        assert (state is WorkState.REFUSED) == bool(work.why)
        assert state is not WorkState.WORKING or free
        assert state is not WorkState.WAITING or not (full or free)

    @rule(pick=st.integers(0, 99))
    def is_done(self, pick: int) -> None:
        """Someone at work is done."""
        if working := self.of(WorkState.WORKING):
            self.gate.end(working[pick % len(working)], self.now_s)
            self.advance()

    @rule(pick=st.integers(0, 99))
    def goes_away(self, pick: int) -> None:
        """Someone who waits, is at work or has ended is cancelled; who has ended stays as he is."""
        if self.all:
            work = self.all[pick % len(self.all)]
            before = work.state
            self.gate.leave(work, self.now_s)
            assert work.state is (before if before in ENDS else WorkState.GONE)
            self.advance()

    @rule(by_s=st.floats(0.0001, 0.3))
    def time_passes(self, by_s: float) -> None:
        """With a look at every expiry on the way, as the timer has it."""
        end_s = self.now_s + by_s
        while self.gate.next_expiry_s <= end_s:
            self.now_s = self.gate.next_expiry_s
            self.advance()
        self.now_s = end_s

    @rule(text=TEXTS, workers=st.integers(1, 4), queue_limit=st.integers(0, 5), drop=st.booleans())
    def settings_change(self, text: str, workers: int, queue_limit: int, drop: bool) -> None:  # noqa: FBT001
        """Live: who is there stays."""
        self.gate.layers, self.gate.drop_expired = parse(text), drop
        self.gate.workers, self.gate.queue_limit = workers, queue_limit
        self.most_at_work, self.most_waiting = (
            len(self.of(WorkState.WORKING)),
            len(self.of(WorkState.WAITING)),
        )
        self.advance()

    @invariant()
    def limits_hold(self) -> None:
        """The gate's own counts are right; more than a limit only where the limit shrank under them."""
        waiting, working = len(self.of(WorkState.WAITING)), len(self.of(WorkState.WORKING))
        assert (self.gate.crowd.waiting, self.gate.crowd.working) == (waiting, working)
        assert working <= max(self.gate.workers, self.most_at_work)
        assert waiting <= max(self.gate.queue_limit, self.most_waiting)
        self.most_at_work = working if working > self.gate.workers else 0
        self.most_waiting = waiting if waiting > self.gate.queue_limit else 0
        assert not waiting or working >= self.gate.workers, "a worker is idle while someone waits"

    def teardown(self) -> None:
        """Everyone ends, in one of four ways."""
        while working := self.of(WorkState.WORKING):
            self.gate.end(working[0], self.now_s)
            self.advance()
        assert {work.state for work in self.all} <= ENDS


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(stateful_step_count=40)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=60))
def test_fifo_serves_in_order_of_arrival_and_lifo_against_it(priorities: list[int]) -> None:
    """Whatever else they are."""
    for text in ("fifo", "lifo"):
        gate = Gate(parse(text), workers=1, queue_limit=100)
        works = [Work(float(n), rank) for n, rank in enumerate(priorities)]
        for work in works:
            gate.arrive(work, work.arrived_s)
        begun = [works[0]]
        for n in range(len(works) - 1):
            gate.end(begun[-1], 100.0 + n)
            begun += gate.advance(100.0 + n)
        assert begun == (works if text == "fifo" else [works[0], *reversed(works[1:])])
