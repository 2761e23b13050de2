"""From where the images are built, in a checkout and from a wheel. Tests lab.runtime.compose.build_images."""

import subprocess
from pathlib import Path

import pytest

from lab import resources
from lab.runtime.compose.build_images import build_folder, build_images
from tests.checkout import ROOT


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What site-packages has after an installation."""
    for name in ("lab/compose", "lab/requirements", "services/__pycache__", "loadgen"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").write_text(name)
    monkeypatch.setattr(resources, "packages", lambda: tmp_path)
    return tmp_path


def test_a_checkout_is_built_from_as_it_is() -> None:
    """Nothing is copied."""
    with build_folder() as folder:
        assert folder == ROOT


def test_a_wheel_is_laid_out_as_a_checkout_while_it_is_built_from(wheel: Path) -> None:
    """Same names, same contents, so the same label: bytecode is no part of it. Afterwards nothing is left."""
    with build_folder() as folder:
        assert folder != wheel
        found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert found == {"compose/file", "requirements/file", "loadgen/file"}
    assert not folder.exists()


def test_the_exit_code_is_the_scripts(wheel: Path) -> None:
    """4: could not be built; the script has said why."""
    (wheel / "lab" / "compose" / "images.sh").write_text("test -d loadgen || test -d ../x; exit 4")
    assert build_images() == 4


@pytest.mark.slow
def test_the_label_is_the_same_from_both(tmp_path: Path) -> None:
    """Or an installed lab and a checkout would build each other's images anew for ever."""
    script = (ROOT / "compose" / "images.sh").read_text()
    for name in ("compose", "requirements", "services", "loadgen"):
        subprocess.run(["cp", "-r", ROOT / name, tmp_path / name], check=True)
    asked = script.replace('main "$@"', "load_env; services_inputs; toxiproxy_inputs")
    said = []
    for folder in (ROOT, tmp_path):
        command = ["sh", "-c", asked, str(folder / "compose" / "images.sh")]
        said.append(subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout)
    assert said[0] == said[1]
    assert len(said[0].split()) == 2
