"""The names that the package itself offers. Tests lab.__init__."""

import subprocess
import sys
from pathlib import Path

import pytest

import lab
from tests.checkout import ROOT


def python(code: str, *options: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=60, env={"PATH": "", **env},
    )  # fmt: skip


@pytest.mark.slow
def test_nothing_is_imported_before_it_is_asked_for() -> None:
    """Every command imports the package; one that needs none of this stays fast."""
    done = python(
        "import sys, lab, lab.units; print([m for m in sys.modules if m.startswith(('lab.', 'chaos'))])"
    )
    assert done.stdout.strip() == "['lab.units']", done.stderr


def test_every_name_is_there() -> None:
    """Also for who lists them, as a notebook does."""
    assert set(lab.__all__) <= set(dir(lab))
    assert all(getattr(lab, name) is not None for name in lab.__all__)
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        lab.runn  # noqa: B018


@pytest.mark.parametrize("name", ["chaos", "services", "loadgen"])
@pytest.mark.slow
def test_a_package_of_the_users_that_hides_one_of_the_labs_is_named(name: str, tmp_path: Path) -> None:
    """With where it is and what to do; with -P it hides nothing."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    code = "from lab import run"
    hidden = python(code, cwd=tmp_path)
    assert f"`{name}` is hidden by {tmp_path / name / '__init__.py'}" in hidden.stderr
    assert python(code, "-P", cwd=tmp_path).returncode == 0
