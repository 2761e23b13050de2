"""What a campaign reports, as lines. Tests lab.cli.showing and lab.cli.run_words."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from lab.analysis import Timeline
from lab.analysis.tournament.tipping import Looked
from lab.campaign import (
    LabOpens,
    LabReady,
    Planned,
    PointFound,
    Recorded,
    Report,
    RunBegins,
    RunEnds,
    open_drill,
)
from lab.cli.run_words import minutes
from lab.cli.showing import Showing
from lab.journal import read
from lab.session import RunFolder, judge_folder

GOLDEN = Path(__file__).parents[2] / "data" / "stuck.jsonl"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """Of a finished run."""
    (tmp_path / "journal.jsonl").write_text(GOLDEN.read_text())
    return RunFolder(tmp_path)


@pytest.mark.slow
async def test_a_campaign_on_a_terminal_that_is_a_log(folder: RunFolder) -> None:
    """The bring-up and a run alone have their lines; of a run among several there is the line of its result."""
    out, drill = StringIO(), open_drill("smoke")
    begun = next(event for event in read(folder.journal).events if event.type == "phase.entered")
    result = judge_folder(folder)
    reports: list[Report] = [
        Planned(2, 3, 100.0),
        LabOpens(folder, drill, "embedded"),
        LabReady(folder),
        RunBegins("1/2 x", folder, drill, "embedded", alone=False, timeline=Timeline()),
        Recorded(begun),
        RunEnds("1/2 x", result, left_s=50.0),
    ]
    with Showing(Console(file=out, width=200)) as showing:
        for report in reports:
            showing(report)
    said = out.getvalue()
    assert "2 of 3 runs to make, about 2 min" in said
    assert "1/2 x: back after 7 s; 50 s left" in said
    assert begun.model_dump()["phase"] not in said
    alone = RunBegins("x", folder, drill, "embedded", alone=True, timeline=Timeline())
    with Showing(Console(file=out, width=200)) as showing:
        showing(alone)
        showing(Recorded(begun))
    assert begun.model_dump()["phase"] in out.getvalue()


def test_a_search_says_what_it_found_at_each_value() -> None:
    """How many of how many."""
    out = StringIO()
    looked = Looked(value=4.0, stuck=2, judged=3, outcome=None, runs=())
    Showing(Console(file=out, width=200))(PointFound("trigger", "s", looked))
    assert "trigger 4 s: 2 of 3 stayed stuck" in out.getvalue()


def test_a_length_is_said_as_one_plans_with_it() -> None:
    """Seconds, then minutes."""
    assert (minutes(89.4), minutes(90), minutes(3600)) == ("89 s", "2 min", "60 min")
