"""What several workers counted, as the figures of one service.

added up     what counts: totals, what is in flight, histograms, processor time
the worst    the loop's lag; the breaker that is most open
alike        settings, the policy's text: a change reaches all workers or none
by second    cohorts: closed when the second's calls have ended in every worker
once         what an automation reports, when all of them have reported it
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from services.kit.controlled import ControlledError, Json

OWN = frozenset({"service", "boot", "now_s"})
"""What is the service's, whoever counts."""
EACH = ("requests_total", "connections_total", "in_flight", "loop_lag_p99_ms", "cpu_s_total")
"""What `processes` says of each worker."""
_BREAKER = ("closed", "half-open", "open")
_STATES = ("idle", "ended", "running", "failed")


def merged(found: Sequence[Json], asked_s: float) -> Json:
    """The counters of a service.

    A worker counts a call in the second in which it starts, so nothing can be added to one that had passed before the
    first worker was asked: only such a second is closed.

    Args:
        found: What each worker counted.
        asked_s: When the first of them was asked (CLOCK_MONOTONIC).

    Raises:
        ControlledError: something that must be alike is not.
    """
    whole = _together([{key: value for key, value in one.items() if key not in OWN} for one in found])
    for cohort in whole["cohorts"]:
        cohort["closed"] = cohort["closed"] and asked_s >= cohort["second"] + 2
    return {**whole, "processes": [{key: one[key] for key in EACH} for one in found]}


def merged_states(found: Sequence[Json]) -> Json:
    """What each automation is at: as far as the worker that is least far, and failed where it failed in one."""
    return {
        name: {
            **min((one[name] for one in found), key=lambda state: state["step"]),
            "state": _most(_STATES)([one[name]["state"] for one in found]),
        }
        for name in found[0]
    }


def alike(values: Sequence[Any], what: str = "the answers") -> Any:  # noqa: ANN401  JSON
    """What all workers say.

    Raises:
        ControlledError: they don't say the same.
    """
    for number, value in enumerate(values, 1):
        if value != values[0]:
            raise ControlledError(
                f"{what} of worker {number} of {len(values)} and worker 1 differ: {value!r}, {values[0]!r}"
            )
    return values[0]


def _together(found: Sequence[Json]) -> Json:
    keys = dict.fromkeys(key for one in found for key in one)
    return {
        key: _one(key, [one[key] for one in found if one.get(key) is not None], len(found)) for key in keys
    }


def _one(key: str, known: list[Any], workers: int) -> Any:  # noqa: ANN401  JSON, by kind of figure
    """One figure, by its kind: `breaker` is a state where it is text, and where it is a number, refused calls."""
    match known:
        case []:
            return None
        case [bool(), *_]:
            return all(known)
        case [str(), *_]:
            return _most(_BREAKER)(known) if key == "breaker" else alike(known, f"`{key}`")
        case [int() | float(), *_]:
            return max(known) if key == "loop_lag_p99_ms" else sum(known)
        case [list(), *_]:
            return _listed(key, known, workers)
        case _:
            return alike(known, "the settings") if key == "settings" else _together(known)


def _listed(key: str, known: list[list[Any]], workers: int) -> list[Any]:
    if key == "cohorts":
        return _cohorts(known)
    if key == "automation":
        return _reports(known, workers)
    return [item for value in known for item in value]


def _most(order: Sequence[str]) -> Callable[[list[str]], str]:
    return lambda values: max(values, key=order.index)


def _cohorts(found: list[list[Json]]) -> list[Json]:
    by_second: dict[int, list[Json]] = defaultdict(list)
    for cohort in (cohort for cohorts in found for cohort in cohorts):
        by_second[cohort["second"]].append(cohort)
    return [{**_together(ones), "second": second} for second, ones in sorted(by_second.items())]


def _reports(found: list[list[Json]], workers: int) -> list[Json]:
    """Each report once: when the last worker has made it, a failure when the first has."""
    same: dict[tuple[object, ...], list[Json]] = defaultdict(list)
    for report in (report for reports in found for report in reports):
        same[tuple(report[key] for key in ("automation", "name", "state", "step"))].append(report)
    whole = [
        max(ones, key=lambda report: float(report["at_s"]))
        for (*_, state, _step), ones in same.items()
        if len(ones) >= workers or state == "failed"
    ]
    return sorted(whole, key=lambda report: float(report["at_s"]))
