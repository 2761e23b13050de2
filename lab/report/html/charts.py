"""The four charts: what each shows, and how to read it."""

from dataclasses import dataclass

from lab.analysis.metrics.queueing_delay import useless_from_s
from lab.drillfile.model import Drill


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the rows over time. ``column`` is the row's field; ``right``: on the second axis."""

    column: str
    name: str
    role: str
    hover: str
    dash: str = "solid"
    width: float = 2.0
    right: bool = False
    fill: bool = False
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A level to compare with, labelled at its right end; ``right``: of the second axis."""

    value: float
    text: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart; ``reading`` says to a newcomer what it shows."""

    key: str
    title: str
    reading: str
    axis: str
    lines: tuple[Line, ...]
    tickformat: str = ",~r"
    log: bool = False
    right_axis: str = ""
    limits: tuple[Limit, ...] = ()


def charts(drill: Drill) -> tuple[Chart, ...]:
    """The four charts of a run, top to bottom."""
    slo_ms = 1000 * drill.load.slo_s
    return (_traffic(), _amplification(), _latency(slo_ms, drill.load.slo_s), _bridge(useless_from_s(drill)))


def _traffic() -> Chart:
    return Chart(
        "traffic",
        "Requests and attempts",
        "Offered is what users ask for; it goes on at its own pace, whatever happens. Goodput is what they "
        "get: correct answers in time. Attempts are the tries that clients make over the bridge, retries "
        "included. In good health all three lie on each other; in a storm attempts rise while goodput falls.",
        "per second",
        (
            Line("offered", "offered", "neutral", "%{y:,.0f}/s", dash="dot", width=2.2),
            Line("good", "goodput", "good", "%{y:,.0f}/s", width=2.4, fill=True),
            Line("attempts", "attempts", "strain", "%{y:,.0f}/s", width=1.8),
        ),
    )


def _amplification() -> Chart:
    return Chart(
        "amplification",
        "Amplification",
        "Attempts per request. At 1 no one retries. At 4, with three retries allowed, every request is "
        "tried as often as the clients can, and the bridge carries four times the work for the same users.",
        "attempts per request",
        (Line("amplification", "amplification", "strain", "%{y:.2f} ×"),),  # noqa: RUF001 - a multiplication sign
        limits=(Limit(1, "no retries"),),
    )


def _latency(slo_ms: float, slo_s: float) -> Chart:
    return Chart(
        "latency",
        "Latency of good answers",
        "How long users waited for their correct answers: p50 for half of them, p99 for nearly all. The "
        "scale is logarithmic. A gap means that no request of that second got a correct answer, so there is "
        "nothing to time.",
        "waited",
        (
            Line("latency_p99_ms", "p99", "strain", "%{y:,.0f} ms", dash="dash", dots=True),
            Line("latency_p50_ms", "p50", "good", "%{y:,.0f} ms", dots=True),
        ),
        log=True,
        limits=(Limit(slo_ms, f"in time: {slo_s:g} s"),),
    )


def _bridge(useless_s: float) -> Chart:
    return Chart(
        "bridge",
        "The bridge",
        "The device that all traffic crosses, with a limited share of a core. The queueing delay is how long a "
        "connection waits until it is accepted; above the line no answer is of use any more, and clients retry. A "
        "delay that runs out at the top is longer still. "
        "Answered is the bridge's work for clients that got an answer; wasted is its work for those that had given up. "
        "Wasted work behind a long queue is why a storm outlives its trigger.",
        "connections per second",
        (
            Line("answered_rps", "answered", "good", "%{y:,.0f}/s", width=2.4, fill=True),
            Line("wasted_rps", "wasted", "second", "%{y:,.0f}/s", dash="dot"),
            Line("queueing_delay_s", "queueing delay", "strain", "%{y:.2f} s", dash="dashdot", right=True),
        ),
        right_axis="seconds waited",
        limits=(Limit(useless_s, f"no use from {useless_s:g} s on", right=True),),
    )
