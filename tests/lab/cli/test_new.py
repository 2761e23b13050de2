"""``lab new``: what it writes is valid as it stands."""

import json
from pathlib import Path

import pytest

from lab.cli.new import new_drill, new_plan
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
