"""What may cross a device is derived, and compose.yaml's own text for an engine without the lab says the same."""

import re
from pathlib import Path

import pytest

from lab import resources
from lab.topology import load_topology
from lab.topology.routes import ROUTES, TARGETS, WATCH_ROUTES

FILE = resources.topology()


@pytest.mark.parametrize("variable", [ROUTES, WATCH_ROUTES, TARGETS])
def test_the_files_default_is_what_is_derived(variable: str) -> None:
    """Whoever adds a role sees here what the default has to be."""
    (default,) = re.findall(rf"\$\{{{variable}:-([^}}]*)\}}", FILE.read_text())
    assert default.split() == load_topology(FILE).variables[variable].split()


@pytest.mark.slow
def test_a_role_that_is_added_may_be_called(tmp_path: Path) -> None:
    """Its entry alone: a client that calls it has it routed, and who is watched is scraped over the bridge."""
    entry = """
  ledger:
    x-lab: {kind: server, watched: true}
    command: [python, -m, services.auth]
    networks: [internal]
    expose: ["7070"]
"""
    text = FILE.read_text().replace("calls: [auth], watched: true", "calls: [auth, ledger], watched: true", 1)
    file = tmp_path / "compose.yaml"
    file.write_text(text.replace("\nvolumes:\n", f"{entry}\nvolumes:\n", 1))
    (tmp_path / ".env").write_text((FILE.parent / ".env").read_text())
    routes = load_topology(file).services["router"].environment["ROUTES"].split()
    assert {"ledger=ledger:7070", "ledger/metrics=ledger:9000"} <= set(routes)


def test_a_value_from_outside_outranks_what_is_derived() -> None:
    """As every other variable."""
    topology = load_topology(FILE, {ROUTES: "auth=auth:1"})
    assert topology.services["router"].environment["ROUTES"].split() == ["auth=auth:1"]
