"""``lab logs`` and ``lab triage``, on a folder, and on a session that listens with real log files behind it."""

import asyncio
import json
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lab.drillfile import load_drill
from lab.journal import JournalWriter
from lab.journal.events import ServiceChanged
from lab.probes.control import ControlClient
from lab.runtime.base import LogLine
from lab.runtime.embedded.process_logs import read_lines
from lab.session import Host, Request, RunFolder, Stop, create_run_folder
from lab.session.server import serving
from tests.checkout import ROOT

pytestmark = pytest.mark.live

LAB = [sys.executable, "-c", "from lab.cli import main; main()"]
INTERRUPTIBLE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
"""What a shell starts in the background ignores Ctrl-C, and so would all that these tests start."""

DEADLINE_S = 60


def line(second: int, **said: object) -> str:
    """A line as a service writes it."""
    return json.dumps({**said, "timestamp": f"2021-12-07T15:30:{second:02}.000000Z"})


def calls(second: int, call: str, outcomes: dict[str, int], state: str = "trouble") -> str:
    """The summary of a second."""
    began = f"2021-12-07T15:30:{second - 1:02}.000Z"
    return line(
        second, event="calls", call=call, state=state, second_utc=began, span_s=1.0, outcomes=outcomes
    )


EARLIER = (
    '{"event": "calls", "call": "edge->storefront", "second_utc": "2021-12-07T15:29:00Z", "span_s": 1.0, '
    '"state": "trouble", "outcomes": {"5xx": 3}, "timestamp": "2021-12-07T15:29:01Z"}'
)
EDGE = [
    EARLIER,
    EARLIER.replace("trouble", "well").replace("5xx", "ok"),
    calls(2, "edge->storefront", {"ok": 60, "5xx": 40}),
    calls(9, "edge->storefront", {"ok": 99}, "well"),
]
STOREFRONT = [
    line(1, event="failed", call="storefront->auth", outcome="timeout", request_id="customer-7", attempts=4),
    calls(3, "storefront->auth", {"timeout": 40, "ok": 60}),
    "Traceback (most recent call last):",
    calls(12, "storefront->auth", {"timeout": 1500, "ok": 3}),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The logs of a run that is over, without anything else of it."""
    run = tmp_path / "run"
    (run / "logs").mkdir(parents=True)
    for service, lines in (("edge", EDGE), ("storefront", STOREFRONT), ("watchdog", ["not a service's"])):
        (run / "logs" / f"{service}.log").write_text("".join(f"{text}\n" for text in lines))
    return run


async def lab(*arguments: str) -> tuple[int, str, str]:
    """Call ``lab``; its exit code, and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *LAB, *arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    return process.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def listening(folder: Path, tmp_path: Path) -> AsyncIterator[RunFolder]:
    """A session that listens; its runtime reads the log files of ``folder``, and auth has none."""

    def read(service: str, *, follow: bool) -> AsyncIterator[LogLine]:
        return read_lines(service, folder / "logs" / f"{service}.log", follow=follow)

    run = create_run_folder(tmp_path, "smoke", tmp_path / "living")
    runtime = cast("Any", SimpleNamespace(name="embedded", logs=read))
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(JournalWriter(run.journal))
        control = ControlClient("")
        stack.push_async_callback(control.close)
        drill = load_drill(ROOT / "drills" / "smoke.yaml")
        made = Host(Request(tmp_path, drill, "embedded"), run, runtime, journal, control, Stop())
        for service in ("storefront", "edge", "auth"):
            made.write(ServiceChanged(service=service, state="healthy"))
        await stack.enter_async_context(serving(made))
        yield run


@pytest.fixture
async def living(folder: Path, tmp_path: Path) -> AsyncIterator[RunFolder]:
    """One that goes on for the whole test."""
    async with listening(folder, tmp_path) as run:
        yield run


async def test_all_logs_in_the_order_of_time(folder: Path) -> None:
    """Each line with its service; a line without a time stays where it was; what is no service's is left out."""
    code, out, err = await lab("logs", "--run", str(folder))
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"edge        {EDGE[0]}", f"edge        {EDGE[1]}", f"storefront  {STOREFRONT[0]}",
        f"edge        {EDGE[2]}", f"storefront  {STOREFRONT[1]}", f"storefront  {STOREFRONT[2]}",
        f"edge        {EDGE[3]}", f"storefront  {STOREFRONT[3]}",
    ]  # fmt: skip


async def test_one_log_and_a_pattern(folder: Path) -> None:
    """The raw line is searched, not what stands before it; following what is over ends at once."""
    assert (await lab("logs", "edge", "--run", str(folder)))[1].splitlines() == EDGE
    code, out, _ = await lab("logs", "--follow", "--grep", r"customer-\d|^Trace", "--run", str(folder))
    assert (code, out.splitlines()) == (0, [f"storefront  {STOREFRONT[0]}", f"storefront  {STOREFRONT[2]}"])
    assert (await lab("logs", "--grep", "^edge", "--run", str(folder)))[:2] == (0, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("logs", "--grep", "(", "--run", "{folder}"), "is no regular expression of Python: missing )"),
        (("logs", "auth", "--run", "{folder}"), "has no log of 'auth'; there are: edge, storefront"),
        (("logs", "../logs/edge", "--run", "{folder}"), "has no log of '../logs/edge'"),
        (("logs", "--run", "no-such-run"), "no run 'no-such-run'"),
        (("triage", "--run", "no-such-run"), "no run 'no-such-run'"),
    ],
)
async def test_bad_input_is_one_sentence_and_code_3(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    """No traceback."""
    code, out, err = await lab(*(argument.format(folder=folder) for argument in arguments))
    assert (code, out, "Traceback" in err) == (3, "", False)
    assert said in err


async def test_who_reads_may_have_seen_enough(folder: Path) -> None:
    """``lab logs | head -1`` is no fault of the lab."""
    (folder / "logs" / "edge.log").write_text(f"{EDGE[0]}\n" * 20_000)
    command = f"{shlex.join([*LAB, 'logs', 'edge', '--run', str(folder)])} | head -1"
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", f"set -o pipefail; {command}", cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert (process.returncode, out.decode(), err) == (141, f"{EDGE[0]}\n", b"")


async def test_triage_is_a_table_of_80_columns(folder: Path) -> None:
    """The worst first, since when, until when or still; and how far the logs may be trusted."""
    code, out, err = await lab("triage", "--run", str(folder))
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines()]
    assert max(map(len, out.splitlines())) <= 80
    assert out.splitlines()[0] == "From the logs alone, up to 15:30:12 UTC:"
    assert ["storefront->auth", "timeout", "1,540", "300", "15:30:02", "10", "s", "going", "on"] in rows
    assert ["edge->storefront", "5xx", "40", "0", "15:30:01", "11", "s", "15:30:02"] in rows
    assert out.index("storefront->auth") < out.index("edge->storefront")
    assert "one of them: lab logs --grep customer-7" in out
    assert "edge->storefront: 3 more 5xx, in an earlier episode" in out
    assert "auth: there is no log of it; what it did is not in this table" in out
    assert "storefront: 1 of 4 lines are no JSON; left out" in out


async def test_triage_on_a_narrow_terminal_is_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cut to two letters and an ellipsis."""
    monkeypatch.setenv("COLUMNS", "40")
    code, out, err = await lab("triage", "--run", str(folder))
    assert (code, err) == (0, "")
    assert "storefront->auth timeout: 1,540, 300 per s, since 15:30:02 (10 s ago), going on" in out
    assert "..." not in out


async def test_triage_as_json(folder: Path) -> None:
    """The same, for programs; what is not known is null."""
    code, out, _ = await lab("triage", "--json", "--run", str(folder))
    found = json.loads(out)
    assert code == 0
    assert found["troubles"][0]["call"] == "storefront->auth"
    assert found["troubles"][0]["errors"][0]["count"] == 1540
    assert found["troubles"][1]["errors"][0]["request_id"] is None
    assert found["logs"]["auth"]["missing"] is True


async def test_a_living_lab_is_asked(living: RunFolder) -> None:
    """All of its services; the one whose log can't be had is named, and the others are shown all the same."""
    code, out, err = await lab("logs", "--run", str(living.path), "--grep", "Trace")
    assert (code, out.splitlines()) == (0, [f"storefront  {STOREFRONT[2]}"])
    assert err.startswith("lab: no log of auth: ")
    code, out, _ = await lab("triage", "--run", str(living.path))
    assert code == 0
    assert "log ends" in out  # of 2021
    code, _, err = await lab("logs", "auth", "--run", str(living.path))
    assert (code, "auth.log" in err) == (3, True)


async def test_following_shows_what_comes_until_it_is_interrupted(living: RunFolder, folder: Path) -> None:
    """Of every service, filtered; Ctrl-C ends it, and that is no error."""
    process = await asyncio.create_subprocess_exec(
        *LAB[:2], INTERRUPTIBLE + LAB[2], "logs", "--follow", "--grep", "customer-", "--run", str(living.path),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(DEADLINE_S):
        assert (await process.stdout.readline()).decode() == f"storefront  {STOREFRONT[0]}\n"
        for number, service in enumerate(("edge", "storefront")):
            new = line(20 + number, event="failed", request_id=f"customer-{number}")
            with (folder / "logs" / f"{service}.log").open("a") as log:
                log.write(f"noise\n{new}\n")
            assert (await process.stdout.readline()).decode() == f"{service:<10}  {new}\n"
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0


async def test_following_ends_with_the_lab(folder: Path, tmp_path: Path) -> None:
    """No one has to press Ctrl-C for a lab that is gone; whose lines ended is said."""
    async with listening(folder, tmp_path) as run:
        process = await asyncio.create_subprocess_exec(
            *LAB,
            "logs",
            "-f",
            "--run",
            str(run.path),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        await asyncio.wait_for(process.stdout.readline(), DEADLINE_S)
    out, err = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 0
    assert EDGE[1] in out.decode()
    assert "Traceback" not in err.decode()
    assert "lab: no more of edge: " in err.decode()
