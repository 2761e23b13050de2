"""The schema of a plan and its reader agree."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from lab.drillfile import DrillError, known, load_plan
from lab.drillfile.json_schema import plan_schema
from lab.drillfile.registries import Known
from lab.drillfile.source import parse_source, plain
from lab.session import known_modes, known_services

ROOT = Path(__file__).parents[4]
PLANS = sorted(
    [*(ROOT / "drills" / "tournaments").glob("*.yaml"), *(ROOT / "bench" / "plans").glob("*.yaml")]
)
LADDER = ROOT / "drills" / "tournaments" / "fix-ladder.yaml"
BAD = [
    ("contestants:", "contestans:"),
    ("seeds: [1, 2, 3, 4, 5]", "seeds: [1, 1]"),
    ("seeds: [1, 2, 3, 4, 5]", "seeds: []"),
    ("quick: {contestants", "quick: {contestant"),
    ("fault: latency", "fault: latncy"),
    ("nothing:      {}", "nothing:      {bridge: {headroom: 2}}"),
    ("load:   {target: edge, rate: 100 /s}\n", ""),
]


@pytest.fixture(scope="module")
def using() -> Known:
    """What the plans may name."""
    return known(known_services(), known_modes())


@pytest.fixture(scope="module")
def schema(using: Known) -> Draft202012Validator:
    """The schema of this lab's plans."""
    made = plan_schema(using)
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def valid(schema: Draft202012Validator, text: str) -> bool:
    """Whether a plan's text meets the schema."""
    return schema.is_valid(plain(parse_source("x.yaml", text.encode())[0]))


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.stem)
@pytest.mark.slow
def test_every_plan_is_valid(schema: Draft202012Validator, using: Known, file: Path) -> None:
    """Of those that come with the lab: for both."""
    assert valid(schema, file.read_text())
    assert load_plan(file, using)


@pytest.mark.parametrize(("good", "bad"), BAD)
@pytest.mark.slow
def test_what_is_wrong_is_refused(
    schema: Draft202012Validator, using: Known, tmp_path: Path, good: str, bad: str
) -> None:
    """By the schema, and by the reader as well."""
    text = LADDER.read_text()
    assert good in text
    path = tmp_path / "x.yaml"
    path.write_text(text.replace(good, bad))
    assert not valid(schema, path.read_text())
    with pytest.raises(DrillError):
        load_plan(path, using)
