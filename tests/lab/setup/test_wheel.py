"""`pip install WHEEL`, then a drill, where nothing of the checkout is known. Tests setup.py and scripts/release.py."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.lab.setup.wheel import Installed, install

pytestmark = pytest.mark.xdist_group("turns")

PASSED, INCONCLUSIVE = 0, 2
"""Exit codes of a lab that worked; whether the machine was quiet enough for a verdict is not what is tested here."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """One for all tests: it takes a minute."""
    return install(tmp_path_factory.mktemp("wheel"))


def smoke(installed: Installed, runtime: str) -> Path:
    """Run the drill `smoke`; its run folder."""
    done = installed.call("lab", "run", "smoke", "--runtime", runtime, "--json")
    assert done.returncode in {PASSED, INCONCLUSIVE}, done.stderr[-3000:]
    assert json.loads(done.stdout)["outcome"] == "completed"
    return (installed.here / ".lab" / "runs" / "latest").resolve()


@pytest.mark.long
def test_it_brings_no_development_tools(installed: Installed) -> None:
    """What embedded needs is there, what tests and lint need is not."""
    listed = json.loads(installed.call("python", "-m", "pip", "list", "--format", "json").stdout)
    names = {one["name"].lower().replace("_", "-") for one in listed}
    assert {"locust", "uvloop", "structlog", "prometheus-client"} <= names
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    tools = {line.split(">")[0] for line in extras["dev"]} - {
        "setuptools",
        "pytest",
    }  # Locust requires pytest
    assert not names & tools


@pytest.mark.long
def test_without_the_extra_a_program_is_not_let_play_and_the_rest_works(installed: Installed) -> None:
    """What to install is said; the extra's wheels are in the bundle."""
    done = installed.call("lab", "gameday", "mcp")
    assert (done.returncode, "pip install 'retry-storm-lab[mcp]'" in done.stderr) == (4, True), done.stderr
    assert "Traceback" not in done.stderr
    assert installed.call("lab", "gameday", "list").returncode == 0
    assert [*installed.dist.glob("bundle/mcp-*.whl")]


@pytest.mark.long
def test_the_checksums_are_those_of_all_that_was_made(installed: Installed) -> None:
    """As `sha256sum --check` reads them."""
    checked = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=installed.dist, capture_output=True, text=True, check=True
    )
    made = [path for path in installed.dist.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert len(checked.stdout.splitlines()) == len(made) > 2


@pytest.mark.long
def test_a_drill_runs_as_local_processes(installed: Installed) -> None:
    """The runs go where the user stands, and nothing of theirs is imported: everything is the wheel's."""
    run = smoke(installed, "embedded")
    assert run.parent == installed.here / ".lab" / "runs"
    assert "this is not the lab" not in "".join(log.read_text() for log in (run / "logs").glob("*.log"))
    for spec in (run / "specs").glob("*.json"):
        assert str(ROOT) not in spec.read_text()


@pytest.mark.long
def test_what_comes_with_the_lab_is_there(installed: Installed) -> None:
    """Drills, tournaments, scenarios, each with the schema that it names, and the version."""
    assert "retry-storm" in installed.call("lab", "list").stdout
    assert "An afternoon in the shop" in installed.call("lab", "gameday", "list").stdout
    (package,) = installed.venv.glob("lib/python*/site-packages/lab")
    for file in (path for folder in ("drills", "scenarios") for path in (package / folder).rglob("*.yaml")):
        schema = file.read_text().partition("\n")[0].partition("$schema=")[2]
        assert (file.parent / schema).is_file(), f"{file}: {schema}"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert installed.call("lab", "--version").stdout == f"lab {version}\n"


@pytest.mark.containers
def test_a_drill_runs_in_containers(installed: Installed) -> None:
    """`lab images` finds what the checkout has built up to date: same files, same label."""
    subprocess.run(["sh", "compose/images.sh"], cwd=ROOT, check=True, timeout=1500)
    images = installed.call("lab", "images")
    assert images.returncode == 0, images.stderr
    assert "up to date" in images.stdout
    assert str(ROOT) not in (smoke(installed, "compose") / "journal.jsonl").read_text()
