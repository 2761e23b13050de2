"""A trigger that comes again, and one that is an automation, end to end on local processes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import Start
from tests.live.machine_doubts import doubts, too_busy

pytestmark = [pytest.mark.live, pytest.mark.long]

LONGEST_S = 400

SCALE_UP = """\
version: 1
title: An autoscaler is the trigger
load: {target: edge, rate: 20 /s}
bridge: {headroom: 4}
configuration:
  fleet: {clients: 5, timeout: 25 s, connections: pooled}
phases:
  quiet:   {for: 5 s, role: baseline, clock: "7:00 PST"}
  scaling: {for: 8 s, role: trigger, clock: "7:30 PST"}
  after:   {for: 5 s, role: aftermath}
method:
  - {name: scale-up, during: scaling, automation: grow, clients: 20, step: 5, every: 1 s, deadline: 20 s}
expect:
  - {name: served, metric: goodput, is: "> 1 /s"}
"""


AGAIN = """\
version: 1
title: Refusals, a fix, and the refusals again
load: {target: edge, rate: 30 /s, give-up: 1 s, slo: 1 s}
bridge: {headroom: 3}
configuration:
  storefront: {policy: "immediate(retries=1)", timeout: 0.5 s, connections: new}
phases:
  baseline: 4 s
  trigger:  3 s
  fix:      {for: 6 s, role: mitigation}
  again:    {for: 3 s, role: retrigger}
  recovery: 20 s
method:
  - {name: refuse,     during: trigger, fault: unavailable, target: router, share: 100 %}
  - {name: no-retries, from: fix,       mitigation: policy, target: storefront, policy: none}
expect:
  - {name: holds, metric: holds, within: 5 s, is: "yes"}
"""


def events(folder: Path, kind: str) -> list[dict[str, Any]]:
    """The journal's lines of one type."""
    lines = (json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines())
    return [line for line in lines if line["type"] == kind]


def test_a_trigger_that_comes_again_is_undone_again_and_the_fix_stays(start: Start, tmp_path: Path) -> None:
    """The fault is applied twice and undone twice; service is back with the fix in place, and nothing is looser.

    What holds against a real storm, and what does not, is measured by the drill `does-the-fix-hold` in `make soak`.
    """
    drill = tmp_path / "again.yaml"
    drill.write_text(AGAIN)
    lab = start.short(drill)
    lab.process.wait(LONGEST_S)
    verdict = json.loads((lab.folder / "verdict.json").read_text())
    assert doubts(verdict) == []
    assert verdict["outcome"] == "completed"
    actions = [(e["name"], e["state"]) for e in events(lab.folder, "action.changed") if e["kind"] == "fault"]
    states = ("intended", "applied", "reverted")
    assert actions == [(name, state) for name in ("refuse", "refuse-again") for state in states]
    if not too_busy(verdict):
        assert verdict["metrics"]["holds"] == "yes"
        assert verdict["metrics"]["retrigger"]["time_to_recover_s"] < 5
    assert {"auth", "storefront", "bridge"} <= {e["service"] for e in events(lab.folder, "settings.read")}


def test_an_automation_is_a_trigger_that_ends_by_itself(start: Start, tmp_path: Path) -> None:
    """Begun by the runner, done in four steps, each journaled; the trigger's end is its own, before it is undone."""
    drill = tmp_path / "scale-up.yaml"
    drill.write_text(SCALE_UP)
    lab = start.short(drill)
    lab.process.wait(LONGEST_S)
    verdict = json.loads((lab.folder / "verdict.json").read_text())
    assert doubts(verdict) == []
    if verdict["outcome"] != "completed":
        return
    reported = events(lab.folder, "automation.reported")
    assert [e["state"] for e in reported] == ["started", "step", "step", "step", "step", "ended"]
    assert verdict["metrics"]["trigger_end_s"] == pytest.approx(reported[-1]["at_s"], abs=0.001)
    assert [(p["name"], p["role"], p["clock"]) for p in verdict["phases"]][:2] == [
        ("quiet", "baseline", "7:00 PST"),
        ("scaling", "trigger", "7:30 PST"),
    ]
