"""The scenario's copy in a run folder, encrypted until the game is over.

The cipher is a one-time pad: as many random bytes as the text has, used once, in a file that only its owner may read.
Nothing weaker than the file's mode can be broken, and no library is needed. It guards against accident: whoever owns
the folder can open it, as they can open the journal.
"""

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from lab.drillfile.scenario import Pace, Scenario
from lab.runs.folder import RunFolder, RunFolderError

DIGEST_BYTES = 32


class SealError(RunFolderError):
    """The sealed scenario of a run can't be written or opened; the message says where and why."""


@dataclass(frozen=True, slots=True)
class SealedGame:
    """What is sealed: the scenario, the game's seed (None: the scenario's own), and the pace that it is played at."""

    scenario: Scenario
    seed: int | None = None
    pace: Pace = "played"


def game_folder(run: RunFolder) -> Path:
    """Where a run keeps what is of its game."""
    return run.path / "gameday"


def is_game(run: RunFolder) -> bool:
    """Whether a game is or was played in a run."""
    return _sealed(run).is_file()


def seal(run: RunFolder, game: SealedGame) -> None:
    """Write the sealed copy and its key.

    Raises:
        SealError: they can't be written.
    """
    said = {"scenario": game.scenario.resolved(), "seed": game.seed, "pace": game.pace}
    text = json.dumps(said).encode()
    whole = hashlib.sha256(text).digest() + text
    key = secrets.token_bytes(len(whole))
    try:
        game_folder(run).mkdir(mode=0o700, exist_ok=True)
        handle = os.open(_key(run), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
        _sealed(run).write_bytes(_with_pad(whole, key))
    except OSError as error:
        raise SealError(f"{game_folder(run)} can't be written: {error.strerror or error}") from error


def open_seal(run: RunFolder) -> SealedGame:
    """Read the sealed copy with its key.

    Raises:
        SealError: one is missing, it was changed, or it is another lab's.
    """
    try:
        sealed, key = _sealed(run).read_bytes(), _key(run).read_bytes()
    except OSError as error:
        raise SealError(f"no game can be read in {run.path}: {error.strerror or error}") from error
    whole = _with_pad(sealed, key) if len(sealed) == len(key) else b""
    digest, text = whole[:DIGEST_BYTES], whole[DIGEST_BYTES:]
    if hashlib.sha256(text).digest() != digest:
        raise SealError(f"{_sealed(run)} can't be opened: it was changed, or {_key(run).name} is not its key")
    said = json.loads(text)
    try:
        return SealedGame(Scenario.model_validate(said["scenario"]), said["seed"], said["pace"])
    except ValidationError as error:
        raise SealError(
            f"{_sealed(run)} holds a scenario of another lab: {error.errors()[0]['msg']}"
        ) from error


def facilitators_token(run: RunFolder) -> str:
    """What opens the seal of a living game: made of the key, so that who may read that has it.

    Raises:
        SealError: the key can't be read.
    """
    try:
        return hashlib.sha256(b"facilitator" + _key(run).read_bytes()).hexdigest()
    except OSError as error:
        raise SealError(
            f"the facilitator's key {_key(run)} can't be read: {error.strerror or error}"
        ) from error


def _sealed(run: RunFolder) -> Path:
    return game_folder(run) / "sealed"


def _key(run: RunFolder) -> Path:
    return game_folder(run) / "key"


def _with_pad(text: bytes, pad: bytes) -> bytes:
    return (int.from_bytes(text) ^ int.from_bytes(pad)).to_bytes(len(text))
