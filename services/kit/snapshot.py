"""The counters of a service as one JSON object: read by /counters and, from the same numbers, by /metrics."""

import time
from typing import Any

from services.kit.automation_port import reports
from services.kit.loop_lag import LoopLag
from services.kit.role import Role


def snapshot(role: Role[Any], boot: str, lag: LoopLag, after: float) -> dict[str, Any]:
    """Everything that the control port reports.

    Args:
        role: The service.
        boot: Different after each start.
        lag: Its event loop's lag.
        after: Only cohorts of later seconds (CLOCK_MONOTONIC).
    """
    now_s = time.monotonic()
    calls = role.calls
    errors = dict(role.counters.errors)
    for name, count in (calls.errors if calls else {}).items():
        errors[name] = errors.get(name, 0) + count
    return {
        "service": role.place.service,
        "boot": boot,
        "now_s": now_s,
        **role.counters.as_json(),
        "queue_depth": role.admission.depth if role.admission else 0,
        "loop_lag_p99_ms": round(lag.p99_ms(), 3),
        "cpu_s_total": time.process_time(),
        "errors_total": errors,
        "client": calls.counters() if calls else None,
        "cohorts": calls.cohorts(after, now_s) if calls else [],
        "settings": vars(role.live.now),
        **({"automation": reports(automations, after)} if (automations := role.automations()) else {}),
        **role.extras(after),
    }
