"""A tournament's plan: every cell is a whole drill, and what is wrong is told by file, line and key."""

from pathlib import Path

import pytest

from lab.drillfile import DrillError, Plan, known, load_plan
from lab.session import known_services
from tests.checkout import ROOT

PLAN = """\
version: 1
title: Who survives?
load: {target: edge, rate: 100 /s}
bridge: {headroom: 1.5}
configuration:
  storefront: {timeout: 1 s, connections: new}
phases: {baseline: 4 s, trigger: 3 s, aftermath: 15 s}
method:
  - {name: rescue, from: aftermath, mitigation: policy, target: storefront, policy: none}
contestants:
  naive: {configuration: {storefront: {policy: immediate}}}
  budget: {configuration: {storefront: {policy: budget, timeout: 500 ms}}}
triggers:
  latency: [{name: slow, fault: latency, target: bridge, latency: 3000 ms}]
  nothing: []
seeds: [1, 2]
quick: {contestants: [naive], triggers: [latency]}
"""


def read(tmp_path: Path, text: str) -> Plan:
    path = tmp_path / "who.yaml"
    path.write_text(text)
    return load_plan(path, known(known_services()))


def test_a_cell_has_what_all_have_what_is_its_contestants_and_the_trigger(tmp_path: Path) -> None:
    """Settings are joined key by key, the contestant's words last; the method is that of all, then the trigger."""
    plan = read(tmp_path, PLAN)
    drill = plan.drills["budget", "latency"]
    assert drill.name == "budget--latency"
    assert drill.configuration["storefront"] == {"policy": "budget", "timeout_s": 0.5, "connections": "new"}
    assert [(step.name, step.when, step.phase) for step in drill.method] == [
        ("rescue", "from", "aftermath"),
        ("slow", "during", "trigger"),
    ]
    assert [step.name for step in plan.drills["naive", "nothing"].method] == ["rescue"]


def test_seeds_are_outermost_and_quick_is_a_part(tmp_path: Path) -> None:
    """All contestants of a seed run one after the other; a first answer is one seed of what is named."""
    plan = read(tmp_path, PLAN)
    names = [cell.name for cell in plan.cells(plan.whole)]
    assert names[:4] == ["naive--latency--1", "budget--latency--1", "naive--nothing--1", "budget--nothing--1"]
    assert len(names) == len(set(names)) == 8
    assert {cell.drill.seed for cell in plan.cells(plan.whole)} == {1, 2}
    assert [cell.name for cell in plan.cells(plan.quick)] == ["naive--latency--1"]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("policy: budget,", "policy: budgte,", ("who.yaml:12: contestants.budget.configuration.storefront.policy: "
         "unknown policy 'budgte'; did you mean 'budget'?")),
        ("3000 ms", "3000", "who.yaml:14: triggers.latency[1].latency: `3000` has no unit"),
        ("fault: latency", "fault: latenzy", "did you mean `latency`?"),
        ("[1, 2]", "[]", "who.yaml:16: seeds: must name at least one seed"),
        ("[1, 2]", "[1, 1]", "seeds: must name at least one seed, and each once"),
        ("[naive]", "[nave]", "quick.contestants[1]: unknown contestant `nave`; did you mean `naive`?"),
        ("contestants:\n", "contestant:\n", "contestant: unknown key; did you mean `contestants`?"),
        ("  naive: {conf", "  na--ive: {conf", "can't be a name"),
        ("  naive: {configuration:", "  naive: {config:", "unknown key; did you mean `configuration`?"),
        ("phases: {", "phaes: {", "phaes: unknown key; did you mean `phases`?"),
        ("rate: 100 /s", "rate: 100 s", "load.rate"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    """Before anything starts, and with the nearest valid word."""
    assert right in PLAN
    with pytest.raises(DrillError) as error:
        read(tmp_path, PLAN.replace(right, wrong, 1))
    assert told in str(error.value)


@pytest.mark.slow
def test_every_plan_of_the_lab_can_be_read() -> None:
    """And a first answer of each is a part of it."""
    from lab.session import known_modes, known_services  # noqa: PLC0415  only here

    files = sorted((ROOT / "drills" / "tournaments").glob("*.yaml"))
    assert files
    for file in files:
        plan = load_plan(file, known(known_services(), known_modes()))
        whole = {cell.name for cell in plan.cells(plan.whole)}
        assert {cell.name for cell in plan.cells(plan.quick)} <= whole, file.name
