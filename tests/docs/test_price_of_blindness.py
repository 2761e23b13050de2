"""What docs/how-to/price-of-blindness.md says of its two scenarios, and of chance, is so."""

import re
import subprocess
from functools import cache
from math import comb
from pathlib import Path

import pytest

from lab.exercise.scenarios import open_scenario
from tests.docs.documented import ROOT, in_blocks

PAGE = ROOT / "docs" / "how-to" / "price-of-blindness.md"
CHANCE = 0.05
ROW = re.compile(r"^\| (\d+) \| (\d+) \| (\d+|not possible) \|$", re.MULTILINE)


@cache
def orders(living: int, dark: int, lost: int) -> int:
    """In how many orders of two groups a dark team comes before a living one in so many pairs."""
    if lost < 0:
        return 0
    if living == 0 or dark == 0:
        return int(lost == 0)
    return orders(living - 1, dark, lost - dark) + orders(living, dark - 1, lost)


def least_pairs(teams: int) -> str:
    """Of ``teams`` squared, the least that chance gives in less than 1 of 20 drawings, counted on both sides."""
    pairs = teams**2
    rare = [
        few
        for few in range(pairs // 2)
        if 2 * sum(orders(teams, teams, one) for one in range(few + 1)) < CHANCE * comb(2 * teams, teams)
    ]
    return str(pairs - rare[-1]) if rare else "not possible"


@pytest.mark.slow
def test_so_many_pairs_are_more_than_chance() -> None:
    """Counted: the exact distribution of Mann and Whitney's statistic."""
    rows = [(int(teams), int(pairs), least) for teams, pairs, least in ROW.findall(PAGE.read_text())]
    assert [teams for teams, *_ in rows] == [3, 4, 5, 6, 8, 10]
    assert rows == [(teams, teams**2, least_pairs(teams)) for teams, *_ in rows]


@pytest.mark.slow
def test_the_two_scenarios_differ_in_what_responders_see_alone(tmp_path: Path) -> None:
    """The page's own command makes the dark one."""
    (made,) = (one.text for one in in_blocks(PAGE) if one.text.startswith("sed "))
    dark_file = tmp_path / "dark.yaml"
    subprocess.run(["bash", "-c", made.replace("> dark.yaml", f"> {dark_file}")], cwd=ROOT, check=True)
    living, dark = open_scenario("storm-that-stays"), open_scenario(str(dark_file))
    assert (living.eyes, dark.eyes) == (("ops",), ("shared",))
    assert dark.model_copy(update={"eyes": living.eyes, "name": living.name}) == living


@pytest.mark.slow
def test_the_twist_is_one_that_a_scenario_takes(tmp_path: Path) -> None:
    """The page's lines, put into the living scenario."""
    (lines,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    text = (ROOT / "scenarios" / "storm-that-stays.yaml").read_text()
    file = tmp_path / "dark.yaml"
    twisted = "".join(f"  {line}\n" for line in lines.splitlines())
    file.write_text(text.replace("  hints:\n", f"{twisted}  hints:\n"))
    (twist,) = open_scenario(str(file)).twists
    assert twist.step is not None
    assert (twist.step.what, twist.step.target) == ("pause", "prometheus-ops")
