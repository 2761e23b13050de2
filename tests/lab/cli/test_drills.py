"""Which drill a name means."""

from pathlib import Path

import pytest

from lab.cli.drills import open_drill
from lab.drillfile import DrillError
from tests.checkout import ROOT


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A drill file of one's own that has variants, where one stands; its name without the suffix."""
    source = (ROOT / "drills" / "slow-not-down.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(source)
    monkeypatch.chdir(tmp_path)
    return "mine"


@pytest.mark.parametrize("name", ["./mine.yaml.{}", "./mine.{}", "mine.yaml.{}", "{folder}/mine.yaml.{}"])
def test_one_variant_of_a_file_can_be_named(mine: str, name: str) -> None:
    """With or without the suffix, by a path that is relative or not."""
    variant = open_drill("./mine.yaml").variants[1].name.removeprefix("mine.")
    found = open_drill(name.format(variant, folder=Path.cwd()))
    assert (found.name, found.variants) == (f"mine.{variant}", ())


def test_a_variant_that_there_is_not_is_said_with_those_that_there_are(mine: str) -> None:
    """And what is no file at all is said as that."""
    with pytest.raises(DrillError, match="drill mine has no variant `slwo`"):
        open_drill("./mine.slwo")
    with pytest.raises(DrillError, match="no such drill file"):
        open_drill("./yours.slow")


def test_a_drill_of_the_lab_goes_by_its_name() -> None:
    """With its variants, as ever."""
    assert open_drill("smoke").name == "smoke"
    assert open_drill("slow-not-down.slow").name == "slow-not-down.slow"
