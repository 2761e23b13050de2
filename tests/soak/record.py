"""A pytest plugin (``-p tests.soak.record``): keeps each outcome as a row of docs/measured/reliability.jsonl.

Afterwards it writes the table of docs/measured/reliability.md anew, from the last soak. ``LAB_SOAK=<its start>``
goes on with an earlier one: tests that are run again count as they end now, each row with its own commit.
"""

import json
import os
import subprocess
from datetime import UTC, datetime

import pytest

from tests.soak.soak_page import ROOT, ROWS, write_page


class Record:
    """One soak: its start and its commit stand in each of its rows."""

    def __init__(self) -> None:
        self.soak = os.environ.get("LAB_SOAK") or datetime.now(UTC).isoformat(timespec="seconds")
        command = ("git", "describe", "--always", "--dirty")
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=10)
        self.commit = found.stdout.strip() or None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test came to; of its set-up and its end only a failure."""
        if report.when != "call" and report.outcome != "failed":
            return
        row = {
            "soak": self.soak,
            "commit": self.commit,
            "test": report.nodeid,
            "outcome": report.outcome,
            "took_s": round(report.duration, 1),
            **dict(report.user_properties),
        }
        with ROWS.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def pytest_sessionfinish(self) -> None:
        """Write the page."""
        write_page()


def pytest_configure(config: pytest.Config) -> None:
    """Take part."""
    config.pluginmanager.register(Record(), "soak-record")
