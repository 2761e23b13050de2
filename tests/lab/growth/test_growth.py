"""What CONTRIBUTING.md promises: a fault, a mitigation, a policy, an admission, a role and a checker are one file each.

A copy of the lab gets a toy of each (``grown.py``: its file, its line in the registry, nothing else). They are read,
made and judged by; the last test has a drill run with all six.
"""

import json
from pathlib import Path
from typing import cast

import pytest

from lab.drillfile import DrillError, load_drill
from lab.session import known_services
from tests.lab.growth.grown import PLACES, Grown, grow

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("grown")]

DRILL = Path(__file__).with_name("grown.yaml")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """A copy for all tests of this file."""
    return grow(tmp_path_factory.mktemp("grown"))


def said(grown: Grown, program: str) -> dict[str, object]:
    """What a program run in the copy prints as JSON."""
    done = grown.python("-c", program)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_drill_may_name_all_of_them(grown: Grown) -> None:
    """`lab validate` reads it in the copy; the lab as it is knows none of them."""
    validate = ("-c", "from lab.cli import main; main()", "validate")
    done = grown.python(*validate, str(DRILL))
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.raises(DrillError) as caught:
        load_drill(DRILL, services=known_services())
    missed = [
        toy for toy in ("sluggish", "trim", "never-twice", "hurried", "parrot") if toy in str(caught.value)
    ]
    assert len(missed) == len(PLACES) - 1  # no drill names a checker


def test_fault_and_mitigation_carry_their_traits_into_the_verdict(grown: Grown) -> None:
    """The analysis knows neither by name: what it needs stands in the journal that they are in."""
    found = said(
        grown,
        """
import json
from chaos.faults import FAULTS
from chaos.mitigations import MITIGATIONS
from lab.analysis.checks.fault_effect import check_fault_effect
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import ActionChanged, CanarySample
timeline = Timeline()
fault = FAULTS["sluggish"](target="auth", answer_ms=300)
facts = {"action": "1", "kind": fault.kind, "name": "slow-work", "fault": fault.fault, "target": fault.target,
         "params": {}, "by": "runner", "traits": fault.traits(), "verified": True}
for t, state in ((10.0, "intended"), (10.1, "applied")):
    timeline.feed(ActionChanged(t=t, state=state, **facts))
for second in range(10, 20):
    timeline.feed(CanarySample(t=second + 1, started_s=second + 0.2, outcome="ok", latency_ms=310))
timeline.feed(ActionChanged(t=20.0, state="reverted", **facts))
(finding,) = check_fault_effect(timeline)
print(json.dumps({"name": finding.name, "ok": finding.ok,
                  "refuses": MITIGATIONS["trim"](queue_limit=5).traits().refuses}))
""",
    )
    assert found == {"name": "fault effect: slow-work", "ok": True, "refuses": True}


def test_a_guard_is_asked_where_its_line_stands(grown: Grown) -> None:
    """First in the registry, first asked; no other policy says a number."""
    found = said(
        grown,
        """
import json
from services.policies.registry import REGISTRY, asked_at, rejections
from services.policies import parse
print(json.dumps({"first": asked_at("never-twice"), "next": asked_at("deadline"),
                  "refuses": "never-twice" in rejections(), "made": parse("budget + never-twice") is not None}))
""",
    )
    assert found == {"first": 0, "next": 1, "refuses": True, "made": True}


def test_a_role_is_known_by_its_entry(grown: Grown) -> None:
    """Kind, settings with their bounds, and the way across the device to what watches it."""
    found = said(
        grown,
        """
import json
from lab import resources
from lab.drillfile.setting_kinds import setting_keys
from lab.drillfile.setting_rules import rules_of
from lab.topology import load_topology
topology = load_topology(resources.topology())
role = topology.roles["parrot"]
print(json.dumps({"kind": role.kind, "keys": sorted(setting_keys(rules_of(role.settings))),
                  "routed": "parrot/metrics=parrot:9000" in topology.services["router"].environment["ROUTES"]}))
""",
    )
    assert found == {"kind": "server", "keys": ["cancel_abandoned", "fail_share", "times"], "routed": True}


def test_roles_that_share_a_process_are_known_by_its_entry(grown: Grown) -> None:
    """Each by its own name and port; a fault in one's settings is taken, and a kill only of the whole."""
    found = said(
        grown,
        """
import json
from lab.drillfile import DrillError
from lab.drillfile.interactive import read_step
from lab import resources
from lab.topology import load_topology
topology = load_topology(resources.topology())
def read(fault, target):
    try:
        return read_step("fault", fault, target, {}, topology.roles).target
    except DrillError as error:
        return str(error)
print(json.dumps({"routed": "polly/metrics=choir:9000" in topology.services["router"].environment["ROUTES"],
                  "taken": [read("unavailable", "coco"), read("kill", "choir")],
                  "refused": [read("kill", "coco"), read("unavailable", "choir")]}))
""",
    )
    assert (found["routed"], found["taken"]) == (True, ["coco", "choir"])
    kill, unavailable = cast("list[str]", found["refused"])
    assert "coco shares its process with polly" in kill
    assert "choir is a process that plays coco and polly" in unavailable


def test_a_value_that_the_role_would_refuse_is_refused_in_the_drill(grown: Grown) -> None:
    """By the bound that stands in the role's file, and only there."""
    wrong = grown.folder / "wrong.yaml"
    wrong.write_text(DRILL.read_text().replace("times: 3", "times: 10"))
    done = grown.python("-c", "from lab.cli import main; main()", "validate", str(wrong))
    assert done.returncode == 3
    assert "configuration.parrot.times: must be a whole number from 1 to 9" in done.stdout + done.stderr


def test_a_checker_is_one_of_the_checks(grown: Grown) -> None:
    """It finds what is missing in a run in which nothing was heard."""
    found = said(
        grown,
        """
import json
from lab.analysis.checks import run_checks
from lab.analysis.timeline.timeline import Timeline
(finding,) = (one for one in run_checks(Timeline()) if one.name == "servers heard")
print(json.dumps({"ok": finding.ok, "detail": finding.detail}))
""",
    )
    assert found == {"ok": False, "detail": "auth, edge, router"}


def test_there_is_a_toy_of_each_kind() -> None:
    """One file each, and no more."""
    assert {file.stem for file in Path(__file__).with_name("toys").glob("[!_]*.py")} == set(PLACES)


@pytest.mark.live
@pytest.mark.long
def test_a_drill_runs_with_all_of_them(grown: Grown) -> None:
    """On real processes: the fault had its effect, the role answered and was configured, the checker had its say.

    Whether the verdict is a pass is the machine's affair; that each toy took part is not.
    """
    run = ("-c", "from lab.cli import main; main()", "run", str(DRILL), "--runtime", "embedded")
    done = grown.python(*run, "--out", str(grown.folder / "run"), timeout_s=150)
    assert done.returncode in {0, 1, 2}, done.stdout + done.stderr
    (file,) = grown.folder.glob("run/**/verdict.json")
    verdict = json.loads(file.read_text())
    checks = {check["name"]: check["ok"] for check in verdict["instrument"]}
    assert (checks["fault effect: slow-work"], checks["servers heard"]) == (True, True)
    assert checks["steps applied and read back"] is True
    journal = [json.loads(line) for line in file.with_name("journal.jsonl").read_text().splitlines()]
    assert {"slow-work", "shorter-queue"} <= {e["name"] for e in journal if e["type"] == "action.changed"}
    assert {"parrot", "polly", "coco"} <= {e["service"] for e in journal if e["type"] == "service.sample"}
    read = {(e["service"], e["values"].get("times")) for e in journal if e["type"] == "settings.read"}
    assert {("parrot", 3), ("polly", 2), ("coco", 4)} <= read
