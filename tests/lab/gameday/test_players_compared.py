"""`lab gameday compare`: what it reads, prints and refuses. Tests lab.gameday.players_compared."""

import json
import sys
from pathlib import Path

import pytest

from lab.cli import main
from tests.lab.analysis.score.test_compared import game


def played(home: Path, player: str, *, won: bool, seeds: range) -> Path:
    """The LAB_HOME of a player, with the link ``latest`` that each has."""
    folder = home / player
    for seed in seeds:
        run = folder / "runs" / f"game-{seed}"
        (run / "gameday").mkdir(parents=True)
        (run / "gameday" / "score.json").write_text(game(seed, won=won, hints=seed % 2).model_dump_json())
    (folder / "runs" / "latest").symlink_to(run.name)
    return folder


def lab(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str | Path
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["lab", "gameday", "compare", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    return int(left.value.code or 0), " ".join((said.out + said.err).split())


@pytest.mark.slow
def test_players_are_compared_over_their_games(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each by its folder's name, every game once; as text and as one line of JSON."""
    monkeypatch.setenv("COLUMNS", "160")
    robot = played(tmp_path, "robot", won=True, seeds=range(1, 6))
    nothing = played(tmp_path, "nothing", won=False, seeds=range(1, 6))
    code, text = lab(capsys, monkeypatch, nothing, robot)
    assert code == 0
    assert "robot 5 of 5 (95 % interval 57..100 %) 97.0 (93.6..100.4)" in text
    assert "robot is ahead of nothing: by 97.0 (93.6..100.4) points, over 5 games" in text
    _, line = lab(capsys, monkeypatch, nothing, robot / "runs", "--json")
    found = json.loads(line)
    assert [one["player"] for one in found["players"]] == ["runs", "nothing"]
    assert found["players"][0]["won"] == {"k": 5, "n": 5, "low": pytest.approx(0.566, abs=1e-3), "high": 1.0}


@pytest.mark.slow
def test_what_is_no_players_folder_is_refused_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a game, with a score that is none, or two of one name."""
    robot = played(tmp_path, "robot", won=True, seeds=range(1, 2))
    code, text = lab(capsys, monkeypatch, tmp_path / "nowhere")
    assert (code, "nowhere has no game with a score" in text) == (3, True)
    code, text = lab(capsys, monkeypatch, robot, robot)
    assert (code, "the same name" in text) == (3, True)
    score = robot / "runs" / "game-1" / "gameday" / "score.json"
    score.write_text("{}")
    code, text = lab(capsys, monkeypatch, robot)
    assert (code, "score.json is not the score of a game" in text) == (3, True)
