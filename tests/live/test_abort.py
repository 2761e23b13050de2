"""Ending a drill before its end: by a person, by ``abort-if``, by a URL that must stay healthy. Rolled back."""

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from chaos.wait import wait_until
from lab.session import LabClient, RunFolder, Unreachable
from tests.checkout import ROOT
from tests.live.by_hand import ByHand
from tests.live.conftest import LAB, Command, Start

pytestmark = [pytest.mark.live, pytest.mark.long]

DRILL = """\
version: 1
title: A throttle that lasts until someone ends it
load:   {target: edge, rate: 60 /s, give-up: 2 s}
bridge: {headroom: 2}
configuration:
  storefront: {policy: none, timeout: 1 s, connections: new}
phases: {baseline: 4 s, trigger: 60 s}
method:
  - {name: throttle, during: trigger, fault: capacity, target: bridge, share: SHARE}
expect:
  - {name: served, metric: goodput, is: ">= 1 /s"}
blast-radius: [bridge, storefront, edge]
abort-if:
"""


def written(folder: Path, *abort_if: str, share: str = "50 %") -> Path:
    """The drill with these conditions, and so much of the bridge's capacity; its file."""
    file = folder / "throttled.yaml"
    file.write_text(
        DRILL.replace("SHARE", share)
        + "".join(f"  - {line}\n" for line in abort_if or ('{metric: elapsed, is: "> 90 s"}',))
    )
    return file


async def call(*arguments: str) -> tuple[int, str]:
    """Call ``lab`` from another terminal."""
    done = await asyncio.to_thread(
        subprocess.run, [*LAB, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


def ended_well(lab: Command, reason: str) -> None:
    """Aborted and inconclusive for this reason; every action undone, and read back, before it is explained."""
    assert lab.end() == 2, lab.output.read_text()
    events = lab.events()
    assert events[-1]["type"] == "run.closed"
    assert (events[-1]["outcome"], events[-1]["clean"]) == ("aborted", True)
    assert reason in events[-1]["reason"]
    states = {event["action"]: event for event in events if event["type"] == "action.changed"}
    assert all(event["state"] == "reverted" and event["verified"] for event in states.values()), states
    verdict = json.loads((lab.folder / "verdict.json").read_text())
    assert (verdict["verdict"], verdict["outcome"]) == ("inconclusive", "aborted")
    assert any(reason in why for why in verdict["reasons"])
    assert lab.left() == []
    assert not (lab.folder / "socket").exists()


async def test_an_abort_by_a_user_in_the_trigger_rolls_back_and_keeps_the_reason(
    start: Start, tmp_path: Path
) -> None:
    """Its word stands in the journal before anything is undone; a Ctrl-C meanwhile changes nothing."""
    lab = start.short(written(tmp_path))
    await lab.seen("action.changed", name="throttle", state="applied")
    asked = asyncio.create_task(call("abort", "the pager rings", "--run", str(lab.folder)))
    await lab.seen("note.written", kind="abort")
    lab.process.send_signal(signal.SIGINT)
    code, said = await asked
    assert (code, "everything was rolled back and read back" in said) == (0, True)
    ended_well(lab, "aborted by the user: the pager rings")
    order = [
        event.get("state") or event["type"]
        for event in lab.events()
        if event["type"] in {"note.written", "run.closed"} or event.get("name") == "throttle"
    ]
    assert order == ["intended", "applied", "note.written", "reverted", "run.closed"]
    assert "aborting for the user: the pager rings" in lab.output.read_text()
    assert "SIGINT: still rolling back" in lab.output.read_text()


@pytest.mark.parametrize(
    ("service", "state"), [("auth", "starting"), ("load", "healthy")], ids=["coming up", "calibrating"]
)
async def test_an_abort_before_the_drill_begins(
    start: Start, tmp_path: Path, service: str, state: str
) -> None:
    """While the services come up, and while the bridge is calibrated: nothing of the lab stays."""
    lab = start.short(written(tmp_path))
    await lab.seen("service.changed", service=service, state=state)
    # At once: a command takes a while to begin, and the drill may have begun by then.
    assert await LabClient(RunFolder(lab.folder)).abort("not this one")
    ended_well(lab, "aborted by the user: not this one")
    assert not [event for event in lab.events() if event["type"] == "phase.entered"]


async def test_a_drill_that_runs_can_be_watched_but_not_disturbed(start: Start, tmp_path: Path) -> None:
    """Status tells the phase and what is active; an interactive fault is refused, and the drill goes on."""
    lab = start.short(written(tmp_path))
    await lab.seen("action.changed", name="throttle", state="applied")
    code, said = await call("status", "--json", "--run", str(lab.folder))
    status = json.loads(said)
    assert (code, status["state"], len(status["active"])) == (
        0,
        "trigger",
        3,
    )  # capacity, configuration, throttle
    with pytest.raises(Unreachable, match=r"a drill runs here .*; `lab abort` ends it"):
        await LabClient(RunFolder(lab.folder)).call("DELETE", "/actions")
    seen = tmp_path / "seen"
    with seen.open("w") as file:
        command = [*LAB, "watch", "--run", str(lab.folder)]
        watching = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)  # noqa: ASYNC220 - it doesn't wait
    await wait_until(lambda: "throttle applied" in seen.read_text(), 120, "the view to have caught up")
    assert (await call("abort", "seen enough", "--run", str(lab.folder)))[0] == 0
    await wait_until(lambda: watching.poll() is not None, 120, "the view to end with the drill")
    assert watching.returncode == 0, seen.read_text()
    assert "aborting for the user: seen enough" in seen.read_text()
    ended_well(lab, "seen enough")


async def test_a_machine_without_memory_ends_the_drill_while_it_comes_up(
    start: Start, tmp_path: Path
) -> None:
    """There is always less than a petabyte: no phase begins, and nothing was applied but what was taken back."""
    lab = start.short(written(tmp_path, '{metric: memory_free, is: "< 100000 GB"}'))
    ended_well(lab, "abort-if was met: memory_free < 100000 GB")
    assert not [event for event in lab.events() if event["type"] == "phase.entered"]


async def test_a_floor_of_goodput_ends_the_trigger_and_not_the_baseline(start: Start, tmp_path: Path) -> None:
    """The newest second has hardly any answer yet in good health, too: that alone is no reason to end a drill."""
    file = written(tmp_path, '{metric: goodput, is: "< 50 % of offered"}', share="5 %")
    lab = start.short(file)
    ended_well(lab, "abort-if was met: goodput < 50 % of offered (")
    phases = [event["phase"] for event in lab.events() if event["type"] == "phase.entered"]
    assert phases == ["baseline", "trigger"]


class Shop:
    """A user's service on loopback, with a health page."""

    def __init__(self) -> None:
        self.status = 200
        self.url = ""

    async def answer(self, _: web.BaseRequest) -> web.Response:
        """As it is told to."""
        return web.Response(status=self.status)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """An open shop."""
    shop = Shop()
    runner = web.ServerRunner(web.Server(shop.answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    shop.url = "http://{}:{}/health".format(*runner.addresses[0][:2])
    yield shop
    await runner.cleanup()


async def ended(lab: Command) -> None:
    """Wait for its end without standing in the shop's way."""
    await asyncio.to_thread(lab.end)


async def test_a_url_that_fails_in_the_trigger_ends_the_drill(
    start: Start, tmp_path: Path, shop: Shop
) -> None:
    """Two bad seconds are patience, the third is the end; the journal has every answer."""
    lab = start.short(written(tmp_path, f'{{url: "{shop.url}", for: 3 s}}'))
    applied = await lab.seen("action.changed", name="throttle", state="applied")
    shop.status = 503
    await ended(lab)
    ended_well(lab, f"abort-if was met: {shop.url} failing for 3 s (answered 503")
    answers = [event for event in lab.events() if event["type"] == "url.sample"]
    assert {event["error"] for event in answers if event["t"] < applied["t"]} == {None}
    assert [event["error"] for event in answers][-3:] == ["answered 503"] * 3
    decided = [event["role"] for event in lab.events() if event["type"] == "check.decided" and event["met"]]
    assert decided == ["steady-state", "abort-if"]


async def test_a_url_that_is_not_healthy_before_means_that_nothing_is_applied(
    start: Start, tmp_path: Path, shop: Shop
) -> None:
    """However patient the condition: next to what hurts already, nothing is hurt."""
    shop.status = 503
    lab = start.short(written(tmp_path, f'{{url: "{shop.url}", for: 1 h}}'))
    await ended(lab)
    ended_well(lab, "so nothing was applied")
    assert not [event for event in lab.events() if event.get("kind") == "fault"]


@pytest.mark.xdist_group("turns")
def test_an_interactive_lab_is_aborted_as_well(tmp_path: Path) -> None:
    """Whatever lives can be ended by one command; `lab down` finds nothing afterwards."""
    lab = ByHand(tmp_path)
    said = lab("up", "--runtime", "embedded")
    name = said.split("The lab is up: ")[1].split()[0]
    try:
        assert "everything was rolled back" in lab("abort", "enough", "--run", name)
    finally:
        assert "No lab is up" in lab("down")
    assert "is over" in lab("status", "--run", name, code=3)
