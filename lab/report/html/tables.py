"""The tables below the charts."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Verdict
from lab.drillfile.model import Drill
from lab.journal.events import Event
from lab.report import headline_figures as figures
from lab.report.plane_view import WatchedPlane
from lab.report.words import clean, effect, sentence


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action as the table has it; times of the run as text."""

    name: str
    kind: str
    what: str
    by: str
    applied: str
    undone: str
    state: str
    trouble: str


def actions(timeline: Timeline) -> list[ActionLine]:
    """All actions in the order in which they were meant."""
    return [
        ActionLine(
            name=clean(span.name),
            kind=span.kind,
            what=clean(effect(span.fault, span.params, span.target)),
            by=clean(span.by),
            applied=_moment(span.applied_s, verified=span.verified),
            undone=_moment(span.reverted_s, verified=span.reverted_verified),
            state=span.state,
            trouble=clean(span.error or ""),
        )
        for span in timeline.actions.values()
    ]


def log(events: Iterable[Event]) -> list[tuple[str, str]]:
    """What happened, in plain words, with its time."""
    return [(figures.clock(event.t), said) for event in events if (said := sentence(event)) is not None]


@dataclass(frozen=True, slots=True)
class PageLine:
    """A page as the table has it."""

    at: str
    plane: str
    alert: str
    about: str
    state: str
    began: str


def pages(seen: Sequence[WatchedPlane]) -> list[PageLine]:
    """The pages that reached on-call, in the order of their arrival."""
    found = sorted((page for watch in seen for page in watch.pages), key=lambda page: page.received_s)
    return [
        PageLine(
            at=figures.clock(page.received_s),
            plane=clean(page.plane),
            alert=clean(page.alert),
            about=clean(page.labels.get("service", "")),
            state={"firing": "firing", "resolved": "called off"}[page.state],
            began=figures.clock(page.sent_t),
        )
        for page in found
    ]


def flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """A nested mapping as lines: ``machine / cpus``, ``2``."""
    return list(_flat(tree, prefix))


def commands(drill: Drill, verdict: Verdict) -> list[str]:
    """How to run the same again."""
    name = shlex.quote(clean(drill.name))
    runtime = shlex.quote(clean(verdict.runtime))
    return [
        f"lab run {name} --runtime {runtime} --seed {verdict.seed} --rate {drill.load.rate_rps:g}",
        f"make drill DRILL={name} RUNTIME={runtime}",
    ]


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        name = f"{prefix} / {key}" if prefix else str(key)
        if isinstance(value, Mapping) and value:
            yield from _flat(value, name)
        elif isinstance(value, list | tuple):
            yield name, ", ".join(str(item) for item in value) or figures.NONE
        else:
            yield name, figures.NONE if value is None or value == {} else str(value)


def _moment(at_s: float | None, *, verified: bool | None) -> str:
    """``12.0 s, read back``."""
    if at_s is None:
        return figures.NONE
    return figures.clock(at_s) + {True: ", read back", False: ", NOT confirmed", None: ""}[verified]
