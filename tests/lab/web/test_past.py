"""The list of past runs: newest first, searched by words, nothing of a run's own text runs. Tests lab.web.past."""

import json
from pathlib import Path

from lab.web.past import past_runs
from lab.web.site import templates


def make(home: Path, name: str, **verdict: object) -> None:
    """A run's folder as it is kept."""
    run = home / "runs" / name
    run.mkdir(parents=True)
    (run / "report.html").write_text("x")
    if verdict:
        (run / "verdict.json").write_text(json.dumps(verdict))


def test_newest_first_and_searched_by_all_words(tmp_path: Path) -> None:
    """In name, drill, runtime and verdict; a run whose verdict can't be read is listed as well."""
    make(tmp_path, "20260101T000000-smoke", drill="smoke", runtime="embedded", verdict="pass")
    make(tmp_path, "20260102T000000-retry-storm", drill="retry-storm", runtime="compose", verdict="fail",
         metrics={"time_to_recover_s": 12.4})  # fmt: skip
    make(tmp_path, "20260103T000000-broken")
    (tmp_path / "runs" / "20260103T000000-broken" / "verdict.json").write_text("{")
    make(tmp_path, "20260104T000000-interactive", drill="lab", interactive=True, verdict="inconclusive")
    assert [one.word for one in past_runs(tmp_path, "")] == ["interactive", "not judged", "fail", "pass"]
    (found,) = past_runs(tmp_path, "STORM fail")
    assert (found.report, found.recovery) == ("/runs/20260102T000000-retry-storm/report.html", "12.4 s")
    assert past_runs(tmp_path, "storm pass") == []


def test_what_a_run_says_of_itself_is_text(tmp_path: Path) -> None:
    """A folder or a verdict of someone else's can't bring a script."""
    make(tmp_path, "20260101T000000-<script>x", drill="<img src=x onerror=alert(1)>", verdict="pass")
    page = (
        templates()
        .get_template("runs.html.j2")
        .render(runs=past_runs(tmp_path, ""), wanted='"><script>', asset=lambda name: name)
    )
    assert "<script>" not in page
    assert "<img" not in page


def test_without_runs_there_is_an_empty_list(tmp_path: Path) -> None:
    """A home that was never used."""
    assert past_runs(tmp_path / "none", "") == []
