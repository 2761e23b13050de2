"""A lab of few seconds written in code: cumulative counts that grow evenly, so that each second's figures are known."""

from collections.abc import Mapping
from typing import Any

from lab.analysis.timeline.timeline import Timeline
from lab.drillfile import Drill
from lab.journal.events import ActionChanged, BridgeSample, CohortClosed, Event, LoadSample, ServiceSample
from lab.journal.passed_on import PassedOn
from lab.journal.upgrade import upgraded
from tests.lab.analysis.synthetic import opened

SECONDS = 8
"""So many are sampled: at 0.01, 1.01, ..., so that the seconds 1 to 6 are measured."""

ASKED = {"requests_total": 100, "served_total": 100}
"""What a service is asked and answers in a second."""


def service(name: str, per_s: Mapping[str, int] = ASKED, **more: Any) -> list[Event]:  # noqa: ANN401
    """The samples of a service, each of whose totals grows by so much a second; ``more`` are other fields."""
    made = {"boot": "b", "requests_total": 0, "served_total": 0, "abandoned_total": 0, "in_flight": 0, **more}
    for part in ("outcomes_total", "failed_total"):
        made[part] = made.get(part, {})
    return [
        ServiceSample.model_validate(
            {"t": second + 0.01, "service": name}
            | {key: _grown(value, second) if key.endswith("_total") else value for key, value in made.items()}
            | {key: _grown(value, second) for key, value in per_s.items()}
        )
        for second in range(SECONDS)
    ]


def client(name: str, outcomes: Mapping[str, int], **totals: int | None) -> list[Event]:
    """The samples of a client that ends so many attempts a second in these ways; ``totals`` are its others a second."""
    counted = {f"{key}_total": value for key, value in totals.items() if value is not None}
    return service(name, {**ASKED, **counted}, outcomes_total=dict(outcomes))


def passing(
    name: str, upstream: Mapping[str, tuple[int, int, int]], per_s: Mapping[str, int] = ASKED
) -> list[Event]:
    """A server that passes on: by upstream its attempts, first attempts and rejections a second."""
    return [
        event.model_copy(
            update={
                "upstream": {
                    to: PassedOn(
                        calls_total=second * first,
                        attempts_total=second * attempts,
                        first_attempts_total=second * first,
                        outcomes_total={"ok": second * attempts, "budget": second * rejected},
                    )
                    for to, (attempts, first, rejected) in upstream.items()
                }
            }
        )
        for second, event in enumerate(service(name, per_s))
    ]


def cohorts(source: str, attempts: int | None, failed: dict[str, int] | None = None) -> list[Event]:
    """100 calls in each second, and what became of them."""
    return [
        CohortClosed(
            t=second + 5, source=source, second=second, requests=100, sent=100, attempts=attempts,
            good=100 - sum((failed or {}).values()), failed=failed or {},
        )
        for second in range(1, 7)
    ]  # fmt: skip


def load(requests: int = 100, ok: int = 100, failed: int = 0, in_flight: int = 0) -> list[Event]:
    """The load's samples."""
    return [
        LoadSample(
            t=second + 0.01, intended_total=second * requests, sent_total=second * requests,
            requests_total=second * requests, ok_total=second * ok, failed_total={"timeout": second * failed},
            lag_p99_ms=1.0, in_flight=in_flight, rate_rps=requests,
        )
        for second in range(SECONDS)
    ]  # fmt: skip


def device(name: str = "bridge", accepted: int | None = 100, **more: Any) -> list[Event]:  # noqa: ANN401
    """A device's samples; router hands on what it accepts, and none of another than the main one."""
    figures = {
        "open_connections": 3,
        "accept_queue": 0,
        "listen_queue": 510,
        "listening": True,
        "cpu_share": 0.2,
    }
    return [
        BridgeSample.model_validate(
            {
                "t": second + 0.01, "device": name, "cpu_s_total": 0.1 * second, "throttled_s_total": 0.0,
                "accepted_total": None if accepted is None else second * accepted, **figures, **more,
            }
        )
        for second in range(SECONDS)
    ]  # fmt: skip


def action(name: str, fault: str, target: str, state: str, t: float, **more: Any) -> Event:  # noqa: ANN401
    """A step in the life of an action, with the traits that this fault has."""
    return upgraded(
        ActionChanged.model_validate(
            {
                "t": t, "action": f"a-{name}", "kind": "fault", "name": name, "fault": fault, "target": target,
                "params": {}, "state": state, "by": "drill", "verified": True, **more,
            }
        )
    )  # fmt: skip


def timeline(drill: Drill, *parts: list[Event]) -> Timeline:
    """The run of all these, in the order of their times."""
    events = [event for part in parts for event in part]
    return Timeline.fold([upgraded(opened(drill)), *sorted(events, key=lambda event: event.t)])


def _grown(per_s: Any, second: int) -> Any:  # noqa: ANN401  a count, or counts by kind
    if isinstance(per_s, Mapping):
        return {kind: count * second for kind, count in per_s.items()}
    return per_s * second
