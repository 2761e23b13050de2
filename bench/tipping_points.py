"""Does the measured band contain the computed tipping point? Five settings, each a search on a lab of its own.

python -m bench tipping --runtime embedded      about 50 minutes: 10 a setting

They differ in one thing each: capacity, retries, timeout, and what is varied. The model and its sources are
:mod:`lab.analysis.tournament.storm_model`.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template
from types import MappingProxyType

from bench.rows import Row, Rows
from bench.runs import LAB, ROOT

TEMPLATE = Path(__file__).parent / "drills" / "tipping.yaml.template"
MOST_SEEDS = 3
DEADLINE_S = 3600


@dataclass(frozen=True, slots=True)
class Setting:
    """What the template leaves open, in a drill's own words."""

    title: str
    headroom: float = 1.65
    retries: int = 3
    timeout: str = "1 s"
    vary: str = "trigger"
    low: str = "2 s"
    high: str = "9 s"
    resolution: str = "1 s"


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        "as-is": Setting("The drill metastable, as it is"),
        "less-capacity": Setting("Less spare capacity", headroom=1.3, low="1 s", high="7 s"),
        "two-retries": Setting("Two retries", headroom=1.5, retries=2, low="1.5 s", high="8 s"),
        "longer-timeout": Setting("A timeout of 1.5 s", timeout="1.5 s", low="2.5 s", high="10 s"),
        "by-rate": Setting(
            "Five seconds of throttle, at different rates",
            vary="rate", low="60 /s", high="140 /s", resolution="10 /s",
        ),
    }
)  # fmt: skip


def tipping(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """Search in every setting that has no row yet. One without a band (something was wrong) gets a row as well."""
    for name in SETTINGS:
        if not rows.of(what="tipping", setting=name, runtime=runtime):
            folder = rows.folder / f"tipping-{name}-{runtime}"
            row = {"what": "tipping", "setting": name, "runtime": runtime}
            rows.add(row | search(name, runtime, folder, min(MOST_SEEDS, len(seeds))))


def drill_text(name: str, seeds: int) -> str:
    """The drill of a setting, to be written to a file of that name."""
    given = {key: str(value) for key, value in asdict(SETTINGS[name]).items()}
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(given, seeds=str(seeds))


def search(name: str, runtime: str, folder: Path, seeds: int) -> Row:
    """``lab run`` of a setting, with its runs in ``folder``; what a row keeps of it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"tipping-{name}.yaml"
    file.write_text(drill_text(name, seeds), encoding="utf-8")
    command = [*LAB, "run", str(file), "--runtime", runtime, "--json"]
    with folder.with_suffix(".log").open("w") as log:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "LAB_HOME": str(folder)}, stdout=subprocess.PIPE, stderr=log,
            text=True, timeout=DEADLINE_S, check=False,
        )  # fmt: skip
    return {"exit_code": done.returncode, **found(done.stdout)}


def found(said: str) -> Row:
    """What a search printed as JSON; nothing where it ended before it could."""
    try:
        tipped = json.loads(said)
    except ValueError:
        return {"never_up_to": None, "always_from": None, "computed": None, "contained": None, "points": []}
    low, high, computed = tipped["never_up_to"], tipped["always_from"], tipped["computed"]
    known = None not in {low, high} and computed is not None and computed["value"] is not None
    return {
        "unit": tipped["unit"],
        "never_up_to": low,
        "always_from": high,
        "computed": computed,
        "contained": low <= computed["value"] <= high if known else None,
        "points": [[one["value"], one["stuck"], one["judged"]] for one in tipped["points"]],
    }
