"""Ends of a run that come before its beginning, or after its disk was full."""

import re
from pathlib import Path

import pytest

from lab.analysis import Timeline
from lab.drillfile import find_drill, load_drill
from lab.runs.folder import RunFolder
from lab.runtime import slots
from lab.runtime.base import SetupError
from lab.session import Request, create_run_folder, run_once
from lab.session.stop import Stop
from tests.checkout import HOME, ROOT


@pytest.fixture
def request_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    """A drill on a machine that has no slot for another lab."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(slots, "SLOTS", 0)
    drill = load_drill(find_drill("smoke", ROOT / "drills"))
    return Request(HOME, drill, "embedded", tmp_path / "run", takes_turns=False)


@pytest.fixture
def folder(request_of: Request) -> RunFolder:
    """Its run folder."""
    return create_run_folder(ROOT, "smoke", request_of.out)


@pytest.mark.slow
async def test_a_run_that_never_began_says_why(request_of: Request, folder: RunFolder) -> None:
    """What kept it from beginning, not that there is no journal."""
    with pytest.raises(SetupError, match="all 0 slots"):
        await run_once(request_of, folder, Timeline(), Stop(), lambda _: None)


@pytest.mark.slow
async def test_a_report_that_can_not_be_written_is_one_sentence(
    request_of: Request, folder: RunFolder
) -> None:
    """A full disk, or a folder in the report's place: where, what to do, and what had happened before."""
    folder.verdict.mkdir()
    folder.journal.touch()
    result = await run_once(request_of, folder, Timeline(), Stop(), lambda _: None)
    assert result.exit_code == 5
    assert result.error is not None
    assert re.search(r"(?s)slots.*can't be written to .*lab report", result.error)
