"""The drills that compare: each of their variants, end to end, on local processes."""

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from chaos.mark import run_mark
from chaos.process.identity import of_run
from tests.checkout import ROOT
from tests.live.conftest import Start
from tests.live.machine_doubts import too_busy

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.alone]

DRILLS = {
    "does-the-fix-hold": 3,
    "hysteresis": 2,
    "overload-shed": 8,
    "retry-chain": 3,
    "slow-not-down": 2,
    "thundering-herd": 2,
    "thundering-herd-5000": 2,
}
"""Drill -> how many variants it compares."""

NEAR_A_TIPPING_POINT = frozenset({"hysteresis", "does-the-fix-hold"})
"""Where it tips hangs on how fast this machine is today: it passes k times of n, in `make soak`."""

MINUTES = frozenset({"overload-shed", "retry-chain", "thundering-herd", "thundering-herd-5000"})
"""Three to nine of them each: in `make soak`, too."""

LONGEST_S = 900


@pytest.mark.parametrize(
    "drill",
    [
        pytest.param(name, marks=pytest.mark.soak if name in NEAR_A_TIPPING_POINT | MINUTES else ())
        for name in DRILLS
    ],
)
def test_every_variant_shows_what_the_drill_says(start: Start, drill: str) -> None:
    """A pass each; inconclusive only where the lab says that this machine was too busy to measure on."""
    lab = start("run", drill, "--runtime", "embedded")
    lab.process.wait(LONGEST_S)
    verdicts = _verdicts(lab.folder)
    assert len(verdicts) == DRILLS[drill]
    for verdict in verdicts:
        if too_busy(verdict):
            why = f"too busy to measure {verdict['drill']} on: {verdict['reasons']}"
            warnings.warn(why, stacklevel=1)
        else:
            assert verdict["verdict"] == "pass", (verdict["drill"], verdict["reasons"])
    assert lab.left() == []
    host = lab.folder.with_name(f"{lab.folder.name}-lab")
    assert list(of_run(run_mark(host.name, host))) == []


def test_the_drills_that_compare_are_all_tried() -> None:
    """None was added without a run here."""
    compared = {path.stem for path in (ROOT / "drills").glob("*.yaml") if "\nvariants:" in path.read_text()}
    assert compared == set(DRILLS)


def _verdicts(run: Path) -> list[dict[str, Any]]:
    """Of all variants: each has a run folder of its own, beside the first one's, and beside their lab's."""
    folders = sorted(run.parent.glob(f"{run.name}*"), key=lambda folder: folder.stat().st_ctime)
    verdicts = [folder / "verdict.json" for folder in folders]
    return [json.loads(verdict.read_text()) for verdict in verdicts if verdict.is_file()]
