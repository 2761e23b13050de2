"""The lab's own files, in a checkout and as a wheel has them. Tests lab.resources."""

from pathlib import Path

import pytest

from lab import resources
from tests.checkout import ROOT


def test_a_checkout_has_them_at_its_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the user stands, also where there are folders of the same names."""
    (tmp_path / "compose").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resources.packages() == ROOT
    assert resources.topology() == ROOT / "compose" / "compose.yaml"
    assert (resources.monitoring() / "rules.yaml").is_file()
    assert (resources.drills() / "smoke.yaml").is_file()
    assert (resources.tournaments() / "policies.yaml").is_file()


def test_a_wheel_has_them_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside it, in site-packages, lies whatever others have installed, such as a package called compose."""
    (tmp_path / "lab" / "compose").mkdir(parents=True)
    (tmp_path / "compose").mkdir()
    monkeypatch.setattr(resources, "packages", lambda: tmp_path)
    assert resources.compose() == tmp_path / "lab" / "compose"


def test_what_is_missing_is_named_with_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And with what to do."""
    monkeypatch.setattr(resources, "packages", lambda: tmp_path)
    with pytest.raises(resources.ResourceError, match=r"drills/ is missing.*lab/drills and .*Install"):
        resources.drills()


def test_an_archive_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are started from the packages, and they need files."""
    monkeypatch.setattr(resources, "files", lambda _: "lab.zip/lab")
    with pytest.raises(resources.ResourceError, match=r"lab\.zip/lab, an archive.*pip install"):
        resources.packages()
