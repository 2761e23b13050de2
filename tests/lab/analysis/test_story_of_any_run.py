"""Whatever happened second by second: each sentence of the story is true of what the run was made of.

Tests lab.analysis.verdict.summary, .trigger_words, .recovery_words and lab.analysis.metrics.self_feeding. Each sentence
is read by its form and held against the drawn seconds; a form that is not known here fails.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.summary import summarise
from lab.analysis.verdict.verdict import Figures, Verdict
from lab.journal.events import ActionChanged, BridgeSample, CohortClosed, Event
from tests.lab.analysis.conftest import START_S, Storm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.drillfile import Drill

RATE = 100
END_S = 78
PHASES_S = (13.2, 23.2, 38.2, 68.2)
TIMEOUT_S = 1.0
SETTLED_S = 3.4 + TIMEOUT_S
CALLED = {"latency": "latency", "capacity": "less capacity"}
VERDICT = Verdict(
    drill="d", runtime="embedded", seed=1, policy=None, verdict="pass", reasons=(), outcome="completed",
    metrics=Figures(),
)  # fmt: skip

Span = tuple[float, float]
T = TypeVar("T")


@dataclass
class Drawn:
    """What a run is made of. ``good``: a share a second (None: not measured); ``tries`` alike, per request."""

    good: Sequence[float | None]
    tries: Sequence[float]
    waiting: Sequence[int | None]
    faults: Sequence[tuple[str, Span]]
    helps: Sequence[float]
    toxic: bool = False

    def brief(self) -> str:
        """The good, with how many seconds each; what was done."""
        runs = [f"{len(list(same))} x {good}" for good, same in groupby(self.good)]
        return f"good {', '.join(runs)}; {self.faults}; {self.helps}"

    def share(self, seconds: range) -> float | None:
        """Good of offered, or None where a second is not known."""
        known = [self.good[second] if second < END_S else 1.0 for second in seconds]
        return (
            None if None in known or not known else sum(one for one in known if one is not None) / len(known)
        )

    def shares(self, start_s: float, end_s: float) -> list[float | None]:
        """Of each 5 whole seconds between two moments."""
        first, last = math.ceil(start_s), math.floor(end_s)
        return [self.share(range(second, second + 5)) for second in range(first, last - 4)]

    @property
    def start_s(self) -> float:
        return min(start for _, (start, _) in self.faults)

    @property
    def end_s(self) -> float:
        return max(end for _, (_, end) in self.faults)

    def era_end_s(self, since_s: float) -> float:
        """Until help comes, or to the end: what one phase brings counts from the first of it."""
        firsts = {sum(at >= phase for phase in PHASES_S): at for at in reversed(self.helps)}
        return min([START_S + 75, *(at for at in firsts.values() if at > since_s)])


@dataclass
class Run(Storm):
    """A storm whose seconds and actions are as drawn."""

    drawn: Drawn = field(default_factory=lambda: Drawn([], [], [], [], []))

    def share(self, second: int, by_phase: dict[str, float], healthy: float) -> float:
        if by_phase is self.good:
            known = self.drawn.good[second] if second < END_S else healthy
            return 0.0 if known is None else known
        return self.drawn.tries[second] if by_phase is self.tries and second < END_S else healthy

    def _act(self, name: str, applied_s: float, reverted_s: float) -> None:
        """None of the drill's own."""

    def told(self) -> list[Event]:
        """The journal, with what was done."""
        for number, (what, span) in enumerate(self.drawn.faults):
            self._do(f"f{number}", "fault", what, span)
        for number, at_s in enumerate(self.drawn.helps):
            self._do(f"h{number}", "mitigation", f"fix{number}", (at_s, 90.0))
        missing = {second for second, good in enumerate(self.drawn.good) if good is None}
        events = self.events(lambda e: not (isinstance(e, CohortClosed) and e.second in missing))
        return [self._sampled(event) for event in events]

    def _sampled(self, event: Event) -> Event:
        if not isinstance(event, BridgeSample) or int(event.t) >= END_S:
            return event
        toxics = ("x",) if self.drawn.toxic else ()
        return event.model_copy(update={"accept_queue": self.drawn.waiting[int(event.t)], "toxics": toxics})

    def _do(self, name: str, kind: str, what: str, span: Span) -> None:
        for state, t, verified in (
            ("intended", span[0] - 0.01, None),
            ("applied", span[0], True),
            ("reverted", span[1], True),
        ):
            facts = {
                "action": name,
                "kind": kind,
                "name": name,
                "fault": what,
                "target": "bridge",
                "params": {},
            }
            self.at(
                t,
                ActionChanged.model_validate({**facts, "state": state, "by": "drill", "verified": verified}),
            )


def pieces(values: Sequence[T]) -> st.SearchStrategy[list[T]]:
    """A value a second, the same for some seconds each."""
    piece = st.tuples(st.integers(1, 20), st.sampled_from(values))
    return st.lists(piece, min_size=6, max_size=14).map(
        lambda drawn: ([value for length, value in drawn for _ in range(length)] + [drawn[-1][1]] * END_S)[
            :END_S
        ]
    )


@st.composite
def runs(draw: st.DrawFn) -> Drawn:
    """Anything may follow a healthy baseline."""
    healthy = math.ceil(START_S) + 9
    tenth = st.integers(132, 232).map(lambda tenths: tenths / 10)
    spans = st.tuples(tenth, st.integers(5, 100)).map(
        lambda drawn: (drawn[0], min(23.2, drawn[0] + drawn[1] / 10))
    )
    faults = draw(st.lists(st.tuples(st.sampled_from(list(CALLED)), spans), min_size=0, max_size=3))
    helps = draw(st.lists(st.integers(25, 70), max_size=2, unique=True).map(sorted))
    levels: list[float | None] = [0.0, 0.0, 0.3, 0.6, 0.93, 0.97, 1.0, 1.0]
    good = draw(pieces(levels))
    if draw(st.integers(0, 4)) == 0:
        good[draw(st.integers(healthy, END_S - 1))] = None
    depths: list[int | None] = [0, 50, 400, 400, None]
    tries, waiting = draw(pieces([1.0, 1.04, 1.2, 4.0])), draw(pieces(depths))
    return Drawn(
        good=[*[1.0] * healthy, *good[healthy:]],
        tries=[*[1.0] * healthy, *tries[healthy:]],
        waiting=[*[0] * healthy, *waiting[healthy:]],
        faults=faults,
        helps=[at + 0.3 + number * 0.01 for number, at in enumerate(helps)],
        toxic=draw(st.integers(0, 5)) == 0,
    )


def stuck(*, tries: float = 4.0, waiting: int = 400, good_from: int = 45) -> Drawn:
    """A storm that a fix at 38.3 s ends."""
    return Drawn(
        good=[1.0] * 13 + [0.0] * (good_from - 13) + [1.0] * (END_S - good_from),
        tries=[1.0] * 13 + [tries] * 30 + [1.0] * (END_S - 43),
        waiting=[0] * 13 + [waiting] * 30 + [0] * (END_S - 43),
        faults=[("latency", (13.2, 23.2))],
        helps=[38.3],
    )


BRIEF = Drawn(
    good=[1.0] * 13 + [0.97] * 29 + [1.0] * 5 + [0.3] * 11 + [0.0] * 20,
    tries=[1.0] * END_S, waiting=[0] * END_S, faults=[("latency", (20.4, 23.2))], helps=[53.3, 58.31],
)  # fmt: skip
"""Service was never away while the trigger lasted, and went long after that."""


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=runs())
@example(drawn=stuck())
@example(drawn=stuck(tries=1.0))
@example(drawn=stuck(waiting=50))
@example(drawn=stuck(good_from=36))
@example(drawn=stuck(good_from=30))
@example(drawn=stuck(good_from=13))
@example(drawn=BRIEF)
def test_each_sentence_is_true_of_the_run(drill: Drill, drawn: Drawn) -> None:
    """Each is known by its form, and what it claims is counted anew from what was drawn."""
    timeline = Timeline.fold(Run(drill, rate=RATE, drawn=drawn).told())
    said = summarise(VERDICT, timeline)[:-1]
    if not drawn.faults:
        assert said == []
        return
    for sentence in said:
        found = [(check, match) for form, check in FORMS.items() if (match := re.fullmatch(form, sentence))]
        assert len(found) == 1, f"no one form of {sentence!r}"
        check, match = found[0]
        assert check(drawn, match.groupdict()), f"{sentence} {drawn.brief()}"


Said = dict[str, str | None]


def came(drawn: Drawn, said: Said) -> bool:
    """How long each lasted, counted in hundredths of a second; and whether anything was retried."""
    ticks: dict[str, set[int]] = {}
    for what, (start, end) in drawn.faults:
        ticks.setdefault(f"{CALLED[what]} on bridge", set()).update(
            range(round(100 * start), round(100 * end))
        )
    for seconds, name in re.findall(r"(\d+) s of ((?:latency|less capacity) on bridge)", said["what"] or ""):
        if abs(len(ticks[name]) / 100 - int(seconds)) > 0.51:
            return False
    every = set().union(*ticks.values())
    in_all = re.search(r"(\d+) s in all", said["what"] or "")
    if in_all and abs(len(every) / 100 - int(in_all[1])) > 0.51:
        return False
    # whoever adds up what stands there gets as many seconds as there were
    parts = sum(int(seconds) for seconds in re.findall(r"(\d+) s of", said["what"] or ""))
    if not in_all and parts > len(every) / 100 + 0.51 * max(1, len(ticks)) + 0.5:
        return False
    until = min([START_S + 75, *(at for at in drawn.helps if at > drawn.end_s)])
    first, last = math.ceil(drawn.start_s), math.floor(until)
    windows = [range(second, second + 5) for second in range(first, last - 4)]
    peaks = [sum(round(100 * drawn.tries[s]) for s in window) / 500 for window in windows]
    # a window with an unknown second may or may not be known by what else was counted in it
    known = [most for most, window in zip(peaks, windows, strict=True) if drawn.share(window) is not None]
    if said["hardly"]:
        return not known or max(known) < 1.05
    if said["most"] is None or not known:
        return True
    return max(known) - 0.051 < float(said["most"]) < max(peaks) + 0.051


def still_stuck(drawn: Drawn, said: Said) -> bool:
    """Under half in all 5 s of that time, by the rates that it states; fed only with the evidence."""
    until = drawn.era_end_s(drawn.end_s)
    since = max(drawn.end_s, until - int(said["lasted"] or 0) - 0.5)
    if any(share is None or share >= 0.5 for share in drawn.shares(since, until)[1:]):
        return False
    mean = drawn.share(range(math.ceil(since), math.floor(until)))
    if mean is None or abs(100 * mean - int(said["left"] or 0)) > 100 / (until - since):
        return False
    judged = range(math.ceil(drawn.end_s + SETTLED_S), math.floor(until))
    return not said["fed"] or is_fed(drawn, judged)


def is_fed(drawn: Drawn, judged: range) -> bool:
    """Retried and late in all 5 s. The device accepts at most 130/s, so there were always more than were offered."""
    for second in range(judged.start, judged.stop - 4):
        window = range(second, second + 5)
        tried = [round(100 * drawn.tries[s]) for s in window]
        pairs = [(drawn.waiting[s], min(one, 130)) for s, one in zip(window, tried, strict=True)]
        known = [(waiting, accepted) for waiting, accepted in pairs if waiting is not None]
        waited = sum(waiting for waiting, _ in known) / max(1, sum(accepted for _, accepted in known))
        if sum(tried) < 1.1 * 500 or len(known) < 4 or waited <= TIMEOUT_S * 0.9:
            return False
    return not drawn.toxic


def by_itself(drawn: Drawn, said: Said) -> bool:
    """From then on good, bad before, and no help until then."""
    back = drawn.end_s + int(said["back"] or 0)
    if not is_back(drawn, back) or not was_hurt(drawn, back):
        return False
    nexts = [at for at in drawn.helps if at > drawn.end_s]
    if said["ahead"] is not None:
        last = drawn.share(range(math.floor(nexts[0]) - 5, math.floor(nexts[0])))
        relapsed = (
            last == 0.0 and said["left"] is None
        )  # what is away for less than 5 s is in no window alone
        return abs(nexts[0] - back - int(said["ahead"])) <= 1.01 and not relapsed
    return not nexts or (said["left"] is not None and back + 5 <= nexts[0] + 0.51)


def back_with_help(drawn: Drawn, said: Said) -> bool:
    """From then on good, and not yet before it was switched on."""
    at = drawn.helps[int(said["number"] or 0)]
    back = at + int(said["back"] or 0)
    before = math.floor(at) - 1
    start = next(
        second for second in (round(back), round(back) + 1, round(back) - 1) if is_back(drawn, second)
    )
    good = [drawn.good[second] for second in range(before, start + 1)]
    return any(one is None or one < 0.95 for one in good)


def is_back(drawn: Drawn, at_s: float) -> bool:
    """Whether 5 s are good that begin within half a second or so of a moment."""
    found = [
        drawn.share(range(second, second + 5))
        for second in range(math.floor(at_s - 0.5), math.ceil(at_s + 0.5) + 1)
        if second + 5 <= END_S
    ]
    return any(share is not None and share >= 0.95 for share in found)


def was_hurt(drawn: Drawn, until_s: float) -> bool:
    """Whether any 5 s from the trigger's start to then were less than good, or aren't known to have been good."""
    return any(share is None or share < 0.95 for share in drawn.shares(drawn.start_s, until_s + 6))


def still_not_back(drawn: Drawn, said: Said) -> bool:
    """The end of that time was less than good, and nothing else was switched on in it."""
    at = drawn.end_s if said["number"] is None else drawn.helps[int(said["number"])]
    until = drawn.era_end_s(at)
    last = drawn.good[math.floor(until) - 1]
    return abs(until - at - int(said["lasted"] or 0)) <= 1.51 and last is not None and last < 0.95


def before_help(drawn: Drawn, said: Said) -> bool:
    """The whole second before it was good."""
    at = drawn.helps[int(said["number"] or 0)]
    last = drawn.good[math.floor(at) - 1]
    return last is not None and last >= 0.95


def went_on(drawn: Drawn, said: Said) -> bool:
    """All 5 s were that good; of a shorter time, all of it."""
    until = START_S + 75 if said["number"] is None else drawn.helps[int(said["number"])]
    whole = drawn.share(range(math.ceil(drawn.start_s), math.floor(until)))
    shares = drawn.shares(drawn.start_s, until) or [whole]
    known = [share for share in shares if share is not None]
    return len(known) == len(shares) and int(said["least"] or 0) == math.floor(100 * min(known) + 1e-9)


def in_part(drawn: Drawn, said: Said) -> bool:
    """Some 5 s were half good, none of the last were good."""
    half = drawn.end_s + int(said["half"] or 0)
    near = [
        drawn.share(range(s, s + 5))
        for s in range(math.floor(half - 0.5), math.ceil(half + 0.5) + 1)
        if s + 5 <= END_S
    ]
    until = drawn.era_end_s(drawn.end_s)
    left = drawn.share(range(max(math.ceil(drawn.end_s), math.floor(until) - 10), math.floor(until)))
    stated = said["left"] is None or (left is not None and abs(100 * left - int(said["left"])) <= 1)
    return any(share is not None and share >= 0.5 for share in near) and stated


def while_it_lasted(drawn: Drawn, said: Said) -> bool:
    """All 5 s since its start were good, up to some after its end."""
    del said
    shares = drawn.shares(drawn.start_s, drawn.end_s + 4)
    return all(share is not None and share >= 0.95 for share in shares)


def before_the_end(drawn: Drawn, said: Said) -> bool:
    """The last 5 s of the trigger were good; something before them wasn't."""
    del said
    share = drawn.share(range(math.floor(drawn.end_s) - 5, math.floor(drawn.end_s)))
    return share is not None and share >= 0.95


MANY = r"(?:the first of )?fix(?P<number>\d) on bridge(?: and fix\d on bridge)? (?:was|were) switched on"
LAST = r"(?:, but not for good: at last (?P<left>\d+) of 100 requests/s were answered)?"
FORMS = {
    rf"Service went on while that lasted{LAST}\.": while_it_lasted,
    r"Then came (?P<what>.*?)(?P<hardly>; hardly anything was retried)?(?:: each request became up to (?P<most>[\d.]+) "
    r"attempts)?\.": came,
    r"(?:After that was over, still|From \d+ s after that was over on,) only (?P<left>\d+) of 100 requests/s were "
    r"answered, for (?P<lasted>\d+) s(?:; hardly anything was retried|(?P<fed>: the storm fed itself))?\.": still_stuck,
    r"Once that was over, service came back by itself: (?:after \d+ s half was answered again, )?after (?P<back>\d+) s "
    rf"it was (?:fully )?back(?:, until the run ended|, as far as that was watched)?(?:{LAST}|, (?P<ahead>\d+) s "
    r"before (?:the first of )?fix\d on bridge(?: and fix\d on bridge)? (?:was|were) switched on)?\.": by_itself,
    rf"(?P<back>\d+) s after {MANY}, service was (?:fully )?back(?:, until the run ended|, as far as that was watched)?"
    rf"{LAST}\.": back_with_help,
    rf"(?P<lasted>\d+) s after (?:{MANY}|that was over), service was still not fully back\.": still_not_back,
    rf"Service was back before {MANY}\.": before_help,
    rf"Service went on(?: until {MANY})?: at least (?P<least>\d+) % of requests were answered in time in "
    r"any 5 s\.": went_on,
    r"Once that was over, service was not fully back: after (?P<half>\d+) s half was answered(?: again)?(?:; at last "
    r"(?P<left>\d+) of 100 requests/s were)?\.": in_part,
    rf"Service was back before that was over(?:{LAST}|, \d+ s before (?:the first of )?fix\d.* switched on)?"
    r"\.": before_the_end,
}
