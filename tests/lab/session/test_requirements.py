"""What a drill needs is looked at before anything starts."""

from pathlib import Path

import pytest

from lab.drillfile import load_drill
from lab.runtime.base import SetupError
from lab.session.request import ROOT
from lab.session.requirements import require_services
from lab.topology import load_topology

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
