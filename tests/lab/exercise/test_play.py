"""A game on a lab of stubs, with its real socket, injector and journal. Tests lab.exercise.play, lab.session.sealed.

Whatever a responder can get is searched for what is sealed.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chaos.wait import wait_until
from lab.cli import main
from lab.drillfile import known
from lab.drillfile.read_scenario import load_scenario
from lab.drillfile.scenario import Scenario
from lab.exercise import director as directing
from lab.exercise.play import play, review
from lab.exercise.seal import SealedGame, facilitators_token, seal
from lab.journal import read
from lab.remote.client import listens
from lab.session import LabClient, RunFolder, Stop, Unreachable
from lab.session.sealed import HEADER
from lab.session.server import EXERCISE, OF_RESPONDERS, Server
from tests.lab.session.stub_lab import StubLab, stub_lab

pytestmark = pytest.mark.live

SCENARIO = """\
version: 1
title: A quiet hour
warning: Some are not served.
difficulty: 1
minutes: 1
lab: {{drill: quiet, eyes: {eyes}}}
users: {{all: 6000}}
sealed:
  steps:
    - {{name: zanzibar, at: 1 s, for: 40 s, fault: unavailable, target: storefront, share: 37 %}}
  twists:
    - {{name: timbuktu, at: 1 s, mitigation: policy, target: storefront, policy: "immediate(retries=2)", say: Hello.}}
  cause: errors of storefront
  victory: {{within: 1 s, again: 1 s}}
"""
SEALED = (
    "zanzibar",
    "timbuktu",
    "unavailable",
    "0.37",
    "37 %",
    "errors of",
    "fail_share",
    "immediate(retries=2)",
)
"""Names, fault, parameters and cause of the game above."""


@pytest.fixture
async def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubLab]:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("SETTLES_S", "SEEN_AFTER_S", "FINAL_AFTER_S"):
        monkeypatch.setattr(directing, name, 1.0)
    async with stub_lab(tmp_path, monkeypatch) as made:
        made.ports["storefront"].settings["policy"] = "none"
        yield made


def scenario(stubs: StubLab, eyes: str = "[lab]") -> Scenario:
    file = stubs.path / "hour.yaml"
    file.write_text(SCENARIO.format(eyes=eyes))
    return load_scenario(file, known(), stubs.drill)


class Played:
    """A game that is played, and the way in for whoever takes part."""

    def __init__(self, stubs: StubLab, one: Scenario) -> None:
        self.folder = stubs.folder("game")
        game = SealedGame(one)
        seal(self.folder, game)
        self.responder = LabClient(self.folder)
        self.facilitator = LabClient(self.folder, {HEADER: facilitators_token(self.folder)})
        self.stop = Stop()
        request = replace(stubs.request(one.drill), drill=one.drill)
        self.task = asyncio.create_task(play(request, self.folder, game, self.stop))

    async def act(self, verb: str, text: str = "", **more: str) -> dict[str, Any]:
        return dict(
            await self.responder.call("POST", f"/exercise/{verb}", {"by": "ada", "text": text, **more})
        )

    async def until(self, text: str) -> None:
        """Wait until the journal has it: what responders can't see."""
        path = self.folder.journal

        def seen() -> bool:
            if self.task.done():
                self.task.result()
            return path.exists() and text in path.read_text()

        await wait_until(seen, 30, f"{text} in the journal")

    async def over(self) -> None:
        await asyncio.wait_for(self.task, 60)


async def begun(stubs: StubLab, eyes: str = "[lab]") -> Played:
    played = Played(stubs, scenario(stubs, eyes))
    await played.until(
        '"name":"timbuktu","fault":"policy","target":"storefront","params":{"policy":"immediate(retries=2)"},"state":"applied"'
    )
    await played.until(
        '"name":"zanzibar","fault":"unavailable","target":"storefront","params":{"share":0.37},"state":"applied"'
    )
    return played


async def refused(client: LabClient, method: str, path: str, body: dict[str, Any] | None = None) -> str:
    with pytest.raises(Unreachable) as told:
        await client.call(method, path, body or {})
    return str(told.value)


async def stream(client: LabClient, folder: RunFolder) -> list[dict[str, Any]]:
    """What the events say, from the first line on, for a moment."""
    found = []

    async def take() -> None:
        async for line in client.lines("/events"):
            found.append(json.loads(line))  # noqa: PERF401  what came before the time is up

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(take(), 2.5)
    return found


async def everything(client: LabClient) -> list[dict[str, Any]]:
    """What the events say to someone who listens from the first line to the last one."""
    return [json.loads(line) async for line in client.events()]


STEP = {
    "name": "mine",
    "when": "from",
    "phase": "",
    "kind": "fault",
    "what": "unavailable",
    "target": "storefront",
    "params": {"share": 0.5},
}


async def test_nothing_that_a_responder_can_get_names_what_is_sealed(
    stubs: StubLab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status, events, lists, refusals; and the commands that print them. The facilitator's token opens all of it."""
    played = await begun(stubs)
    ours = [
        line
        for line in read_whole(played.folder)
        if '"by":"director"' in line and '"state":"applied"' in line
    ]
    ids = [json.loads(line)["action"] for line in ours]
    assert len(ids) == 2
    events = await stream(played.responder, played.folder)
    got = [
        json.dumps(events),
        json.dumps(await played.responder.call("GET", "/status")),
        json.dumps(await played.act("status")),
        json.dumps(await played.responder.call("GET", "/state")),
        await refused(played.responder, "DELETE", "/actions/nope"),
        await refused(played.responder, "POST", "/actions", STEP),
        await refused(played.responder, "POST", "/down"),
        await refused(played.responder, "POST", "/abort"),
        json.dumps(await played.responder.call("DELETE", "/actions")),
        await refused(played.responder, "POST", "/exercise/nope"),
        await refused(played.responder, "POST", "/exercise/status", {"role": "facilitator"}),
        (await refused(played.responder, "DELETE", f"/actions/{ids[0]}")).replace(ids[0], "what they typed"),
    ]
    for command in (("status",), ("status", "--json"), ("fault", "list"), ("gameday", "status"), ("runs", "list"),
                    ("gameday", "status", "--json"), ("report", "latest"), ("gameday", "debrief")):  # fmt: skip
        got += [await printed(capsys, monkeypatch, *command)]
    leaks = [(word, text) for text in got for word in SEALED if word in text]
    assert leaks == []
    kinds = {event["type"] for event in events}
    assert {"run.opened", "load.sample", "cohort.closed", "bridge.sample"} <= kinds
    assert not kinds & {"exercise.begun", "action.changed", "settings.read"}
    opened = json.dumps(await played.facilitator.call("GET", "/status")) + json.dumps(
        await stream(played.facilitator, played.folder)
    )
    assert [
        word for word in ("zanzibar", "timbuktu", "unavailable", "exercise.begun") if word not in opened
    ] == []
    assert stubs.ports["storefront"].settings["fail_share"] == 0.37, "nothing of it was undone by responders"
    await played.act("stop")
    await played.over()


@pytest.mark.parametrize("eyes", ["[lab]", "[ops]"])
async def test_the_live_view_shows_what_responders_may_see(
    stubs: StubLab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, eyes: str
) -> None:
    """From before the first step on; also where the lab's own figures are not theirs."""
    one = scenario(stubs)
    played = Played(stubs, one.model_copy(update={"eyes": (eyes.strip("[]"),)}))
    await wait_until(lambda: listens(played.folder), 20, "the socket")
    monkeypatch.setattr(sys, "argv", ["lab", "watch"])

    def watching() -> None:
        with pytest.raises(SystemExit):
            main()

    view = asyncio.create_task(asyncio.to_thread(watching))
    await played.until(
        '"name":"zanzibar","fault":"unavailable","target":"storefront","params":{"share":0.37},"state":"applied"'
    )
    await played.act("note", "I see what I see")
    await played.until("I see what I see")
    said = ""

    def shown() -> bool:
        nonlocal said
        captured = capsys.readouterr()
        said += captured.out + captured.err
        return "I see what I see" in said

    await wait_until(shown, 20, "the note in the view", every_s=0.2)
    assert [word for word in SEALED if word in said] == []
    await played.act("stop")
    await played.over()
    await view


async def test_what_the_socket_learns_later_is_the_facilitators_until_it_is_listed(stubs: StubLab) -> None:
    """Every route that is not a responder's is refused to them, and the refusal is the same for all."""
    played = await begun(stubs)
    app = Server(SimpleNamespace(request=None)).app  # type: ignore[arg-type]
    routes = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None
    }
    others = {(method, path) for method, path in routes if path not in OF_RESPONDERS}
    assert others == {("POST", "/abort"), ("POST", "/down"), ("POST", "/runs")}
    for method, path in others:
        assert await refused(played.responder, method, path) == EXERCISE
    await played.act("stop")
    await played.over()


async def test_a_responder_can_mitigate_and_undo_what_is_theirs(stubs: StubLab) -> None:
    """And sees it; all that they clear is theirs alone."""
    played = await begun(stubs)
    mine = {**STEP, "kind": "mitigation", "what": "policy", "params": {"policy": "budget"}}
    action = (await played.responder.call("POST", "/actions", mine))["id"]
    assert (await played.responder.call("GET", "/status"))["active"] == [f"{action}: policy on storefront"]
    await played.responder.call("DELETE", f"/actions/{action}")
    again = (await played.responder.call("POST", "/actions", mine))["id"]
    assert (await played.responder.call("DELETE", "/actions"))["undone"] == [again]
    assert stubs.ports["storefront"].settings["fail_share"] == 0.37
    await played.act("stop")
    await played.over()


async def test_what_the_facilitator_changes_is_no_move_of_the_team_and_not_shown_to_it(
    stubs: StubLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the token that a shell has in its environment; the score has no wrong turn of it."""
    played = await begun(stubs)
    monkeypatch.setenv("LAB_FACILITATOR", facilitators_token(played.folder))
    grace = LabClient(played.folder)
    monkeypatch.delenv("LAB_FACILITATOR")
    policy = {**STEP, "name": "grace", "kind": "mitigation", "what": "policy", "params": {"policy": "budget"}}
    action = (await grace.call("POST", "/actions", policy))["id"]
    assert (await played.responder.call("GET", "/status"))["active"] == []
    assert "no action" in await refused(played.responder, "DELETE", f"/actions/{action}")
    await played.act("stop")
    await played.over()
    done = review(played.folder)
    assert (done.game.moves, done.score.wrong_turns) == ((), ())


async def test_a_whole_game_is_played_recorded_undone_and_reviewed(stubs: StubLab) -> None:
    """Start, trigger, acts, resolve, second trigger, end; what was sealed is said in the review."""
    played = await begun(stubs)
    await played.act("update", "We are on it.")
    await played.act("declare", "errors of storefront")
    seen = asyncio.create_task(everything(played.responder))
    answer = await played.act("resolve", "it is fine")
    assert answer["act"] == "resolved"
    await played.until(
        '"name":"zanzibar-again","fault":"unavailable","target":"storefront","params":{"share":0.37},"state":"applied"'
    )
    assert stubs.ports["storefront"].settings["fail_share"] == 0.37
    await played.over()
    assert "comes again" not in json.dumps(await seen), "when it comes is for them to notice"
    assert stubs.ports["storefront"].settings["fail_share"] == 0.0
    assert not listens(played.folder)
    closed = read(played.folder.journal).closed
    assert closed is not None
    assert closed.clean
    done = review(played.folder)
    score = done.score
    assert (score.complete, score.cause, score.hints) == (True, "errors of storefront", 0)
    assert score.detect_s == score.tell_customers_s
    assert score.diagnose_s is not None
    assert done.game.again_s is not None
    assert "errors of storefront" in done.file.read_text()
    assert json.loads((played.folder.path / "gameday" / "score.json").read_text())["scenario"] == "hour"


async def test_a_lab_that_is_ended_in_the_middle_leaves_an_honest_end(stubs: StubLab) -> None:
    """By a signal: all is undone, the game was cut short and says so; no one is made to believe that it was played."""
    played = await begun(stubs)
    await played.act("note", "it burns")
    played.stop.ask()
    with pytest.raises(Exception, match="interrupted by a signal"):
        await played.over()
    assert stubs.ports["storefront"].settings["fail_share"] == 0.0
    done = review(played.folder)
    assert (done.score.complete, done.score.won, done.score.holds) == (False, False, None)
    assert "cut short" in done.text


async def test_the_facilitator_can_take_the_lab_down(stubs: StubLab) -> None:
    """As any lab; the game is cut short."""
    played = await begun(stubs)
    await played.facilitator.call("POST", "/down")
    await played.over()
    assert not review(played.folder).score.complete


async def test_a_lab_without_a_game_takes_no_act_of_one(
    stubs: StubLab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the commands say what begins one."""
    assert "no game is played" in await printed(capsys, monkeypatch, "gameday", "note", "hello")


def read_whole(folder: RunFolder) -> list[str]:
    return folder.journal.read_text().splitlines()


async def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> str:
    """What a command writes to both of its outputs, whatever its exit code."""
    monkeypatch.setattr(sys, "argv", ["lab", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        await asyncio.to_thread(main)
    said = capsys.readouterr()
    return said.out + said.err
