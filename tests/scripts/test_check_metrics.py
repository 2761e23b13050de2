"""What Prometheus' linter says about the names of the metrics."""

import pytest

from scripts.check_metrics import check, load, service

KINDS = (
    "lab_requests_total", "lab_cpu_seconds_total", "lab_loop_lag_p99_seconds", "lab_failed_total", "lab_shed_total",
    "lab_errors_total", "lab_client_attempts_total", "lab_client_outcomes_total", "lab_client_breaker_state",
    "lab_client_attempt_duration_seconds_bucket",
)  # fmt: skip


@pytest.mark.slow
def test_every_kind_of_series_is_looked_at_and_well_named() -> None:
    """A service that has seen everything once, and a load with customers."""
    services, customers = service().decode(), load().decode()
    assert [name for name in KINDS if f"\n{name}{{" not in services] == []
    assert 'lab_load_sessions_failed_total{customer="streaming",reason="timeout"} 1.0' in customers
    assert (check(services.encode()), check(customers.encode())) == ("", "")


@pytest.mark.slow
def test_a_bad_name_is_said() -> None:
    """An abbreviated unit, and a counter without its ending."""
    bad = b"# HELP lab_lag_ms how late\n# TYPE lab_lag_ms counter\nlab_lag_ms 1\n"
    said = check(bad)
    assert "lab_lag_ms" in said
    assert "abbreviated" in said
