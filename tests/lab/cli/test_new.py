"""``lab new``: what it writes is valid as it stands."""

import json
from pathlib import Path

import pytest

from lab.cli.drills import validate
from lab.cli.new import new_drill, new_plan, new_scenario
from lab.drillfile import DrillError, known, load_drill, load_plan
from lab.runs.folder import RunFolderError
from lab.session import known_modes, known_services
from lab.session.foreseen import foreseen


@pytest.mark.slow
def test_a_new_drill_is_valid_and_has_its_schema_beside_it(tmp_path: Path) -> None:
    """Its first line names the schema, so that an editor checks what is changed; nothing in it can't be judged."""
    file = tmp_path / "mine.yaml"
    new_drill(file)
    drill = load_drill(file, services=known_services(), modes=known_modes())
    assert (drill.name, foreseen(drill)) == ("mine", [])
    schema = file.read_text().splitlines()[0].partition("$schema=")[2]
    assert json.loads((tmp_path / schema).read_text())["$schema"]


def test_a_new_plan_is_valid(tmp_path: Path) -> None:
    """The same for a tournament."""
    file = tmp_path / "who.yaml"
    new_plan(file)
    plan = load_plan(file, known(known_services(), known_modes()))
    assert len(list(plan.cells(plan.quick))) == 2
    assert (tmp_path / "plan.schema.json").is_file()


@pytest.mark.slow
def test_a_new_scenario_is_valid_and_is_checked_without_a_word_of_what_is_sealed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that is wrong is refused as a scenario, not as a drill."""
    file = tmp_path / "day.yaml"
    new_scenario(file)
    assert (tmp_path / "scenario.schema.json").is_file()
    assert f"lab gameday start {file}" in capsys.readouterr().out
    validate(file)
    said = capsys.readouterr().out
    assert "ok (day, a scenario of 20 minutes)" in said
    assert not [word for word in ("retry-storm", "latency", "slow-bridge") if word in said]
    file.write_text(file.read_text().replace("cause: retry-storm", "cause: retry-strom"))
    with pytest.raises(DrillError, match=r"day\.yaml:\d+: sealed\.cause: unknown cause"):
        validate(file)


def test_nothing_is_overwritten_and_no_folder_is_made_up(tmp_path: Path) -> None:
    """The cause, the place, the remedy."""
    file = tmp_path / "mine.yaml"
    file.write_text("mine")
    with pytest.raises(DrillError, match="exists already"):
        new_drill(file)
    assert file.read_text() == "mine"
    with pytest.raises(RunFolderError, match="can't be written: No such file"):
        new_drill(tmp_path / "none" / "mine.yaml")
    with pytest.raises(DrillError, match=r"ends in \.yaml, like .*mine\.yaml"):
        new_drill(tmp_path / "mine.txt")
