"""A drill whose load has three customers, end to end, on local processes."""

import json
import warnings
from pathlib import Path

import pytest

from tests.live.conftest import Start
from tests.live.machine_doubts import doubts

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.alone]

LONGEST_S = 400
"""With its turn at the machine, that others may have."""
DRILL = Path(__file__).with_name("customers.yaml")


def test_each_customer_has_its_own_fate(start: Start) -> None:
    """One is refused and the others are not; one surges and the others don't; every request is accounted for."""
    lab = start("run", str(DRILL), "--runtime", "embedded")
    lab.process.wait(LONGEST_S)
    verdict = json.loads((lab.folder / "verdict.json").read_text())
    assert doubts(verdict) == [], lab.output.read_text()[-3000:]
    if verdict["verdict"] == "inconclusive":
        warnings.warn(f"too busy to measure on: {verdict['reasons']}", stacklevel=1)
    assert verdict["outcome"] == "completed", verdict["reasons"]
    checks = {check["name"]: check["ok"] for check in verdict["instrument"]}
    for name in ("load sent = edge received", "load sent <= storefront received", "customers = load in all"):
        assert checks[name] is True, (name, verdict["instrument"])
    assert checks["customers' schedules"] is True
    customers = verdict["metrics"]["customers"]
    assert list(customers) == ["shop", "streaming", "partner"]
    first, later = (customers["streaming"]["steps"][name] for name in ("first", "later"))
    assert first["failed"]["5xx"] > 0, "sessions end with their first step that fails"
    assert later["sent"] <= 2 * first["good"]
    assert customers["streaming"]["failed"]["5xx"] == first["failed"]["5xx"] + later["failed"].get("5xx", 0)
    assert list(customers["partner"]["steps"]) == ["login", "order"]
    output = lab.output.read_text()
    assert all(f"  - {name}: " in output for name in customers), output[-3000:]
    assert "<h2>Customers</h2>" in (lab.folder / "report.html").read_text()
