"""A plane whose Prometheus is too old, or says nothing, is an error at the start, with what to do."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from lab.journal.upgrade import ROLES
from lab.monitoring import PlaneConfig, load_planes
from lab.probes.prometheus import Prometheus
from lab.runtime.base import SetupError
from lab.session import plane_watch as planes
from tests.checkout import ROOT
from tests.lab.probes.test_prometheus import Speaker, speaker

__all__ = ["speaker"]
pytestmark = pytest.mark.live


@pytest.fixture
async def prometheus(speaker: Speaker) -> AsyncIterator[Prometheus]:
    async with aiohttp.ClientSession() as session:
        yield Prometheus(session, speaker.address)


@pytest.fixture
def plane() -> PlaneConfig:
    return load_planes(ROOT / "compose" / "monitoring", "same-listener", ROLES)[0]


@pytest.mark.parametrize(
    ("version", "old"), [("2.41.0", True), ("1.8.2", True), ("2.42.0+ds", False), ("3.7.3", False)]
)
async def test_rules_want_2_42(
    speaker: Speaker, prometheus: Prometheus, plane: PlaneConfig, version: str, *, old: bool
) -> None:
    """``keep_firing_for`` came with it; an older one would run without our alerts, or not at all."""
    speaker.said = {"status": "success", "data": {"version": version}}
    if not old:
        assert await planes.plane_version(plane, prometheus) == version
        return
    with pytest.raises(
        SetupError, match=rf"prometheus-shared is Prometheus {version}; .* need 2\.42 or newer"
    ):
        await planes.plane_version(plane, prometheus)


async def test_one_that_tells_nothing_is_named_with_its_log(
    speaker: Speaker, prometheus: Prometheus, plane: PlaneConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while: it may still be coming up."""
    monkeypatch.setattr(planes, "ANSWERS_WITHIN_S", 0.3)
    speaker.said = "garbage"
    with pytest.raises(
        SetupError, match=r"prometheus-shared to report its version; .*logs/prometheus-shared\.log"
    ):
        await planes.plane_version(plane, prometheus)
