"""Whether a URL of the user's was healthy, as the drill's ``abort-if`` asks."""

from collections.abc import Callable, Mapping

from lab.analysis.timeline.timeline import Timeline


def url_failing(timeline: Timeline, span: range, url: str) -> float | None:
    """The share of the seconds in which it was not healthy; None where it was never asked."""
    asked = [sample for second in span if (sample := timeline.seconds.at(second).urls.get(url))]
    return sum(sample.error is not None for sample in asked) / len(asked) if asked else None


def answer(timeline: Timeline, second: int, url: str) -> str:
    """What came back in a second, in words."""
    sample = timeline.seconds.at(second).urls.get(url)
    if sample is None:
        return "not asked"
    return sample.error or f"answered {sample.status}"


URL: Mapping[str, Callable[[Timeline, range, str], float | None]] = {"url_failing": url_failing}
"""Metrics that have a value at every second for each URL."""
