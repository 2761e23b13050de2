"""Which drill a name means."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

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
@pytest.mark.slow
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


@pytest.mark.parametrize("name", ["./mine.json", "mine.json", "mine.json.slow", "./mine.slow"])
@pytest.mark.slow
def test_a_drill_may_be_json(mine: str, name: str) -> None:
    """JSON is YAML, too, and other tools write it; its errors have lines alike."""
    file = Path("mine.yaml")
    Path("mine.json").write_text(json.dumps(YAML(typ="safe").load(file), indent=2))
    file.unlink()
    assert open_drill(name).title
    Path("mine.json").write_text('{\n  "version": 1,\n  "titel": "x"\n}')
    with pytest.raises(DrillError, match=r"mine.json:3: titel: unknown key.*`title`"):
        open_drill("mine.json")


@pytest.mark.parametrize("suffix", ["json", "yaml", "yml"])
@pytest.mark.parametrize("where", ["method", "rollbacks", "probes"])
def test_an_experiment_of_the_chaos_toolkit_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, where: str
) -> None:
    """In one sentence, not as a list of keys that it lacks."""
    step = {"type": "action", "name": "a", "provider": {"type": "process", "path": "ls"}}
    experiment = {
        "title": "What happens",
        "description": "if",
        "steady-state-hypothesis": {"title": "t", "probes": [step] if where == "probes" else []},
        "method": [step] if where == "method" else [],
        "rollbacks": [step] if where == "rollbacks" else [],
    }
    monkeypatch.chdir(tmp_path)
    Path(f"experiment.{suffix}").write_text(json.dumps(experiment))
    with pytest.raises(
        DrillError, match=r"^experiment\.\w+: an experiment of the Chaos Toolkit.*`lab new drill NAME`"
    ):
        open_drill(f"experiment.{suffix}")


def test_a_drill_with_a_wrong_key_is_a_drill(tmp_path: Path) -> None:
    """A step of it may have any wrong key, that of the Chaos Toolkit too."""
    text = (ROOT / "drills" / "smoke.yaml").read_text().replace("fault: ", "provider: x, fault: ", 1)
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(DrillError, match="provider"):
        open_drill(str(tmp_path / "mine.yaml"))


@pytest.mark.slow
def test_a_drill_of_the_lab_goes_by_its_name() -> None:
    """With its variants, as ever."""
    assert open_drill("smoke").name == "smoke"
    assert open_drill("slow-not-down.slow").name == "slow-not-down.slow"
