"""The survival score as the lines of a table. Says nothing that was not measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.analysis.verdict.verdict import Plane
from lab.report import headline_figures as figures
from lab.report.plane_view import WatchedPlane

MODES = {
    "same-listener": "over the bridge, by the same listener as everyone",
    "other-listener": "over the bridge, by a listener of its own",
    "separate-path": "by a path of its own, beside the bridge",
    "agent": "by an agent there that buffers, and sends over the bridge",
    "reserve-bridge": "over the reserve bridge",
    "slow-scrape": "over the bridge, every 5 s with 5 s of patience",
}
"""How the shared plane sees main in each mode."""

_ERRORS: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "goodput": ("goodput", figures.rate),
    "amplification": ("amplification", figures.ratio),
    "error_ratio": ("share of errors", figures.share),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the survival score: its name, what it means, and a text for each plane."""

    name: str
    meaning: str
    texts: tuple[str, ...]


def path(watch: WatchedPlane) -> str:
    """How the plane sees main."""
    return "by its own path" if watch.name == "ops" else MODES.get(watch.config.mode, watch.config.mode)


def scrapes_share(score: Plane | None) -> float | None:
    """Good scrapes of those that its configuration promises."""
    if score is None or score.scrapes_ok is None or not score.scrapes_expected:
        return None
    return score.scrapes_ok / score.scrapes_expected


def facts(seen: tuple[WatchedPlane, ...]) -> list[Fact]:
    """The survival score, line by line."""
    return [
        Fact(name, meaning, tuple(figures.NONE if w.score is None else write(w, w.score) for w in seen))
        for name, meaning, write in _lines()
    ]


def _lines() -> Iterator[tuple[str, str, Callable[[WatchedPlane, Plane], str]]]:
    yield "Sees main", "how its scrapes get there", lambda watch, _: path(watch)
    yield "Scrape success ratio", "of those that its configuration promises", lambda _, score: _kept(score)
    yield (
        "Blind, asked live",
        "seconds without a fresh sample or a true answer, and the longest such span",
        (lambda _, score: _spent(score.stale_s, score.longest_stale_s)),
    )
    yield (
        "Blind, asked again",
        "the same seconds after the run, when late samples had filled gaps",
        (lambda _, score: _spent(score.stale_backfilled_s, score.longest_stale_backfilled_s)),
    )
    yield (
        "Error of its answers",
        "median distance from the truth, while it answered",
        lambda _, score: _errors(score),
    )
    yield (
        "First page",
        "from the trigger's start; the bound is what its configuration allows",
        (lambda _, score: _first(score)),
    )
    yield (
        "Dead man's switch",
        "from the trigger's start to the dead-man's switch",
        (lambda _, score: figures.seconds(score.time_to_dead_mans_switch_s)),
    )
    yield (
        "False alarms",
        "pages about what had not happened",
        lambda _, score: figures.count(score.false_alarms),
    )
    yield (
        "False all-clears",
        "pages that called off what went on",
        lambda _, score: figures.count(score.false_resolutions),
    )
    yield "Alerts lost", "due, and never came", lambda _, score: ", ".join(score.alerts_lost) or "none"
    yield "Alerts late", "came after their bound", lambda _, score: ", ".join(score.alerts_late) or "none"
    yield "Restarts", "of its Prometheus", lambda _, score: figures.count(score.restarts)
    yield (
        "Memory",
        "the most that its Prometheus and Alertmanager took",
        lambda _, score: figures.size(score.memory_bytes),
    )


def _kept(score: Plane) -> str:
    share = scrapes_share(score)
    if share is None:
        return figures.NONE
    return f"{figures.share(share)}: {figures.count(score.scrapes_ok)} of {figures.count(score.scrapes_expected)}"


def _spent(total_s: int | None, longest_s: int | None) -> str:
    if total_s is None or longest_s is None or total_s == longest_s:
        return figures.seconds(total_s)
    return f"{figures.seconds(total_s)}, longest {figures.seconds(longest_s)}"


def _errors(score: Plane) -> str:
    told = [f"{name} {write(score.answer_errors.get(query))}" for query, (name, write) in _ERRORS.items()]
    return ", ".join(told) if score.answer_errors else figures.NONE


def _first(score: Plane) -> str:
    bound = "" if score.detect_bound_s is None else f", bound {figures.seconds(score.detect_bound_s)}"
    if score.detection_time_s is None:
        return f"none{bound}" if bound else figures.NONE
    return f"{figures.seconds(score.detection_time_s)}, {score.detected_by or figures.NONE}{bound}"
