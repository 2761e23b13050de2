"""Drills with variants on the command line: told as several, found one by one, reported together."""

import io

import pytest
from rich.console import Console
from typer.testing import CliRunner

from lab.analysis.verdict.verdict import Judged, Verdict
from lab.cli.app import app
from lab.cli.drills import open_drill
from lab.drillfile import DrillError
from lab.report.terminal.variant_table import say_variants


@pytest.mark.slow
def test_one_variant_is_a_drill_of_its_own_name() -> None:
    """`lab run slow-not-down.slow` runs only that one; the nearest is offered for one that isn't there."""
    whole = open_drill("slow-not-down")
    assert [one.name for one in whole.runs] == ["slow-not-down.slow", "slow-not-down.refused"]
    assert open_drill("slow-not-down.slow") == whole.variants[0]
    with pytest.raises(DrillError, match=r"has no variant `slwo`; did you mean `slow`\?"):
        open_drill("slow-not-down.slwo")
    with pytest.raises(DrillError, match=r"drill smoke has no variant `x`; it has none"):
        open_drill("smoke.x")
    with pytest.raises(DrillError, match=r"unknown drill `slow-not-dwn`.*did you mean `slow-not-down`\?"):
        open_drill("slow-not-dwn.slow")


@pytest.mark.slow
def test_list_show_and_validate_know_them() -> None:
    """Each with its own phases and expectations."""
    listed = CliRunner().invoke(app, ["list"]).output
    assert "slow-not-down.refused" in listed
    shown = CliRunner().invoke(app, ["show", "slow-not-down"]).output
    assert shown.count("blast radius") == 2
    assert "refusing-auth: unavailable, share 100 % on auth" in " ".join(shown.split())
    checked = CliRunner().invoke(app, ["validate", "drills/slow-not-down.yaml"]).output
    assert "2 variants" in checked


def verdict(name: str, word: str, *, met: bool | None) -> Verdict:
    """One run's."""
    judged = Judged(name="outlives it", expected="stuck true", measured=met, met=met, unit="true/false")
    return Verdict.model_validate(
        {"drill": name, "runtime": "embedded", "seed": 7, "policy": None, "verdict": word, "reasons": (),
         "outcome": "completed", "expectations": (judged,)}
    )  # fmt: skip


@pytest.mark.slow
def test_what_each_variant_came_to_stands_together() -> None:
    """Met, not met and not measured are words, not colours; a drill without variants says nothing here."""
    out = io.StringIO()
    console = Console(file=out, width=80)
    drill = open_drill("slow-not-down")
    runs = [verdict("slow-not-down.slow", "pass", met=True), verdict("slow-not-down.refused", "fail", met=False),
            verdict("slow-not-down.refused", "inconclusive", met=None)]  # fmt: skip
    say_variants(console, drill, runs)
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert "slow 7 pass outlives it yes met" in lines
    assert "refused 7 fail outlives it no NOT met" in lines
    assert "refused 7 inconclusive outlives it not measured ?" in lines
    out.truncate(0)
    say_variants(console, open_drill("smoke"), [verdict("smoke", "pass", met=True)])
    assert not out.getvalue().strip("\0")
