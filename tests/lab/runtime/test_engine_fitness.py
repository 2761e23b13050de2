"""An engine on another host, or one that can't limit CPU: refused in one sentence, and passed over by `auto`."""

from pathlib import Path
from typing import Any

import pytest

from lab.runtime import choose_runtime
from lab.runtime.base import SetupError
from lab.runtime.compose.engine_fitness import why_elsewhere, why_no_quotas
from lab.runtime.compose.preflight import taken_networks
from tests.lab.runtime.fake_engine import fake_engine

GOOD = {"CpuCfsQuota": True, "CgroupDriver": "systemd", "SecurityOptions": ["name=seccomp,profile=builtin"]}
ROOTLESS = {
    "CpuCfsQuota": False,
    "CgroupDriver": "none",
    "SecurityOptions": ["name=seccomp", "name=rootless"],
}


@pytest.mark.parametrize(
    "host",
    ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2375", "tcp://localhost:2375", "tcp://[::1]:2375",
     "npipe:////./pipe/docker_engine", "127.0.0.1:2375"],
)  # fmt: skip
def test_an_engine_of_this_host(host: str) -> None:
    """By a socket, or over loopback."""
    assert why_elsewhere(host) is None


@pytest.mark.parametrize(
    "host",
    [
        "tcp://docker:2375",
        "ssh://me@build-7",
        "tcp://10.1.2.3:2376",
        "tcp://[2001:db8::1]:2376",
        "docker:2375",
    ],
)
def test_an_engine_of_another_host(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said at once, without asking it: no wait of 30 s. `auto` takes embedded."""
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(SetupError, match=r"is on another host.*--runtime embedded"):
        taken_networks()
    chosen = choose_runtime("auto")
    assert chosen.name == "embedded"
    assert f"the container engine at {host} is on another host" in chosen.because


@pytest.mark.parametrize(
    ("info", "why"),
    [
        (GOOD, None),
        ({}, None),
        (ROOTLESS, "rootless"),
        ({**GOOD, "CpuCfsQuota": False}, "CONFIG_CFS_BANDWIDTH"),
        ({**ROOTLESS, "CpuCfsQuota": True}, "rootless"),
        ({**ROOTLESS, "CpuCfsQuota": True, "CgroupDriver": "systemd"}, None),
        ({"CpuCfsQuota": False, "SecurityOptions": None}, "CONFIG_CFS_BANDWIDTH"),
    ],
)
def test_engines_that_cant_limit_cpu(info: dict[str, Any], why: str | None) -> None:
    """Rootless is fine where the cpu controller is delegated."""
    said = why_no_quotas(info)
    assert said is None if why is None else why in (said or "")


@pytest.mark.slow
def test_a_rootless_engine_is_refused_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 4 with what to do, not a cap that can't be set ten seconds later."""
    with fake_engine(tmp_path / "engine.sock", ROOTLESS) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(SetupError, match=r"rootless and can't limit CPU.*Delegate=cpu"):
            taken_networks()
        assert choose_runtime("auto").name == "embedded"
        assert "can't limit CPU" in choose_runtime("auto").because


def a_docker(folder: Path, monkeypatch: pytest.MonkeyPatch, exit_code: int) -> None:
    """The command `docker`, which ends so."""
    (folder / "docker").write_text(f"#!/bin/sh\nexit {exit_code}\n")
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")


@pytest.mark.slow
def test_without_the_compose_plugin_auto_takes_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that answers is not enough: nothing could be started in it. Nor is one without its command."""
    with fake_engine(tmp_path / "engine.sock", GOOD) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        a_docker(tmp_path, monkeypatch, 1)
        chosen = choose_runtime("auto")
        assert chosen.name == "embedded"
        assert "`docker compose` is missing" in chosen.because
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        assert choose_runtime("auto").name == "embedded"


@pytest.mark.slow
def test_an_engine_that_can_carry_a_lab_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its networks are read."""
    with fake_engine(tmp_path / "engine.sock", GOOD) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        a_docker(tmp_path, monkeypatch, 0)
        assert taken_networks() == []
        assert choose_runtime("auto").name == "compose"
    assert "no container engine answers" in choose_runtime("auto").because
