"""Who looks on can't hurt what is looked at. Tests lab.campaign.reports."""

import logging
from pathlib import Path

import pytest

from lab.campaign.reports import LabReady, Report, Reporter
from lab.session import RunFolder


@pytest.mark.parametrize("error", [ValueError("odd"), SystemExit(1), OSError("broken pipe")])
def test_a_listener_that_fails_gets_no_more_reports(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """The campaign goes on, and says so where whoever wrote the listener looks."""
    got: list[Report] = []

    def listen(report: Report) -> None:
        got.append(report)
        raise error

    reporter = Reporter(listen)
    with caplog.at_level(logging.ERROR, "lab"):
        reporter(LabReady(RunFolder(Path("a"))))
        reporter(LabReady(RunFolder(Path("b"))))
    assert got == [LabReady(RunFolder(Path("a")))]
    assert "gets no more reports" in caplog.text


def test_ctrl_c_is_not_the_listeners_failure() -> None:
    """Whoever presses it while a listener runs means the whole."""

    def listen(_: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Reporter(listen)(LabReady(RunFolder(Path("a"))))
