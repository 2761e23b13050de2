"""What a drill needs is looked at before anything starts."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chaos.target_resolver import Ability
from lab.drillfile import load_drill
from lab.runtime.base import SetupError
from lab.session import requirements
from lab.session.requirements import (
    OtherLabError,
    UnsupportedDrillError,
    require_abilities,
    require_processes,
    require_same_lab,
    require_services,
    require_settable_queue,
)
from lab.topology import load_topology
from tests.checkout import ROOT

DRILL = """\
version: 1
title: A plane is hurt
load:   {target: edge, rate: 100 /s}
bridge: {headroom: 1.5}
phases: {baseline: 3 s, trigger: 3 s}
method:
  - {name: hurt, during: trigger, fault: kill, target: prometheus-ops}
expect:
  - {name: served, metric: goodput, is: "> 0 /s"}
"""


@pytest.mark.slow
def test_a_service_that_only_monitoring_has_is_named_with_what_to_write(tmp_path: Path) -> None:
    """Without planes there is no prometheus-ops to kill; with them there is."""
    (tmp_path / "hurt.yaml").write_text(DRILL)
    drill = load_drill(tmp_path / "hurt.yaml")
    file = ROOT / "compose" / "compose.yaml"
    with pytest.raises(
        SetupError, match=r"step hurt of drill hurt is for prometheus-ops, .*`monitoring: same-listener`"
    ):
        require_services(drill, load_topology(file, {"LAB_RUN": "x"}))
    require_services(drill, load_topology(file, {"LAB_RUN": "x", "COMPOSE_PROFILES": "monitoring"}))


@pytest.mark.slow
def test_processes_that_the_topology_does_not_start_are_named(tmp_path: Path) -> None:
    """Where its entry does not use the variable; and a lab that is up has those that it was started with."""
    (tmp_path / "hurt.yaml").write_text(DRILL)
    drill = load_drill(tmp_path / "hurt.yaml").model_copy(update={"processes": {"storefront": 2}})
    file = ROOT / "compose" / "compose.yaml"
    with pytest.raises(
        SetupError, match=r"asks for 2 processes of storefront, and it has 1. .*STOREFRONT_PROCESSES"
    ):
        require_processes(drill, load_topology(file, {"LAB_RUN": "x"}))
    require_processes(drill, load_topology(file, {"LAB_RUN": "x", "STOREFRONT_PROCESSES": "2"}))
    with pytest.raises(OtherLabError, match=r"processes \{'storefront': 2\} \(this lab: one each\)"):
        require_same_lab(drill, drill.model_copy(update={"processes": {}}))


@pytest.mark.parametrize(
    ("mitigation", "says"),
    [
        ("mitigation: second-bridge, target: storefront", "for bridge-reserve, .*Write `reserve: true`"),
        ("mitigation: isolate, target: storefront", "for bridge-reserve, .*Write `reserve: true`"),
        ("mitigation: pooling, target: streaming", r"for streaming, .*\{streaming: \{path: /streaming,"),
        ("mitigation: disable, service: streaming", r"for streaming, .*\{streaming: \{path: /streaming,"),
    ],
)
@pytest.mark.slow
def test_a_mitigation_that_needs_another_service_says_what_to_write(
    tmp_path: Path, mitigation: str, says: str
) -> None:
    """Before anything starts; with the profiles there is nothing to say."""
    file = ROOT / "compose" / "compose.yaml"
    (tmp_path / "hurt.yaml").write_text(DRILL.replace("fault: kill, target: prometheus-ops", mitigation))
    drill = load_drill(tmp_path / "hurt.yaml")
    with pytest.raises(SetupError, match=says):
        require_services(drill, load_topology(file, {"LAB_RUN": "x"}))
    require_services(
        drill, load_topology(file, {"LAB_RUN": "x", "COMPOSE_PROFILES": "streaming,reserve-bridge"})
    )


@pytest.mark.slow
def test_a_client_is_sent_over_the_reserve_only_where_there_is_one(tmp_path: Path) -> None:
    """By its configuration; the service itself would refuse it after the calibration."""
    file = ROOT / "compose" / "compose.yaml"
    asks = "configuration:\n  storefront: {policy: none, timeout: 1 s, connections: new, device: bridge-reserve}\n"
    drill = DRILL.replace("fault: kill, target: prometheus-ops", "fault: down, target: bridge") + asks
    (tmp_path / "hurt.yaml").write_text(drill)
    with pytest.raises(SetupError, match=r"`device` of storefront .*for bridge-reserve, .*`reserve: true`"):
        require_services(load_drill(tmp_path / "hurt.yaml"), load_topology(file, {"LAB_RUN": "x"}))
    (tmp_path / "hurt.yaml").write_text(drill.replace("bridge-reserve", "bridge"))
    require_services(load_drill(tmp_path / "hurt.yaml"), load_topology(file, {"LAB_RUN": "x"}))


@pytest.mark.parametrize("section", ["method", "rollbacks"])
def test_a_queue_can_be_changed_only_where_the_runtime_can(tmp_path: Path, section: str) -> None:
    """A container's can't: the drill is unsupported before anything starts."""
    mitigation = "mitigation: queue, connections: 64"
    written = DRILL.replace("fault: kill, target: prometheus-ops", mitigation)
    if section == "rollbacks":
        written = DRILL.replace("kill, target: prometheus-ops", "down, target: bridge")
        written += f"rollbacks:\n  - {{name: hurt-less, {mitigation}}}\n"
    (tmp_path / "hurt.yaml").write_text(written)
    drill = load_drill(tmp_path / "hurt.yaml")
    able = frozenset(Ability) - {Ability.LIVE_LISTEN_QUEUE}
    with pytest.raises(
        UnsupportedDrillError, match=r"step hurt.* needs live-listen-queue, .* compose can't do"
    ):
        require_abilities(drill, cast("Any", SimpleNamespace(name="compose", abilities=able)))
    require_abilities(drill, cast("Any", SimpleNamespace(name="embedded", abilities=frozenset(Ability))))


def test_a_queue_longer_than_the_kernel_allows_is_unsupported(tmp_path: Path) -> None:
    """It would silently be a shorter one: where listeners are the host's own, it is refused with what to write."""
    (tmp_path / "long.yaml").write_text(DRILL.replace("headroom: 1.5", "headroom: 1.5, queue: 8 h"))
    drill = load_drill(tmp_path / "long.yaml")
    host = cast("Any", SimpleNamespace(name="embedded", abilities={*Ability} - {Ability.OWN_PYTHON}))
    with pytest.raises(
        UnsupportedDrillError, match=r"unsupported: the bridge's queue of drill long is 4,320,000 .*"
    ):
        require_abilities(drill, host)
    container = cast(
        "Any",
        SimpleNamespace(
            name="compose", abilities={*Ability} - {Ability.LIVE_LISTEN_QUEUE, Ability.OWN_PYTHON}
        ),
    )
    require_abilities(drill, container)


def test_the_kernels_own_limit_decides_and_what_to_write_fits_in_it(tmp_path: Path) -> None:
    """One connection more than the limit is refused; the queue that the message names is not."""
    most = requirements.longest_queue()
    over = (most + 1) / 150
    (tmp_path / "long.yaml").write_text(DRILL.replace("headroom: 1.5", f"headroom: 1.5, queue: {over:.4f} s"))
    host = cast("Any", SimpleNamespace(name="embedded", abilities={*Ability} - {Ability.OWN_PYTHON}))
    with pytest.raises(
        UnsupportedDrillError, match=rf"{most + 1:,} connections .* allows {most:,}"
    ) as refused:
        require_abilities(load_drill(tmp_path / "long.yaml"), host)
    assert f"sysctl net.core.somaxconn={most + 1}" in str(refused.value)
    written = str(refused.value).partition("Write `queue: ")[2].partition("`")[0]
    (tmp_path / "long.yaml").write_text(DRILL.replace("headroom: 1.5", f"headroom: 1.5, queue: {written}"))
    require_abilities(load_drill(tmp_path / "long.yaml"), host)


def test_where_no_queue_can_be_set_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that refuses pidfd_getfd: unsupported, with the kernel's words; a container's runtime needs none."""
    monkeypatch.setattr(requirements, "why_not_settable", lambda: "Operation not permitted (pidfd_getfd)")
    able = frozenset(Ability)
    with pytest.raises(UnsupportedDrillError, match=r"Operation not permitted \(pidfd_getfd\).*SYS_PTRACE"):
        require_settable_queue(cast("Any", SimpleNamespace(name="embedded", abilities=able)))
    able -= {Ability.LIVE_LISTEN_QUEUE}
    require_settable_queue(cast("Any", SimpleNamespace(name="compose", abilities=able)))
    monkeypatch.setattr(requirements, "why_not_settable", lambda: None)
    require_settable_queue(cast("Any", SimpleNamespace(name="embedded", abilities=frozenset(Ability))))
