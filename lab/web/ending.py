"""How a run ended, as the page says it: what its journal says, then its verdict and report, once they are written."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from chaos.wait import WaitTimeoutError, wait_until
from lab.analysis import Timeline
from lab.report.words import clean
from lab.runs.folder import RunFolder

WITHIN_S = 60.0
"""A report is written so long after a run's end, at most: it is judged by whoever began it."""


def ended(timeline: Timeline, said: str) -> dict[str, Any]:
    """The journal's last line; where there is none, what the stream ended with."""
    closed = timeline.closed
    if closed is None:
        return {"outcome": None, "reason": said or "the lab went away", "report": None}
    return {"outcome": closed.outcome, "reason": clean(closed.reason), "clean": closed.clean, "report": None}


async def judged(folder: RunFolder) -> dict[str, Any] | None:
    """Its verdict and where its report is; None: no one has judged it."""
    with suppress(WaitTimeoutError, OSError, ValueError, KeyError):
        await wait_until(folder.report.is_file, WITHIN_S, "the report", every_s=0.5)
        verdict = json.loads(folder.verdict.read_text())
        word = None if verdict.get("interactive") else verdict["verdict"]
        return {"verdict": word, "report": report_url(folder)}
    return None


def report_url(run: RunFolder) -> str:
    """Where the page's server has a run's report."""
    return f"/runs/{quote(run.name, safe='')}/report.html"
