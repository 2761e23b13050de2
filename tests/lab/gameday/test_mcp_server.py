"""A program plays a game over the Model Context Protocol. Tests lab.gameday.mcp_server, lab.gameday.responder_tools.

The SDK's own client, in memory or over the pipes of the real command, against a lab of stubs.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

import lab.gameday
from chaos.wait import wait_until
from lab.cli import main
from lab.drillfile import catalogue
from lab.exercise.play import review
from lab.exercise.seal import facilitators_token
from lab.gameday import responder_tools
from lab.gameday.mcp_server import server
from lab.gameday.responder_tools import MOST_CHARS, MOST_LINES, MOST_TALKERS, TOOLS, Seat
from lab.probes.talk_event import Talk, Talker
from lab.remote.client import FACILITATOR_VARIABLE, listens
from lab.runtime.base import LogLine
from lab.session import Host, LabClient, RunFolder
from lab.session import server as session_server
from lab.session.sealed import WITHHELD
from tests.checkout import ROOT
from tests.lab.exercise.test_play import SEALED, Played, begun, stubs
from tests.lab.session.stub_lab import StubLab, StubRuntime

__all__ = ["stubs"]
pytestmark = pytest.mark.live

NAMES = {
    "status", "logs", "top", "triage", "list_mitigations", "list_policies", "list_causes", "mitigate", "set_policy",
    "undo", "hint", "note", "update", "declare", "resolve",
}  # fmt: skip
COMMAND = (
    "import sys; from lab.cli import main; sys.argv = ['lab', 'gameday', 'mcp', '--by', 'robot']; main()"
)


class Agent:
    """A program that plays. ``said`` is all that the server has answered."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.said: list[str] = []

    async def call(self, tool: str, arguments: Mapping[str, Any] | None = None) -> tuple[bool, Any]:
        """Whether it was done, and its answer or why not."""
        result = await self._client.call_tool(tool, dict(arguments or {}))
        (block,) = result.content
        text = str(getattr(block, "text", ""))
        self.said.append(text)
        if result.is_error:
            assert result.structured_content is None
            return False, text
        assert json.loads(text) == result.structured_content
        return True, result.structured_content

    async def does(self, tool: str, **arguments: object) -> dict[str, Any]:
        done, answer = await self.call(tool, arguments)
        assert done, answer
        return dict(answer)

    async def refused(self, tool: str, arguments: Mapping[str, Any] | None = None) -> str:
        done, answer = await self.call(tool, arguments)
        assert not done, answer
        return str(answer)


@pytest.fixture
async def played(stubs: StubLab, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Played]:
    """A game whose trigger is active, on a lab whose logs have 300 lines, one of which names what is sealed."""

    async def logs(_: StubRuntime, service: str, *, follow: bool) -> AsyncIterator[LogLine]:
        yield LogLine(service, f'{{"event": "zanzibar-again on {service}"}}')
        for number in range(300):
            yield LogLine(
                service, json.dumps({"event": f"line {number}", "follow": follow, "pad": "x" * 2000})
            )

    async def talk(_: Host, device: str, seconds: float) -> Talk:
        one = Talker(
            who="storefront", service=True, connections=9, open_connections=1.0, connections_per_s=3.0,
            sent_bytes_per_s=1.0, got_bytes_per_s=1.0,
        )  # fmt: skip
        return Talk(device=device, seconds=seconds, missed=None, talkers=(one,) * 1000)

    monkeypatch.setattr(StubRuntime, "logs", logs, raising=False)
    monkeypatch.setattr(session_server, "top", talk)
    game = await begun(stubs)
    yield game
    if not game.task.done():
        game.stop.ask()
    await asyncio.wait([game.task], timeout=60)
    assert game.task.done()
    assert game.task.exception() is None or game.stop.ending


def in_memory(played: Played, mode: str = "auto") -> Client:
    """A client of a server in this process; ``legacy``: as clients of last year speak."""
    return Client(server(Seat(LabClient(played.folder, {}), "robot")), mode=mode)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_tools_are_a_responders_and_nothing_more(mode: str, tmp_path: Path) -> None:
    """Each says what it does and what it takes, and takes nothing else."""
    seat = Seat(LabClient(RunFolder(tmp_path)), "robot")
    async with Client(server(seat), mode=mode) as client:
        found = (await client.list_tools()).tools
    assert {tool.name for tool in found} == NAMES
    for tool in found:
        assert tool.description is not None
        assert tool.description.endswith(".")
        assert (tool.input_schema["type"], tool.input_schema["additionalProperties"]) == ("object", False)
        for said in tool.input_schema["properties"].values():
            assert "description" in said, tool.name
    reads = {tool.name for tool in found if tool.annotations is not None and tool.annotations.read_only_hint}
    assert reads == {name for name in NAMES if name.startswith("list_")} | {"status", "logs", "top", "triage"}


async def test_a_program_plays_a_whole_game(played: Played, stubs: StubLab) -> None:
    """It looks, informs, tries, undoes, declares and resolves; the score knows it by its name."""
    async with in_memory(played) as client:
        agent = Agent(client)
        status = await agent.does("status")
        assert (status["game"]["state"], status["lab"]["active"]) == ("playing", [])
        assert "errors" in (await agent.does("list_causes"))["kinds"]
        await agent.does("update", text="We are on it.")
        policy = await agent.does("set_policy", service="storefront", policy="budget + breaker")
        assert policy["active"] is True
        assert stubs.ports["storefront"].settings["policy"].startswith("budget")
        assert (await agent.does("status"))["lab"]["active"] == [f"{policy['id']}: policy on storefront"]
        await agent.does("undo", id=policy["id"])
        await agent.does("mitigate", name="policy", target="storefront", parameters={"policy": "budget"})
        assert (await agent.does("declare", cause="errors of storefront"))["act"] == "declared"
        assert (await agent.does("resolve"))["act"] == "resolved"
        await played.over()
    done = review(played.folder)
    assert (done.score.complete, done.score.hints) == (True, 0)
    assert done.score.diagnose_s is not None
    assert done.score.tell_customers_s is not None
    assert [turn.because for turn in done.score.wrong_turns][:1] == ["undone"]
    assert "robot" in done.text


async def test_nothing_that_the_server_answers_names_what_is_sealed(played: Played) -> None:
    """Every tool, with what is right and with what is not; log lines that name it are left out."""
    ids = [
        json.loads(line)["action"]
        for line in played.folder.journal.read_text().splitlines()
        if '"by":"director"' in line and '"state":"applied"' in line
    ]
    async with in_memory(played) as client:
        agent = Agent(client)
        for tool in sorted(
            NAMES - {"mitigate", "set_policy", "undo", "note", "update", "declare", "resolve"}
        ):
            await agent.call(tool)
        log = await agent.does("logs", service="storefront", lines=MOST_LINES)
        assert log["found"] == 300, "all but the one that names what is sealed"
        assert len((await agent.does("top"))["talkers"]) == MOST_TALKERS
        await agent.refused("undo", {"id": "nope"})
        assert WITHHELD in await agent.refused("undo", {"id": ids[0]})
        await agent.refused("mitigate", {"name": "shed", "target": "storefront"})
        await agent.refused("declare", {"cause": "breaker"})
        await agent.does("note", text="slow")
        for tool in (*NAMES, "stop", "say", "facilitator", "inject", "down"):
            await agent.call(tool, {"facilitator": True, "role": "facilitator"})
    leaks = [(word, text) for text in agent.said for word in SEALED if word in text]
    assert leaks == []
    assert max(map(len, agent.said)) <= MOST_CHARS


GARBAGE: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("stop", {}, "unknown tool `stop`; "),
    ("statu", {}, "did you mean `status`?"),
    ("x" * 5000, {}, "unknown tool `xxx"),
    ("status", {"role": "facilitator"}, "status: unknown argument `role`; there are: none"),
    ("note", {}, "note: the argument `text` is missing"),
    ("note", {"text": ""}, "note: the argument `text`: String should have at least 1 character"),
    ("note", {"text": "x" * 501}, "at most 500 characters"),
    ("note", {"text": {"a": [1]}}, "note: the argument `text`: Input should be a valid string"),
    ("declare", {"cause": "capcity of bridge"}, "declare: unknown cause `capcity`; did you mean `capacity`?"),
    ("declare", {"cause": "capacity"}, "with whom is missing: write `capacity of TARGET`"),
    ("declare", {"cause": "capacity of mars"}, "unknown target `mars`"),
    ("mitigate", {"name": "shedd"}, "did you mean `shed`?"),
    ("mitigate", {"name": "latency", "target": "bridge", "parameters": {"latency": "1 s"}}, "latency"),
    ("mitigate", {"name": "shed", "parameters": {"admit_share": "60 cats"}}, "cats"),
    ("mitigate", {"name": "shed", "parameters": {"fault": "latency"}}, "mitigate: "),
    ("mitigate", {"name": "shed", "parameters": {"a": {"b": {}}}}, "mitigate: the argument"),
    ("mitigate", {"name": "policy", "target": "nowhere", "parameters": {"policy": "none"}}, "nowhere"),
    ("set_policy", {"service": "storefront", "policy": "bugdet"}, "did you mean 'budget'?"),
    ("set_policy", {"service": "storefront", "policy": "/etc/hostname.yaml"}, "set_policy: "),
    ("undo", {"id": ".."}, "undo: the argument `id`"),
    ("undo", {"id": "a/../../down"}, "undo: the argument `id`"),
    ("logs", {"service": "../token"}, "logs: the argument `service`"),
    ("logs", {"lines": 10**9}, "less than or equal to 100"),
    ("top", {"seconds": 1e308}, "less than or equal to 20"),
    ("top", {"seconds": "NaN"}, "top: the argument `seconds`"),
    ("hint", {}, "there are no more hints"),
)


async def test_garbage_is_refused_in_plain_words_and_the_game_goes_on(played: Played) -> None:
    """Nothing is changed by it, and the server answers the next call."""
    before = played.folder.ledger.read_text()
    async with in_memory(played) as client:
        agent = Agent(client)
        for tool, arguments, said in GARBAGE:
            text = await agent.refused(tool, arguments)
            assert said in text, (tool, arguments)
            assert len(text) < 2000, text
            assert not [word for word in ("Traceback", "pydantic", "://") if word in text], text
        assert (await agent.does("status"))["game"]["state"] == "playing"
    assert played.folder.ledger.read_text() == before


async def test_answers_are_bounded(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log has its newest lines, each not longer than a line; what would be too long is refused."""
    async with in_memory(played) as client:
        agent = Agent(client)
        log = await agent.does("logs", service="storefront", lines=2, contains="line 2")
        assert (log["found"], len(log["lines"])) == (111, 2)
        assert '"line 299"' in log["lines"][-1]
        assert max(map(len, log["lines"])) < 310
        monkeypatch.setattr(responder_tools, "MOST_CHARS", 100)
        assert "longer than 100 characters" in await agent.refused("list_policies")


async def test_over_the_pipes_of_the_command_and_when_the_lab_dies(played: Played) -> None:
    """The real command, in a shell of the facilitator's; a lab that goes away is said, and the server lives on."""
    home = {
        "LAB_HOME": str(played.folder.path.parents[1]),
        "PYTHONPATH": str(ROOT),
        FACILITATOR_VARIABLE: facilitators_token(played.folder),
    }
    command = StdioServerParameters(command=sys.executable, args=["-P", "-c", COMMAND], env=home)
    async with Client(command) as client:
        agent = Agent(client)
        assert {tool.name for tool in (await client.list_tools()).tools} == NAMES
        assert (await agent.does("note", text="hello"))["by"] == "robot"
        status = await agent.does("status")
        assert (status["game"]["state"], "sealed" in status["game"]) == ("playing", False)
        played.stop.ask()
        await wait_until(lambda: not listens(played.folder), 60, "the lab to be gone")
        for tool, arguments in (
            ("status", {}),
            ("triage", {}),
            ("update", {"text": "?"}),
            ("undo", {"id": "a"}),
        ):
            assert "does not answer" in await agent.refused(tool, arguments)
        assert (await agent.does("list_policies"))["policies"][0]["name"] == catalogue.policies()[0].name


async def test_garbage_on_the_wire_ends_nothing(played: Played) -> None:
    """Bytes that are no message get no answer or an error; the next one is answered; the end of input is the end."""
    home = {"LAB_HOME": str(played.folder.path.parents[1]), "PYTHONPATH": str(ROOT)}
    server_process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-c",
        COMMAND,
        env={**os.environ, **home},
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    hello = {
        "jsonrpc": "2.0", "id": 7, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }  # fmt: skip
    garbage = b"\xff\xfe not a message\n{}\n[1, 2\n" + b"[" * 100_000 + b"\n\n"
    assert server_process.stdin is not None
    assert server_process.stdout is not None
    answers: list[dict[str, Any]] = []
    async with asyncio.timeout(120):
        server_process.stdin.write(garbage + json.dumps(hello).encode() + b"\n")
        while not answers or answers[-1].get("id") != 7:
            answers.append(json.loads(await server_process.stdout.readline()))
        server_process.stdin.close()
        assert await server_process.wait() == 0
    *errors, answer = answers
    assert answer["result"]["serverInfo"]["name"] == "retry-storm-lab"
    assert "tools" in answer["result"]["capabilities"]
    assert all("error" in one for one in errors)


def test_without_the_extra_the_command_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code is 4, and everything else of a game day works."""
    for name in ("mcp", "mcp_types"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "lab.gameday.mcp_server", raising=False)
    monkeypatch.delattr(lab.gameday, "mcp_server", raising=False)
    assert left(monkeypatch, "gameday", "mcp") == 4
    assert "pip install 'retry-storm-lab[mcp]'" in capsys.readouterr().err
    assert left(monkeypatch, "gameday", "causes") == 0


def test_without_a_game_there_is_nothing_to_serve(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The code is 3, and it says what begins one."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    assert left(monkeypatch, "gameday", "mcp") == 3
    assert "`lab gameday start` begins one" in capsys.readouterr().err


def test_every_tool_is_listed_once() -> None:
    """By a name of its own."""
    assert len(TOOLS) == len({tool.tool for tool in TOOLS}) == len(NAMES)


def left(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lab", *arguments])
    with pytest.raises(SystemExit) as code:
        main()
    return int(code.value.code or 0)
