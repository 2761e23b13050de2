"""A herd that this machine can't hold is refused by name, before anything starts."""

import resource
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chaos.target_resolver import Ability
from lab.analysis import Timeline
from lab.drillfile import Drill, load_drill
from lab.runtime.base import SetupError
from lab.session import Request, Stop, bring_up, create_run_folder, herd, run_once
from lab.session.herd import HerdLimits, clients_of, require_herd
from lab.session.requirements import UnsupportedDrillError
from services import fleet
from tests.checkout import ROOT

ROOMY = HerdLimits(open_files=20_000, ports=28_232, tracked=260_000, memory_bytes=8 * 10**9)
HOST = cast("Any", SimpleNamespace(name="embedded", abilities=frozenset(Ability)))
CONTAINERS = cast("Any", SimpleNamespace(name="compose", abilities=frozenset({Ability.CPU_CAP})))


def shipped(name: str) -> Drill:
    """A drill of the lab's own."""
    return load_drill(ROOT / "drills" / f"{name}.yaml")


@pytest.mark.slow
def test_clients_are_those_of_the_fleet_and_what_an_automation_adds(tmp_path: Path) -> None:
    """Not the texts in which edge and others name whom they call; of variants the one with most counts."""
    assert clients_of(shipped("thundering-herd-5000")) == 5_000
    assert clients_of(shipped("thundering-herd")) == 200
    assert clients_of(shipped("retry-storm")) == 0
    grown = """\
version: 1
title: An autoscaler
load:   {target: edge, rate: 20 /s}
bridge: {headroom: 4}
phases: {baseline: 3 s, trigger: 3 s}
configuration: {fleet: {clients: 100}}
method:
  - {name: more, during: trigger, automation: grow, target: fleet, clients: 300, deadline: 30 s}
expect:
  - {name: served, metric: goodput, is: "> 0 /s"}
"""
    (tmp_path / "grown.yaml").write_text(grown)
    assert clients_of(load_drill(tmp_path / "grown.yaml")) == 400


@pytest.mark.parametrize(
    ("less", "says"),
    [
        ({"open_files": 15_199}, r"needs 15,200 open files in one process, .*15,199 \(RLIMIT_NOFILE.*ulimit"),
        ({"ports": 11_999}, r"needs 12,000 ports between two addresses, .*11,999 .*ip_local_port_range"),
        ({"tracked": 29_999}, r"needs 30,000 tracked connections, and 29,999 are left .*nf_conntrack_max"),
        ({"memory_bytes": 10**9}, r"needs 1,[67]\d\d MB of memory, and 1,000 MB are free"),
    ],
)
@pytest.mark.slow
def test_each_limit_that_is_too_low_is_named_with_what_to_do(less: dict[str, int], says: str) -> None:
    """One below what 5,000 clients need is refused; with exactly that much the drill may begin."""
    drill = shipped("thundering-herd-5000")
    with pytest.raises(UnsupportedDrillError, match=rf"can't hold the 5,000 clients .*5000: it {says}"):
        require_herd([drill], HOST, replace(ROOMY, **less))
    enough = {name: value + 1 if name != "memory_bytes" else 2 * 10**9 for name, value in less.items()}
    require_herd([drill], HOST, replace(ROOMY, **enough))


def test_every_limit_is_named_at_once() -> None:
    """Who raises one should not find the next one only then."""
    poor = HerdLimits(open_files=1_024, ports=100, tracked=10, memory_bytes=1)
    with pytest.raises(UnsupportedDrillError, match=r"open files.*; .*ports.*; .*tracked.*; .*memory"):
        require_herd([shipped("thundering-herd-5000")], HOST, poor)


def test_containers_have_files_and_ports_of_their_own() -> None:
    """There the fleet asks for its open files when it is configured; memory is the machine's all the same."""
    drill = shipped("thundering-herd-5000")
    require_herd([drill], CONTAINERS, replace(ROOMY, open_files=1_024, ports=100))
    with pytest.raises(UnsupportedDrillError, match="memory"):
        require_herd([drill], CONTAINERS, replace(ROOMY, memory_bytes=10**9))


def test_a_drill_without_such_clients_asks_for_nothing() -> None:
    """Nor is anything read for it."""
    require_herd([shipped("retry-storm")], HOST, HerdLimits(0, 0, 0, 0))


@pytest.mark.slow
async def test_a_run_of_it_ends_unsupported_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 4, with the limit in the reason; no ledger was opened, no process started."""

    def goes_on(_: object) -> None:
        raise SetupError("it went on")

    monkeypatch.setattr(HerdLimits, "here", lambda: replace(ROOMY, open_files=4_096))
    monkeypatch.setattr(bring_up, "require_settable_queue", goes_on)
    drill, out = shipped("thundering-herd-5000").runs[0], tmp_path / "run"
    request = Request(tmp_path, drill, "embedded", out, takes_turns=False)
    result = await run_once(request, create_run_folder(tmp_path, drill.name, out), Timeline(), Stop())
    assert (result.exit_code, result.verdict.verdict) == (4, "unsupported")
    assert "15,200 open files in one process, and the hard limit is 4,096" in (result.error or "")
    assert not (out / "ledger.jsonl").exists()
    assert not (out / "processes").exists()


def test_limits_are_read_from_process_and_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hard limit, which the lab raises itself to; what the kernel doesn't say limits nothing."""
    (tmp_path / "ipv4").mkdir()
    (tmp_path / "netfilter").mkdir()
    (tmp_path / "ipv4" / "ip_local_port_range").write_text("32768\t60999\n")
    (tmp_path / "netfilter" / "nf_conntrack_max").write_text("1000\n")
    (tmp_path / "netfilter" / "nf_conntrack_count").write_text("400\n")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1_024, 4_096))
    found = HerdLimits.here(tmp_path)
    assert (found.open_files, found.ports, found.tracked) == (4_096, 28_232, 600)
    assert found.memory_bytes > 0
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1_024, resource.RLIM_INFINITY))
    nothing = HerdLimits.here(tmp_path / "none")
    assert (nothing.open_files, nothing.ports, nothing.tracked) == (None, None, None)


def test_the_fleet_asks_for_as_many_files_as_the_lab() -> None:
    """The figures stand in both: services import nothing from the lab."""
    assert (fleet.FILES_EACH, fleet.FILES_BESIDE) == (herd.FILES_EACH, herd.FILES_BESIDE)
