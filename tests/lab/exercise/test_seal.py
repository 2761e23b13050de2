"""The scenario's copy in a run folder. Tests lab.exercise.seal."""

import stat
from pathlib import Path

import pytest

from lab.exercise.scenarios import all_scenarios, drawn, open_scenario
from lab.exercise.seal import SealedGame, SealError, facilitators_token, game_folder, is_game, open_seal, seal
from lab.runs.folder import RunFolder, create_run_folder

GAME = SealedGame(open_scenario("throttled-bridge"), 3, "scripted")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    made = create_run_folder(tmp_path, "gameday")
    seal(made, GAME)
    return made


def test_what_was_sealed_is_opened_by_its_key_alone(run: RunFolder, tmp_path: Path) -> None:
    """And is the whole game; another game's key opens nothing."""
    assert open_seal(run) == GAME
    other = create_run_folder(tmp_path, "gameday")
    seal(other, GAME)
    (game_folder(run) / "key").write_bytes((game_folder(other) / "key").read_bytes())
    with pytest.raises(SealError, match="can't be opened: it was changed"):
        open_seal(run)


def test_the_copy_shows_nothing_and_only_its_owner_reads_the_key(run: RunFolder) -> None:
    """No name of a step, a fault or a target stands in any file but the key's; two copies of one game differ."""
    for file in (path for path in run.path.rglob("*") if path.is_file() and path.name != "key"):
        content = file.read_bytes()
        assert not [
            word for word in (b"worn-device", b"capacity", b"bridge", b"throttled") if word in content
        ], file
    assert stat.S_IMODE((game_folder(run) / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(game_folder(run).stat().st_mode) == 0o700


def test_a_changed_copy_or_a_missing_key_is_said(run: RunFolder) -> None:
    """With the file's name."""
    sealed = game_folder(run) / "sealed"
    whole = sealed.read_bytes()
    sealed.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(SealError, match="it was changed"):
        open_seal(run)
    (game_folder(run) / "key").unlink()
    with pytest.raises(SealError, match="no game can be read"):
        open_seal(run)
    with pytest.raises(SealError, match=r"the facilitator's key .* can't be read"):
        facilitators_token(run)


def test_the_facilitators_token_is_not_the_key(run: RunFolder) -> None:
    """It goes over a socket; the key does not."""
    assert facilitators_token(run).encode() not in (game_folder(run) / "key").read_bytes()
    assert len(facilitators_token(run)) == 64


def test_a_run_without_a_game_is_none(tmp_path: Path) -> None:
    """A drill's folder."""
    assert not is_game(create_run_folder(tmp_path, "smoke"))


@pytest.mark.slow
def test_a_seed_draws_the_same_scenario_each_time_and_all_are_drawn() -> None:
    """Each of the lab's is drawn by some seed."""
    assert drawn(3) == drawn(3)
    assert {drawn(seed).name for seed in range(40)} == {one.name for one in all_scenarios()}
