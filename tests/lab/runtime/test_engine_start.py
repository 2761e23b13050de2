"""What an engine says when it can't start a container, and what to do about it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from docker.errors import APIError

from lab.runtime.base import SetupError
from lab.runtime.compose.engine import ContainerSeen, start_all
from lab.runtime.compose.inside import queue_set

BRIDGE = ContainerSeen("bridge", "0123", "created", {})


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "open /proc/sys/net/core/somaxconn: write sysctl: invalid argument",
            r"write a shorter `bridge: \{queue",
        ),
        ('sysctl "net.core.somaxconn" is not in a separate kernel namespace', "or use --runtime embedded"),
        ("no space left on device", "bridge: no space left on device$"),
    ],
)
async def test_a_queue_that_the_engine_can_not_set_is_said_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, said: str, shown: str
) -> None:
    """Nothing runs with another queue than the one asked for."""

    def start(_id: str) -> None:
        raise APIError("500", explanation=said)

    engine = SimpleNamespace(api=SimpleNamespace(start=start), close=lambda: None)
    monkeypatch.setattr("docker.from_env", lambda **_: engine)
    with pytest.raises(SetupError, match=shown):
        await start_all([BRIDGE])


@pytest.mark.parametrize(
    ("config", "queue"),
    [
        ({"HostConfig": {"Sysctls": {"net.core.somaxconn": "510"}}}, 510),
        ({"HostConfig": {"Sysctls": {}}}, None),
        ({"HostConfig": {"Sysctls": None}}, None),
        ({}, None),
    ],
)
def test_the_queue_that_the_engine_has_set(config: dict[str, Any], queue: int | None) -> None:
    """What is known of it where the lab may not look into the container."""
    assert queue_set(cast("Any", config)) == queue
