"""Journals and verdicts of schema 1 in the words of schema 2, and with the traits that it carries."""

import json
from pathlib import Path
from typing import Any

import pytest

from chaos.faults import FAULTS
from chaos.mitigations import MITIGATIONS
from chaos.traits import NONE
from lab import resources
from lab.analysis import Verdict
from lab.drillfile import Drill
from lab.drillfile.metrics import METRICS, RENAMED
from lab.journal import read
from lab.journal.events import ActionChanged, BridgeSample, CohortClosed, RunOpened, ServiceSample
from lab.journal.upgrade import ROLES, check_name, traits_by_name, upgrade_line, upgrade_verdict
from lab.topology import load_topology

DATA = Path(__file__).parents[2] / "data"
OLD = DATA / "stuck.jsonl"


@pytest.mark.slow
def test_a_journal_of_schema_1_is_read_with_every_figure() -> None:
    """The old file has the old names; nothing of what they held is lost."""
    old = [json.loads(line) for line in (DATA / "stuck.jsonl").read_text().splitlines()]
    assert old[0]["schema_version"] == 1
    events = read(DATA / "stuck.jsonl").events
    opened = events[0]
    assert isinstance(opened, RunOpened)
    assert opened.schema_version == 2
    waiting = [line["backlog"] for line in old if line["type"] == "bridge.sample"]
    assert [event.accept_queue for event in events if isinstance(event, BridgeSample)] == waiting
    assert any(waiting)


@pytest.mark.parametrize(
    ("old", "field", "value"),
    [
        ({"type": "bridge.sample", "backlog": 7}, "accept_queue", 7),
        ({"type": "service.sample", "wasted_total": 3}, "abandoned_work_total", 3),
        ({"type": "action.changed", "state": "stuck"}, "state", "rollback-failed"),
        ({"type": "action.changed", "state": "applied"}, "state", "applied"),
    ],
)
def test_old_names_become_new_ones(old: dict[str, Any], field: str, value: object) -> None:
    """The old name is gone, the value stays."""
    new = upgrade_line(old)
    assert new[field] == value
    assert not {"backlog", "wasted_total"} & set(new)


def test_what_the_table_names_exists() -> None:
    """A new name is a field of the model, or a metric."""
    assert "accept_queue" in BridgeSample.model_fields
    assert "abandoned_work_total" in ServiceSample.model_fields
    assert "rollback-failed" in str(ActionChanged.model_fields["state"].annotation)
    assert set(RENAMED.values()) <= set(METRICS)
    assert not set(RENAMED) & set(METRICS)


def test_conditions_of_the_journaled_drill_name_metrics_of_today() -> None:
    """In lists and in the steady state alike; a text that only looks like a name is left."""
    drill = {
        "title": "backlog",
        "expect": [{"name": "x", "condition": {"metric": "silence_alarm"}}],
        "steady_state": {"probes": [{"metric": "bridge_busy"}]},
    }
    new = upgrade_line({"type": "run.opened", "schema_version": 1, "drill": drill})["drill"]
    assert new["expect"][0]["condition"]["metric"] == "time_to_dead_mans_switch"
    assert new["steady_state"]["probes"][0]["metric"] == "bridge_utilization"
    assert new["title"] == "backlog"


def test_a_verdict_of_schema_1_is_read() -> None:
    """Planes, checks and the schema; whatever reads a ``verdict.json`` goes through the model."""
    old = json.loads((DATA / "stuck.verdict.json").read_text())
    assert old["schema"] == 1
    old["metrics"]["monitoring"] = {
        "ops": {"mode": "agent", "blind_s": 4, "time_to_detect_s": 8.5, "time_to_silence_alarm_s": None}
    }
    old["outcome"] = "cut-off"
    verdict = Verdict.model_validate(old)
    ops = verdict.metrics.monitoring["ops"]
    assert verdict.outcome == "truncated"
    assert (verdict.schema_version, ops.stale_s, ops.detection_time_s) == (2, 4, 8.5)
    assert "fault effect: slow-bridge" in [check.name for check in verdict.instrument]
    assert Verdict.model_validate_json(json.dumps(upgrade_verdict(old))) == verdict


def test_a_check_that_kept_its_name_keeps_it() -> None:
    """Only what is in the table changes."""
    assert check_name("slow-bridge did bite") == "fault effect: slow-bridge"
    assert check_name("pages told") == "pages received"
    assert check_name("CPU cap delivered") == "CPU cap delivered"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_version_1_follows_what_followed_then(name: str) -> None:
    """Today's classes still say what the table does; when one changes, its old journals keep the table's word."""
    fault = FAULTS[name](**FAULTS[name].example)
    assert traits_by_name(fault.kind, name, fault.model_dump(mode="json")) == fault.traits()


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("policy", {"target": "storefront", "policy": "budget"}),
        ("shed", {"admit_share": 0.5}),
        ("disable", {"service": "streaming"}),
        ("drain", {"stop_s": 5}),
        ("lifo", {}),
    ],
)
def test_a_mitigation_of_version_1_does_as_well(name: str, params: dict[str, object]) -> None:
    """Those that refuse, turn away or have a name of their own; nothing follows from the others."""
    mitigation = MITIGATIONS[name](**params)
    assert traits_by_name("mitigation", name, mitigation.model_dump(mode="json")) == mitigation.traits()


@pytest.mark.slow
def test_a_run_of_version_1_had_the_topology_of_then() -> None:
    """Where compose.yaml has changed since then, old journals keep what was true: the load called the edge alone."""
    today = load_topology(Path(resources.topology())).roles
    plain = {
        name: role.model_copy(update={"settings": "", "processes": None}) for name, role in today.items()
    }
    assert ROLES["load"].calls == ("edge",)
    assert dict(ROLES) == {**plain, "load": plain["load"].model_copy(update={"calls": ("edge",)})}
    opened = read(OLD).opened
    assert opened is not None
    assert opened.topology == dict(ROLES)


def test_nothing_follows_from_a_setting_or_a_fault_of_nobodys() -> None:
    """The calibration's cap bears a fault's name and is none."""
    assert traits_by_name("setting", "capacity", {"cpu_share": 0.2}) == NONE
    assert traits_by_name("fault", "moonlight", {}) == NONE


def test_an_old_journal_is_read_with_traits() -> None:
    """Every action of one that was written before traits has them."""
    changes = [event for event in read(OLD).events if isinstance(event, ActionChanged)]
    assert {change.fault for change in changes} == {"latency", "policy"}
    assert all(change.traits not in {None, NONE} for change in changes)


def test_the_share_of_a_second_client_is_a_customer() -> None:
    """In the drill, and in each cohort; how many requests of each were sent is not known."""
    opened = json.loads(OLD.read_text().splitlines()[0])
    opened["drill"]["load"]["streaming_share"] = 0.3
    load = Drill.model_validate(upgrade_line(opened)["drill"]).load
    assert [(one.name, one.rate_rps, one.steps[0].path) for one in load.customers] == [
        ("main", 70.0, "/"), ("streaming", 30.0, "/streaming"),
    ]  # fmt: skip
    line = {
        "type": "cohort.closed",
        "source": "load",
        "second": 3,
        "requests": 9,
        "sent": 9,
        "attempts": 9,
        "good": 5,
    }
    both = {"/": {"requests": 6, "good": 4}, "/streaming": {"requests": 3, "good": 1}}
    cohort = CohortClosed.model_validate(upgrade_line({**line, "failed": {}, "by_client": both}))
    assert {name: (one.requests, one.good, one.sent) for name, one in cohort.customers.items()} == {
        "main": (6, 4, None), "streaming": (3, 1, None),
    }  # fmt: skip
    alone = CohortClosed.model_validate(upgrade_line({**line, "failed": {}, "by_client": {"/": both["/"]}}))
    assert alone.customers == {}
