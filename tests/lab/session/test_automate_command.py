"""An automation that is begun from the command line on an interactive lab, on stubs. Tests lab.cli.automate."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from chaos.wait import wait_until
from lab import aio
from lab.cli import main
from lab.journal import read
from lab.journal.events import ActionChanged
from services.kit.automation import Automation, AutomationValues
from tests.lab.session.stub_lab import StubLab, stub_lab

pytestmark = pytest.mark.live
FLEET = {"clients": (1, 100), "step": (1, 100), "every_s": (0, 9)}
GROW = ("automate", "grow", "clients=6", "step=2", "every=0s", "deadline=30s")


class Fleet:
    """A role's side: clients that are there, more of them in steps."""

    def __init__(self) -> None:
        self.clients = 0
        self.automation = Automation(self.grow, self.take_back, FLEET)

    async def grow(self, values: AutomationValues, step: Callable[[int, int], None]) -> None:
        """To its end at once."""
        steps = int(values["clients"] / values["step"])
        for done in range(1, steps + 1):
            self.clients += int(values["step"])
            step(done, steps)

    def take_back(self) -> None:
        """As before."""
        self.clients = 0


@pytest.fixture
async def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubLab]:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    async with stub_lab(tmp_path, monkeypatch, "fleet") as made:
        yield made


@pytest.fixture
def fleet(stubs: StubLab) -> Fleet:
    made = Fleet()
    stubs.ports["fleet"].automations["grow"] = made.automation
    return made


@pytest.fixture
async def lab(stubs: StubLab) -> AsyncIterator[aio.Lab]:
    async with await aio.open_lab(stubs.drill("played"), runtime="embedded") as made:
        yield made


async def typed(*words: str) -> int:
    """The exit code of a command that is typed in another terminal."""

    def run() -> int:
        sys.argv = ["lab", *words]
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0)

    return await asyncio.to_thread(run)


@pytest.fixture(autouse=True)
def own_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back afterwards."""
    monkeypatch.setattr(sys, "argv", sys.argv)


async def test_it_is_begun_listed_and_stopped_like_a_fault(
    lab: aio.Lab, fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read back, in the ledger and the journal, and undone by its id."""
    assert await typed(*GROW) == 0
    said = capsys.readouterr().out
    assert said.startswith("grow on fleet has begun, read back: 02-grow\n")
    assert "lab fault clear 02-grow" in said
    await wait_until(lambda: fleet.clients == 6, 30, "all steps")
    assert '"do":"automate"' in lab.folder.ledger.read_text()
    assert await typed("fault", "list") == 0
    assert "02-grow: grow on fleet" in capsys.readouterr().out
    assert await typed("fault", "clear", "02-grow") == 0
    assert (fleet.clients, fleet.automation.state["state"]) == (0, "idle")
    actions = [event for event in read(lab.folder.journal).events if isinstance(event, ActionChanged)]
    assert [(one.kind, one.state, one.by) for one in actions if one.action == "02-grow"] == [
        ("automation", "intended", "interactive"),
        ("automation", "applied", "interactive"),
        ("automation", "reverted", "interactive"),
    ]


async def test_what_can_not_be_begun_is_refused_in_one_sentence(
    lab: aio.Lab, fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second run, an unknown name, a missing parameter, a value that the role does not take."""
    assert await lab.automate("grow", clients=6, step=2, deadline="30 s")
    for words, why in (
        (GROW, "is ended already, as 'grow'; undo that first"),
        (("automate", "gorw", "clients=6", "deadline=30s"), "did you mean `grow`?"),
        (("automate", "grow", "clients=6"), "grow needs deadline, like: deadline=10s"),
    ):
        assert await typed(*words) == 3
        assert why in capsys.readouterr().err
    assert fleet.clients == 6
    await lab.clear()
    assert await typed("automate", "grow", "clients=101", "step=2", "deadline=30s") == 3
    assert "valid is a number from 1 to 100" in capsys.readouterr().err
    assert [one.fault for one in (await lab.figures()).active] == ["settings"]


async def test_a_lab_that_ends_stops_it(stubs: StubLab, fleet: Fleet) -> None:
    """As every other thing that was applied."""
    async with await aio.open_lab(stubs.drill("played"), runtime="embedded") as lab:
        await lab.automate("grow", clients=6, step=2, deadline="30 s")
        await wait_until(lambda: fleet.clients == 6, 30, "all steps")
    assert (fleet.clients, fleet.automation.state["state"]) == (0, "idle")
    closed = read(lab.folder.journal).closed
    assert closed is not None
    assert closed.clean


async def test_while_a_drill_runs_none_is_begun(
    lab: aio.Lab, stubs: StubLab, fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be part of what is measured."""
    running = asyncio.create_task(lab.run(stubs.drill("short")))
    host = lab._host
    assert host is not None
    await wait_until(lambda: len(host.permissions) == 1 and host.current, 60, "the drill to run")
    assert await typed(*GROW) == 3
    assert "a drill runs here" in capsys.readouterr().err
    assert fleet.clients == 0
    await running
