"""Two labs of one name on one machine: the end of one is no concern of the other."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.ledger.ledger import is_closed, read_ledger
from chaos.process.identity import of_run
from chaos.toxiproxy import Toxiproxy
from lab.cli.background import start_in_background
from lab.drillfile import load_drill, read_step
from lab.journal import read
from lab.journal.events import ActionChanged, ServiceChanged
from lab.session import (
    LabClient,
    Request,
    RunFolder,
    Unreachable,
    known_services,
    open_runs,
)
from tests.checkout import HOME, ROOT

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.xdist_group("turns")]


@pytest.fixture
def labs(tmp_path: Path) -> Iterator[tuple[RunFolder, RunFolder]]:
    """``lab up`` twice, of the same drill and with the same run name, in two folders."""
    drill = load_drill(ROOT / "drills" / "smoke.yaml", services=known_services())
    up: list[RunFolder] = []
    for folder in ("a", "b"):
        request = Request(HOME, drill, "embedded", tmp_path / folder / "same-name", purpose="interactive")
        up.append(start_in_background(request, lambda _: None))
    yield up[0], up[1]
    for run in up:
        if run.socket.exists():
            end(run)


def end(run: RunFolder) -> None:
    """As ``lab down`` does, for this run alone."""
    asyncio.run(LabClient(run).end())


def addresses(run: RunFolder) -> dict[str, dict[str, str]]:
    """Where each service listens, as the journal has it."""
    events = read(run.journal).events
    return {e.service: e.addresses for e in events if isinstance(e, ServiceChanged)}


def toxics(api: str) -> list[str]:
    """Names of the toxics on a bridge."""
    return sorted(asyncio.run(Toxiproxy(api).toxics("bridge")))


def slow(run: RunFolder) -> str:
    """Put latency on a lab's bridge; the action's id."""
    step = read_step("fault", "latency", "bridge", {"latency": "200ms"}, known_services())
    body = step.model_dump(mode="json")
    return str(asyncio.run(LabClient(run).call("POST", "/actions", body))["id"])


def test_ending_one_lab_leaves_the_other_as_it_was(labs: tuple[RunFolder, RunFolder]) -> None:
    """Addresses, marks, ledgers and folders are apart; processes, toxic, ledger and journal of the other stay."""
    one, other = labs
    assert one.name == other.name
    assert one.mark != other.mark
    assert {one.path, other.path} <= {run.path for run in open_runs(HOME)}
    ours, theirs = addresses(one), addresses(other)
    assert not {a for s in ours.values() for a in s.values()} & {
        a for s in theirs.values() for a in s.values()
    }

    slow(one)
    action = slow(other)
    before, processes = toxics(theirs["bridge"]["api"]), of_run(other.mark)
    assert before == ["same-name.latency"]
    assert len(processes) > len(theirs)  # the bridge's governor is one more
    assert not set(processes) & set(of_run(one.mark))

    end(one)
    assert of_run(one.mark) == []
    assert is_closed(one.ledger)
    assert of_run(other.mark) == processes
    assert toxics(theirs["bridge"]["api"]) == before
    assert [intent.id for intent in read_ledger(other.ledger).open()][-1] == action
    changed = [e for e in read(other.journal).events if isinstance(e, ActionChanged) and e.action == action]
    assert [e.state for e in changed] == ["intended", "applied"]
    assert [e.state for e in read(other.journal).events if isinstance(e, ServiceChanged)].count("exited") == 0
    assert other.path in {run.path for run in open_runs(HOME)}
    assert one.path not in {run.path for run in open_runs(HOME)}
    with pytest.raises(Unreachable):
        asyncio.run(LabClient(one).call("GET", "/status"))

    end(other)
    assert of_run(other.mark) == []
    closed = json.loads(other.journal.read_text().splitlines()[-1])
    assert (closed["type"], closed["clean"], closed["left"]) == ("run.closed", True, [])
