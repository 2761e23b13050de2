"""From a fresh clone to a verdict: ``make drill`` with nothing installed and every cache of pip and Go empty."""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.rows import Rows
from bench.runs import ROOT

DEADLINE_S = 900


def fresh(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """Clone, set up, run ``retry-storm``, once; what the distribution has installed stays installed.

    Embedded only: an engine keeps its images, so with containers the second time is never a fresh one.
    """
    del seeds
    if runtime != "embedded" or rows.of(what="fresh", runtime=runtime):
        return
    rows.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="a fresh clone ") as folder:
        clone = Path(folder) / "lab"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True, timeout=60)
        log = rows.folder / f"fresh-{runtime}.log"
        begun_s = time.monotonic()
        with log.open("w") as output:
            done = subprocess.run(
                ["make", "drill", f"RUNTIME={runtime}"], cwd=clone, env=_without_caches(Path(folder)),
                stdout=output, stderr=output, timeout=DEADLINE_S, check=False,
            )  # fmt: skip
        took_s = round(time.monotonic() - begun_s, 1)
        subprocess.run(["chmod", "-R", "u+w", folder], check=True, timeout=60)  # Go's modules are read-only
    rows.add({"what": "fresh", "runtime": runtime, "to_verdict_s": took_s, "passed": done.returncode == 0})


def _without_caches(folder: Path) -> dict[str, str]:
    """This environment, with the places where pip, Go and the lab keep things moved to an empty folder."""
    own = {"VIRTUAL_ENV", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    moved = {name: str(folder / name.lower()) for name in ("GOPATH", "GOCACHE", "XDG_CACHE_HOME")}
    return {**kept, **moved, "PIP_NO_CACHE_DIR": "1"}
