"""An owner that hangs is taken for dead; when it wakes up it finds that it owns nothing any more."""

import json
import re
import signal

import pytest

from chaos.lease import LEASE_S
from chaos.wait import wait_until
from tests.checkout import ROOT
from tests.live.conftest import Start

pytestmark = [pytest.mark.live, pytest.mark.long]


async def test_an_owner_that_wakes_up_after_the_take_over_changes_nothing_any_more(start: Start) -> None:
    """Stopped in the trigger for longer than its lease: rolled back without it; it ends, and adds no line."""
    lab = start.short(ROOT / "drills" / "smoke.yaml")
    await lab.seen("action.changed", name="throttle", state="applied")
    lab.process.send_signal(signal.SIGSTOP)
    try:
        await wait_until(lambda: lab.events()[-1]["type"] == "run.closed", 60, "the watchdog's last line")
        ended = (lab.folder / "journal.jsonl").read_bytes()
    finally:
        lab.process.send_signal(signal.SIGCONT)
    assert lab.end() == 130, lab.output.read_text()
    assert (lab.folder / "journal.jsonl").read_bytes() == ended
    assert lab.events()[-1]["clean"] is True
    verdict = json.loads((lab.folder / "verdict.json").read_text())
    assert verdict["verdict"] == "inconclusive"
    hung_s = re.search(r"has hung for ([\d.]+) s", " ".join(verdict["reasons"]))
    assert hung_s is not None
    assert LEASE_S <= float(hung_s[1]) < 3 * LEASE_S
    await wait_until(lambda: not lab.left(), 30, "the watchdog to have ended as well")
