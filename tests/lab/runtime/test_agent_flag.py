"""The flag that makes a Prometheus an agent follows the program's version."""

from pathlib import Path

import pytest

from lab.runtime import agent_flag
from lab.runtime.binaries.programs import PROMETHEUS
from lab.runtime.embedded.plan import Planner
from lab.topology import load_topology
from tests.checkout import ROOT
from tests.lab.runtime.test_binaries import program, says

AGENT = "prometheus-agent"


@pytest.mark.parametrize(
    ("version", "flag"),
    [
        ("2.42.0", "--enable-feature=agent"),
        ("2.53.5", "--enable-feature=agent"),
        ("3.0.0", "--agent"),
        ("3.5.0", "--agent"),
    ],
)
@pytest.mark.slow
def test_an_embedded_agent_is_started_as_its_version_wants_it(
    tmp_path: Path, version: str, flag: str
) -> None:
    """From 3 on the feature flag is unknown, and the process would be an ordinary Prometheus, or none."""
    found = says(tmp_path / "prometheus", version, PROMETHEUS)
    topology = load_topology(
        ROOT / "compose" / "compose.yaml", {"LAB_RUN": "x", "COMPOSE_PROFILES": "monitoring,agent"}
    )
    hosts = {name: f"127.64.0.{n}" for n, name in enumerate(topology.services, 1)}
    planner = Planner("x", tmp_path, hosts, {"prometheus": lambda: found})
    argv = planner.plan(topology.services[AGENT]).spec.argv
    assert [word for word in argv[1:] if "agent" in word and "=/" not in word] == [flag]
    plain = planner.plan(topology.services["prometheus-ops"]).spec.argv
    assert not {agent_flag.UNTIL_2, agent_flag.SINCE_3} & set(plain)


def test_who_is_no_agent_is_not_asked(tmp_path: Path) -> None:
    """A start costs a fifth of a second."""
    asked = program(tmp_path / "prometheus", f"touch {tmp_path / 'asked'}")
    assert agent_flag.fitting(["--log.level=warn"], asked) == ["--log.level=warn"]
    assert not (tmp_path / "asked").exists()


def test_a_program_that_says_nothing_fails_at_its_start_not_here(tmp_path: Path) -> None:
    """Missing, or another program: the words stay as they were."""
    words = [agent_flag.UNTIL_2]
    assert agent_flag.fitting(words, tmp_path / "missing") == words
    assert agent_flag.fitting(words, program(tmp_path / "other", "echo hello")) == words


@pytest.mark.parametrize(
    ("image", "flag"),
    [
        ("prom/prometheus:v2.42.0", "--enable-feature=agent"),
        ("prom/prometheus:v3.5.0", "--agent"),
        ("host:5000/prom/prometheus:3", "--agent"),
        ("prom/prometheus:v3.1.0-distroless@sha256:0123", "--agent"),
        ("prom/prometheus:latest", None),
        ("host:5000/prom/prometheus", None),
        ("", None),
    ],
)
def test_a_container_s_flag_follows_the_tag_of_its_image(image: str, flag: str | None) -> None:
    """Where the tag says no version there is only what compose.yaml has, or what someone set."""
    assert agent_flag.of_image({"PROMETHEUS_IMAGE": image}).get("AGENT_FLAG") == flag
