"""What may cross a device is derived, and compose.yaml's own text for an engine without the lab says the same."""

import re
from pathlib import Path

import pytest

from lab import resources
from lab.topology import load_topology
from lab.topology.routes import ROUTES, TARGETS, WATCH_ROUTES

FILE = resources.topology()


@pytest.mark.parametrize("variable", [ROUTES, WATCH_ROUTES, TARGETS])
@pytest.mark.slow
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


@pytest.mark.slow
def test_roles_that_share_a_process_are_reached_at_their_own_ports(tmp_path: Path) -> None:
    """Each is called, scraped and loaded under its own name."""
    entry = """
  near:
    x-lab:
      roles:
        food: {kind: server, watched: true, data: 8080, control: 9000}
        chat: {kind: server, watched: true, data: 8081, control: 9001}
    command: [python, -m, services.together, "food=services.auth:Auth", "chat=services.auth:Auth"]
    networks: [main, internal]
    expose: ["8080", "8081"]
    ports: ["127.0.0.1::9000", "127.0.0.1::9001"]
"""
    text = FILE.read_text().replace("calls: [auth], watched: true", "calls: [auth, chat], watched: true", 1)
    text = text.replace("calls: [edge, storefront, streaming]", "calls: [edge, food, chat]", 1)
    file = tmp_path / "compose.yaml"
    file.write_text(text.replace("\nvolumes:\n", f"{entry}\nvolumes:\n", 1))
    (tmp_path / ".env").write_text((FILE.parent / ".env").read_text())
    services = load_topology(file).services
    assert {"chat=near:8081", "food/metrics=near:9000", "chat/metrics=near:9001"} <= set(
        services["router"].environment["ROUTES"].split()
    )
    targets = services["load"].environment["TARGETS"].split()
    assert targets == ["edge=http://edge:8080", "food=http://near:8080", "chat=http://near:8081"]


@pytest.mark.slow
def test_a_value_from_outside_outranks_what_is_derived() -> None:
    """As every other variable."""
    topology = load_topology(FILE, {ROUTES: "auth=auth:1"})
    assert topology.services["router"].environment["ROUTES"].split() == ["auth=auth:1"]
