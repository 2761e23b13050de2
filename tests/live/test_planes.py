"""Both monitoring planes on local processes: killed, misconfigured, in every mode, and in the storm."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from dotenv import dotenv_values

from chaos.wait import wait_until
from lab.monitoring import modes
from lab.probes.prometheus import Prometheus
from lab.runtime.base import SetupError
from tests.contract.world import COMPOSE_FILE, living, new_runtime
from tests.live.machine_doubts import too_busy

if TYPE_CHECKING:
    from tests.live.conftest import Start

pytestmark = [pytest.mark.live, pytest.mark.long]
PLANES = Path(__file__).with_name("planes.yaml")
MONITORING = COMPOSE_FILE.parent / "monitoring"
MODES = modes(MONITORING)
MAIN = {"edge", "storefront", "canary"}


def variables(mode: str) -> dict[str, str]:
    """What a mode says of the topology."""
    return {name: value or "" for name, value in dotenv_values(MONITORING / mode / "mode.env").items()}


async def test_a_prometheus_that_is_killed_is_told_of_and_its_data_survive(start: Start) -> None:
    """The score has the restart and its blind seconds, is right before and after them, and of the other plane."""
    lab = start.short(PLANES)
    assert await lab.ended() in {0, 2}, lab.output.read_text()
    ops, shared = (
        json.loads((lab.folder / "verdict.json").read_text())["metrics"]["monitoring"][plane]
        for plane in ("ops", "shared")
    )
    (killed_s,) = [e["t"] for e in lab.events() if e["type"] == "service.changed" and e["state"] == "exited"]
    assert (ops["restarts"], shared["restarts"]) == (1, 0)
    assert ops["stale_s"] >= 3
    assert shared["stale_s"] < ops["longest_stale_s"] <= ops["stale_s"]
    assert ops["scrapes_ok"] < ops["scrapes_expected"]
    told = {e["target"]: e for e in lab.events() if e["type"] == "plane.scraped" and e["plane"] == "ops"}
    assert told.keys() == MAIN | {"oncall"}
    for target in told.values():
        assert min(target["ok_s"]) < killed_s - 2, "what it knew before it was killed lay on its volume"
        assert max(target["ok_s"]) > killed_s + 4
        assert not [at for at in target["ok_s"] if killed_s < at < killed_s + 3]
    kept = {
        name: one["scrapes_ok"] / one["scrapes_expected"] for name, one in (("ops", ops), ("shared", shared))
    }
    assert kept["shared"] >= 0.8, "but for a few that other work of this machine delayed, it has all"
    assert kept["ops"] < kept["shared"] - 0.1
    assert not (lab.folder / "volumes").exists()
    assert lab.left() == []


@pytest.mark.parametrize("mode", MODES)
async def test_in_every_mode_the_shared_plane_sees_main_and_reaches_on_call(
    mode: str, tmp_path: Path
) -> None:
    """All of main is scraped, by whatever way; the heartbeats of both planes arrive."""
    with new_runtime("embedded", tmp_path) as runtime:
        async with living(runtime, COMPOSE_FILE, **variables(mode)) as lab, aiohttp.ClientSession() as http:
            shared = Prometheus(http, runtime.address("prometheus-shared", "api"))

            async def sees_main() -> bool:
                seen = await shared.raw('up{network="main"}', 10, time.time(), 2.0)
                return {
                    one.labels["service"] for one in seen if one.points and one.points[-1][1] == 1
                } == MAIN

            async def heard() -> bool:
                beats: dict[str, Any] = (await lab.get("oncall", "/counters"))["heartbeats"]
                return beats.keys() == {"shared", "ops"} and None not in beats.values()

            await wait_until(sees_main, 40, f"{mode}: every target of main to be scraped")
            await wait_until(heard, 40, f"{mode}: the heartbeats of both planes")


@pytest.mark.parametrize(
    ("file", "spoilt", "says"),
    [
        ("rules.yaml", "groups:\n  - name: x\n    rules: [{alert: A, expr: 'up =='}]\n", "rules.yaml"),
        ("same-listener/prometheus.yaml", "global: {scrape_interval: soon}\n", "not a valid duration"),
        ("ops/alertmanager.yaml", "route: {receiver: no-one}\n", "no-one"),
    ],
)
async def test_a_broken_file_is_an_error_at_the_start_in_the_programs_own_words(
    tmp_path: Path, file: str, spoilt: str, says: str
) -> None:
    """Never a plane that runs without its rules; nothing of it is left running."""
    shutil.copytree(COMPOSE_FILE.parent, tmp_path / "compose", symlinks=True)
    (tmp_path / "compose" / "monitoring" / file).write_text(spoilt)
    with new_runtime("embedded", tmp_path) as runtime:
        with pytest.raises(SetupError, match=r"(prometheus|alertmanager)-\w+ ended as soon as") as failed:
            async with living(runtime, tmp_path / "compose" / "compose.yaml", **variables("same-listener")):
                pass
        assert says in str(failed.value)


@pytest.mark.alone
def test_the_blackout_comes_to_its_verdict(start: Start) -> None:
    """On a quiet machine a pass; on a busy one it may be inconclusive, about nothing but the machine."""
    lab = start("run", "monitoring-blackout", "--runtime", "embedded")
    code = lab.process.wait(240)
    verdict = json.loads((lab.folder / "verdict.json").read_text())
    if code == 2:
        assert too_busy(verdict), verdict["reasons"]
        return
    assert code == 0, lab.output.read_text()
    shared, ops = verdict["metrics"]["monitoring"]["shared"], verdict["metrics"]["monitoring"]["ops"]
    assert shared["stale_s"] >= 25 > ops["stale_s"]
    assert f"blind {shared['stale_s']} s" in lab.output.read_text()
    assert lab.left() == []
