"""Who can be moved to another device."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from lab.journal.upgrade import ROLES
from lab.probes.talk_event import Talker
from lab.session.recent import Recent
from lab.session.top import _asked
from lab.topology import Roles


class Control:
    """A service's settings."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings

    async def get(self, _address: str, _path: str) -> dict[str, Any]:
        return self._settings


@pytest.mark.parametrize(
    ("settings", "movable"),
    [
        ({"device": "bridge"}, True),
        ({"device": "bridge", "library": "lab"}, True),
        ({"device": "bridge", "library": "httpx"}, False),
        ({}, False),
    ],
)
async def test_who_calls_by_a_library_cant_be_moved(settings: dict[str, Any], *, movable: bool) -> None:
    """A library goes over the bridge only, so `lab mitigate isolate` passes it over."""
    runtime = SimpleNamespace(address=lambda *_: "storefront:9000")
    lab = {"control": Control(settings), "runtime": runtime, "recent": Recent()}
    session = cast("Any", SimpleNamespace(**lab))
    seen = Talker(
        who="storefront", service=True, connections=1, open_connections=1.0, connections_per_s=1.0,
        sent_bytes_per_s=1.0, got_bytes_per_s=1.0,
    )  # fmt: skip
    asked = await _asked(session, seen)
    assert asked.movable is movable


async def test_a_process_of_several_roles_is_not_moved_as_one() -> None:
    """Its roles are, each by its own setting: which of them sent is not known from its address."""
    recent = Recent()
    near = {"service": "near", "shared": True}
    shared = {name: ROLES[name].model_copy(update=near) for name in ("storefront", "streaming")}
    recent.roles = Roles({**ROLES, **shared})
    runtime = SimpleNamespace(address=lambda *_: "near:9000")
    lab = {"control": Control({"device": "bridge"}), "runtime": runtime, "recent": recent}
    seen = Talker(
        who="near", service=True, connections=1, open_connections=1.0, connections_per_s=1.0,
        sent_bytes_per_s=1.0, got_bytes_per_s=1.0,
    )  # fmt: skip
    assert (await _asked(cast("Any", SimpleNamespace(**lab)), seen)).movable is False
