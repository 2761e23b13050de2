"""What processes of our own are started with."""

import os
from pathlib import Path

import pytest

from chaos.mark import VARIABLE
from chaos.process.spawn import own_module

MARKERS = ("JENKINS_NODE_COOKIE", "JENKINS_SERVER_COOKIE", "HUDSON_COOKIE", "BUILD_ID", "RUNNER_TRACKING_ID",
           "VSTS_PROCESS_LOOKUP_ID", "CI_JOB_ID", "BUILDKITE_JOB_ID", "TEAMCITY_BUILD_ID", "ANYTHING_ELSE")  # fmt: skip
NEEDED = ("PATH", "HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_CONFIG", "LC_ALL", "TMPDIR",
          "LD_LIBRARY_PATH", "SSH_AUTH_SOCK")  # fmt: skip


@pytest.mark.parametrize("name", MARKERS)
def test_who_cleans_up_has_nothing_by_which_a_ci_system_kills(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CI system that kills what carries its variable takes the runner, and the watchdog then undoes its faults."""
    monkeypatch.setenv(name, "job-17")
    assert name not in own_module("chaos.watchdog", log=tmp_path / "log").env


@pytest.mark.parametrize("name", NEEDED)
def test_it_has_what_it_needs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its interpreter, the engine, where files go."""
    monkeypatch.setenv(name, "here")
    assert own_module("chaos.watchdog", log=tmp_path / "log").env[name] == "here"


def test_a_run_s_mark_is_given_and_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs inside a lab's process is not of that lab; a governor ends with its own run."""
    monkeypatch.setenv(VARIABLE, "another")
    assert VARIABLE not in own_module("chaos.watchdog", log=tmp_path / "log").env
    assert own_module("chaos.governor", log=tmp_path / "log", mark="mine").env[VARIABLE] == "mine"


def test_it_is_started_by_a_caller_without_any_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a service manager: nothing is required."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    assert set(own_module("chaos.watchdog", log=tmp_path / "log").env) <= {
        "PYTHONPATH",
        "PYTHONSAFEPATH",
        "DOCKER_HOST",
    }
