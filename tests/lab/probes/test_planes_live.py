"""The planes' probe on a real Prometheus that scrapes real targets, one of which goes away and comes back."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from chaos.wait import wait_until
from lab.journal.plane_events import PlaneBackfilled, PlaneConfigured, PlaneSample, PlaneScraped, Query
from lab.probes.plane_probe import PlaneProbe, watch_planes
from lab.probes.prometheus import Prometheus
from lab.probes.run_clock import RunClock
from lab.probes.ticker import Ticker
from lab.runtime.binaries import find_prometheus
from tests.lab.beside import beside

if TYPE_CHECKING:
    from lab.journal.events import Event

pytestmark = [pytest.mark.live, pytest.mark.long]
TEXTS: dict[Query, str] = {
    "goodput": 'sum(rate(lab_served_total{service="edge"}[5s]))',
    "amplification": "lab_nowhere",
    "error_ratio": "1 - (",
}
PLANE = PlaneConfigured(
    plane="ops", mode="same-listener", service="prometheus-ops", alertmanager="alertmanager-ops", version=None,
    scrape_interval_s=1, scrape_timeout_s=1, window_s=5, targets=("edge", "storefront"), bounds_s={},
)  # fmt: skip
CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 900ms}}
scrape_configs:
  - job_name: main
    honor_labels: true
    static_configs:
      - {{targets: ["{edge}"], labels: {{service: edge, network: main}}}}
      - {{targets: ["{storefront}"], labels: {{service: storefront, network: main}}}}
"""


class Target:
    """A service that counts up by 50 a second; ``broken``: answers what is no metric."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.broken = False
        self.address = ""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        text = f'lab_served_total{{service="{self.service}"}} {int(50 * time.monotonic())}\n'
        return web.Response(text="<html>no metrics</html>" if self.broken else text)


@asynccontextmanager
async def serving(target: Target) -> AsyncIterator[Target]:
    runner = web.ServerRunner(web.Server(target.answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    target.address = "{}:{}".format(*runner.addresses[0])
    yield target
    await runner.cleanup()


@pytest.fixture
async def targets() -> AsyncIterator[tuple[Target, Target]]:
    async with serving(Target("edge")) as edge, serving(Target("storefront")) as storefront:
        yield edge, storefront


@pytest.fixture
async def prometheus(tmp_path: Path, targets: tuple[Target, Target]) -> AsyncIterator[Prometheus]:
    """A real one, ready to be asked."""
    config = tmp_path / "prometheus.yaml"
    config.write_text(CONFIG.format(edge=targets[0].address, storefront=targets[1].address))
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    process = await asyncio.create_subprocess_exec(
        str(find_prometheus()), f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address={address}", "--log.level=warn",
    )  # fmt: skip
    async with aiohttp.ClientSession() as session:
        asked = Prometheus(session, address)
        await wait_until(lambda: asked.version(1.0), 30, "Prometheus to answer")
        yield asked
    process.terminate()
    await asyncio.wait_for(process.wait(), 20)


async def test_answers_ages_and_scrapes_as_they_really_are(
    prometheus: Prometheus, targets: tuple[Target, Target]
) -> None:
    """While one target speaks no metrics the plane's newest scrape grows old; afterwards all of it is told."""
    clock = RunClock(int(time.monotonic()))
    events: list[Event] = []
    probe = PlaneProbe(PLANE, prometheus, TEXTS, clock, events.append)

    def samples(query: str) -> list[PlaneSample]:
        return [event for event in events if isinstance(event, PlaneSample) and event.query == query]

    def age_s() -> float:
        return samples("goodput")[-1].newest_age_s or 0.0

    async with beside(watch_planes([probe], Ticker(lambda: clock.now_s))):
        await wait_until(lambda: any(sample.value for sample in samples("goodput")), 60, "a rate")
        await wait_until(lambda: 0 < age_s() < 2, 60, "both targets to be scraped")
        targets[1].broken = True
        await wait_until(lambda: age_s() > 3, 60, "its last good scrape to grow old")
        targets[1].broken = False
        await wait_until(lambda: 0 < age_s() < 2, 60, "it to be scraped again")
    await probe.backfill()
    good = samples("goodput")
    assert good[-1].value == pytest.approx(50, rel=0.2)
    asked_of = [sample.second for sample in good]
    assert asked_of == sorted(set(asked_of))
    assert len(good) > 0.8 * (good[-1].second - good[0].second), "each second, but for what other work takes"
    assert all(sample.asked_s == sample.second + 1.5 for sample in good)
    assert good[-1].scrapes_ok_total is not None
    assert 0 < good[-1].scrapes_ok_total < good[-1].scrapes_expected_total
    absent, wrong = samples("amplification")[-1], samples("error_ratio")[-1]
    assert (absent.value, absent.error) == (None, None)
    assert wrong.value is None
    assert "parse error" in (wrong.error or "")
    scraped = {event.target: event for event in events if isinstance(event, PlaneScraped)}
    assert scraped.keys() == {"edge", "storefront"}
    assert len(scraped["storefront"].failed_s) >= 2
    assert len(scraped["edge"].failed_s) < len(scraped["storefront"].failed_s)
    assert len(scraped["edge"].ok_s) >= 5
    apart_s = sorted(after - before for before, after in pairwise(scraped["edge"].ok_s))
    assert apart_s[len(apart_s) // 2] < 1.5, "each second"
    told = {event.query: event for event in events if isinstance(event, PlaneBackfilled)}
    live = {str(sample.second): sample.value for sample in good if sample.value is not None}
    afterwards = told["goodput"].values
    same = [second for second in live if afterwards.get(second) == pytest.approx(live[second], rel=0.05)]
    assert len(same) > 0.7 * len(live), (live, afterwards)  # a scrape that came late is known afterwards only
    assert told["error_ratio"].error is not None


async def test_a_plane_that_is_gone_is_asked_all_the_same(prometheus: Prometheus) -> None:
    """Each second says why there is no answer; so does what is told afterwards."""
    clock = RunClock(int(time.monotonic()))
    events: list[Event] = []
    gone = Prometheus(prometheus.session, "127.0.0.1:1")
    probe = PlaneProbe(PLANE, gone, TEXTS, clock, events.append)
    async with beside(watch_planes([probe], Ticker(lambda: clock.now_s))):
        await wait_until(lambda: len(events) >= 6, 60, "two seconds to be asked about")
    await probe.backfill()
    samples = [event for event in events if isinstance(event, PlaneSample)]
    assert {(sample.value, sample.newest_age_s, sample.scrapes_ok_total) for sample in samples} == {
        (None, None, None)
    }
    assert all(sample.error for sample in samples)
    assert all(event.error for event in events if isinstance(event, PlaneBackfilled | PlaneScraped))
