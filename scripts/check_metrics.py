"""Have `promtool check metrics` look at the names of all metrics: `make lint` runs it, without starting a lab.

    counters as the control ports give them -> text of /metrics -> promtool, Prometheus' own linter

Every kind of series is there: a service with a client whose breaker is open, what was shed, failed and went wrong, and
a load with customers.
"""

import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from lab.runtime.binaries import find_promtool
from loadgen.customer import Customer
from loadgen.load import LoadProcess
from loadgen.load_metrics import exposition
from loadgen.load_settings import Settings
from services.client.tally import AttemptTally
from services.kit.counters import Counters
from services.kit.metrics import registry, render

DEADLINE_S = 60


def service() -> bytes:
    """The metrics of a service that has seen everything once."""
    counters, tally = Counters(), AttemptTally()
    counters.answered(200, delivered=True)
    counters.answered(503, delivered=True)
    counters.refused("queue-full")
    tally.reject("breaker")
    tally.latency.add(7.0)
    client = {**tally.as_json(), "policy": "breaker", "breaker": "open"}
    return render(registry(lambda: _snapshot(counters, client)))


def _snapshot(counters: Counters, client: Mapping[str, Any]) -> dict[str, Any]:
    """As services.kit.snapshot makes it of a living role."""
    process = {"queue_depth": 0, "loop_lag_p99_ms": 1.0, "cpu_s_total": 0.5, "errors_total": {"EMFILE": 0}}
    return {"service": "storefront", **counters.as_json(), **process, "client": client}


def load() -> bytes:
    """The metrics of a load with two customers, of which one had a request fail."""
    customers = tuple(Customer(name, rate_rps=10.0) for name in ("web", "streaming"))
    started = LoadProcess(Settings(customers=customers))
    now_s = time.monotonic()
    for name, failure in (("web", None), ("streaming", "timeout")):
        cohort = started.tally.intend(now_s, name)
        started.tally.begin(cohort, 0.0, now_s, name)
        started.tally.request(name)
        started.tally.end(cohort, failure, 5.0, name)
    return exposition(started)


def check(text: bytes) -> str:
    """What promtool has to say against a text of /metrics; empty: nothing."""
    done = subprocess.run(
        [str(find_promtool()), "check", "metrics"],
        input=text, capture_output=True, timeout=DEADLINE_S, check=False,
    )  # fmt: skip
    return (done.stdout + done.stderr).decode() if done.returncode else ""


def main() -> int:
    """Print what is wrong, by process; 1 where something is."""
    said = {name: check(text) for name, text in (("services", service()), ("load", load()))}
    for name, found in said.items():
        if found:
            print(f"the metrics of {name}: rename them as promtool asks:\n{found}", file=sys.stderr)
    return int(any(said.values()))


if __name__ == "__main__":
    sys.exit(main())
