"""Tests lab.schemas: what is shipped is what the models say, and what the lab writes meets it."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.judge import judge
from lab.journal.reader import read
from lab.schemas import NAMES, Name, as_text, make_schema, schema_file

ROOT = Path(__file__).parents[3]
JOURNAL = ROOT / "tests" / "data" / "stuck.jsonl"
PREFIX = "# yaml-language-server: $schema="
FILES: dict[Path, Name] = {
    **{path: "drill" for folder in ("drills", "bench/drills") for path in (ROOT / folder).glob("*.yaml")},
    **{
        path: "plan"
        for folder in ("drills/tournaments", "bench/plans")
        for path in (ROOT / folder).glob("*.yaml")
    },
    **dict.fromkeys((ROOT / "scenarios").glob("*.yaml"), "scenario"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_what_is_shipped_is_what_the_models_say(name: Name) -> None:
    """Stale: run ``make generate`` and commit what it wrote."""
    made = make_schema(name)
    Draft202012Validator.check_schema(made)
    stale = f"{schema_file(name)} is stale; write it anew: make generate"
    assert schema_file(name).read_text() == as_text(made), stale


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_file_names_its_schema_in_its_first_line(file: Path) -> None:
    """By a relative path that leads to it."""
    first = file.read_text().splitlines()[0]
    assert first.startswith(PREFIX), f"{file}: begin with `{PREFIX}<relative path>`"
    named = (file.parent / first.removeprefix(PREFIX)).resolve()
    assert named == schema_file(FILES[file]).resolve()


@pytest.mark.slow
def test_a_verdict_meets_its_schema_and_a_misspelt_one_does_not() -> None:
    """As it is written to verdict.json."""
    validator = Draft202012Validator(make_schema("verdict"))
    written = judge(Timeline.fold(read(JOURNAL).events)).model_dump_json(by_alias=True)
    validator.validate(json.loads(written))
    assert not validator.is_valid(json.loads(written.replace('"verdict":', '"verdikt":')))


@pytest.mark.slow
def test_every_line_of_a_journal_meets_its_schema() -> None:
    """As it is written; a line of an unknown type does not."""
    validator = Draft202012Validator(make_schema("journal"))
    lines = [entry.model_dump_json() for entry in read(JOURNAL).events]
    kinds = {line: json.loads(line) for line in lines}
    for entry in {entry["type"]: entry for entry in kinds.values()}.values():
        validator.validate(entry)
    assert not validator.is_valid(json.loads(lines[0].replace("run.opened", "run.closed")))
