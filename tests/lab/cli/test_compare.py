"""``lab compare --monitoring`` on finished runs: a line a plane, and nothing of an invalid run."""

import json
import sys
from pathlib import Path

import pytest

from lab.cli import app as command_line
from lab.journal.events import RunClosed
from tests.lab.report.conftest import make_drill
from tests.lab.report.watched import watched_events


def lab(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Call ``lab`` in this process; its exit code."""
    monkeypatch.setattr(sys, "argv", ["lab", *arguments])
    with pytest.raises(SystemExit) as left:
        command_line.main()
    return int(left.value.code or 0)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The made-up storm that two planes watched, as a run folder."""
    folder = tmp_path / "20260101T000000-watched"
    folder.mkdir()
    events = watched_events(make_drill())
    if not isinstance(events[-1], RunClosed):
        last = events[-1]
        events.append(
            RunClosed(seq=last.seq + 1, t=last.t, outcome="completed", reason="all phases ran", clean=True)
        )
    lines = [event.model_dump_json() for event in events]
    (folder / "journal.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "environment.json").write_text(json.dumps({"packages": {}}))
    return folder


@pytest.mark.slow
def test_planes_stand_side_by_side(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At 80 columns, the shared plane first, ops beneath; a doubtful run is marked, and the exit code says so."""
    monkeypatch.setenv("COLUMNS", "80")
    code = lab(monkeypatch, "compare", "--monitoring", str(run))
    said = capsys.readouterr().out
    shared, ops = (
        line for line in said.splitlines() if line.strip().startswith(("same-listener", "ops beside"))
    )
    assert shared.split()[0] == "same-listener"
    assert "100 %" in ops
    assert max(map(len, said.splitlines())) <= 80
    assert (code == 0) is ("?" not in shared)


@pytest.mark.slow
def test_as_json_every_figure_of_every_plane(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was not measured is null; a plane that keeps its scrapes says so in both phases."""
    lab(monkeypatch, "compare", "--monitoring", "--json", str(run))
    planes = {one["plane"]: one for one in json.loads(capsys.readouterr().out)}
    assert planes.keys() == {"shared", "ops"}
    assert (planes["ops"]["kept_trigger"], planes["ops"]["kept_aftermath"]) == (1.0, 1.0)
    assert planes["shared"]["kept_aftermath"] == 0
    assert planes["shared"]["score"]["stale_s"] > 20
    assert planes["shared"]["run"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("compare", "policie"), "did you mean `policies`?"),
        (("compare", "one", "two", "three"), "as many before as after"),
        (("compare", "no-such-run", "nor-this"), "no run 'no-such-run'"),
        (("compare", "--monitoring", "no-such-run"), "no run 'no-such-run'"),
        (("compare", "--only", "bugdet"), "did you mean 'budget'"),
        (("compare", "--seeds", "6"), "--seeds is 1 to 5, not 6"),
        (("compare", "--seed", "3"), "--seeds N plays the first N"),
        (("compare", "--quick", "--monitoring"), "--quick is for a plan"),
        (("compare", "--only", "budget", "one", "two"), "--only is for a plan"),
        (("run", "smoke", "--monitoring", "agnt"), "did you mean `agent`?"),
        (("up", "--monitoring", "agnt"), "did you mean `agent`?"),
    ],
)
@pytest.mark.slow
def test_bad_input_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    """Exit code 3, and nothing is started."""
    assert lab(monkeypatch, *arguments) == 3
    assert says in capsys.readouterr().err
