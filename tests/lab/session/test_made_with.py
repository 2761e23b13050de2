"""What a run was made with: with other sources or libraries it is another lab."""

from importlib.metadata import version
from pathlib import Path

import pytest

from lab import resources
from lab.cli.drills import open_drill
from lab.runs.provenance import RUNS, sources, versions
from tests.checkout import ROOT


def test_what_runs_counts_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed, moved or new file is another lab; a compiled one and the rest of the checkout are not."""
    monkeypatch.setattr(resources, "folder", lambda name: tmp_path / name)
    for folder in RUNS:
        (tmp_path / folder / "deep").mkdir(parents=True)
        (tmp_path / folder / "deep" / "x.py").write_text("x = 1\n")
    seen = [sources()]
    for folder in RUNS:
        (tmp_path / folder / "deep" / "x.py").write_text("x = 2\n")
        seen.append(sources())
    (tmp_path / RUNS[0] / "deep" / "x.py").rename(tmp_path / RUNS[0] / "deep" / "y.py")
    seen.append(sources())
    assert len(set(seen)) == len(RUNS) + 2
    (tmp_path / RUNS[0] / "__pycache__").mkdir()
    (tmp_path / RUNS[0] / "__pycache__" / "y.pyc").write_bytes(b"\0")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "x.md").write_text("x")
    assert sources() == seen[-1]
    assert all((ROOT / folder).is_dir() for folder in RUNS)


@pytest.mark.slow
def test_the_versions_of_a_named_library_are_told() -> None:
    """Of the library itself and of what it stands on; a drill without one tells of none."""
    library = open_drill("library")
    assert versions([library])["requests"] == version("requests")
    named = {"storefront": {**library.configuration["storefront"], "library": "stamina"}}
    told = versions([library.model_copy(update={"configuration": named})])
    assert (told["stamina"], told["httpx"]) == (version("stamina"), version("httpx"))
    assert "requests" not in told
    assert "requests" not in versions([open_drill("smoke")])
