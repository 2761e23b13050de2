"""No figure of a run is by the wall clock: NTP steps it, and a virtual machine's jumps when its host wakes up.

Who asks for it does so for one of the reasons below; a run in which it was set is inconclusive all the same.
"""

import re

import pytest

from tests.checkout import ROOT

WALL_CLOCK = re.compile(r"\btime\.time\(|\btime_ns\(|datetime\.(now|utcnow|today)\(|CLOCK_REALTIME")

ALLOWED = {
    "a name or a date for people": {
        "lab/campaign/search.py", "lab/campaign/tournament_folder.py", "lab/runs/folder.py", "lab/session/opened.py",
    },
    "the moments of planes and pages, which have no other clock": {"lab/probes/run_clock.py"},
    "how far it is from the clock that never jumps: by that a step is found": {"lab/probes/host_probe.py"},
    "the age of a file": {"lab/runs/recover.py", "lab/runs/removable.py"},
    "a log's own times": {"lab/cli/logs.py", "services/kit/call_log.py"},
    "a header that speaks of UNIX time": {
        "services/kit/headers.py", "services/kit/worker_pool.py", "services/client/attempts.py",
        "services/client/upstreams.py", "services/client/outcomes.py",
    },
    "the age of an alert": {"services/pager/desk.py"},
}  # fmt: skip
"""Why -> files."""


def users() -> set[str]:
    """Every source file that asks for the wall clock."""
    files = (
        path for folder in ("lab", "chaos", "services", "loadgen") for path in (ROOT / folder).rglob("*.py")
    )
    return {
        str(path.relative_to(ROOT)) for path in files if WALL_CLOCK.search(path.read_text(encoding="utf-8"))
    }


@pytest.mark.slow
def test_who_asks_for_the_wall_clock_has_a_reason() -> None:
    """One more is a figure that a step of the clock makes wrong, or needs its reason here."""
    allowed = {file for files in ALLOWED.values() for file in files}
    assert users() == allowed
