"""Tests the docs: every command that README, tutorial and how-to show is one that the lab or make takes."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from lab.cli.app import app
from lab.drillfile import find_drill, load_drill, read_step
from lab.resources import drills
from lab.session import known_modes, known_services
from tests.docs.documented import ROOT, SHOWN, Documented, in_blocks, in_prose

OTHERS = {
    ".",
    "cat",
    "export",
    "docker",
    "git",
    "locust",
    "pip",
    "python",
    "python3",
    "sed",
    "sha256sum",
    "sleep",
}
"""Programs that are not ours."""
COMMANDS = [one for page in SHOWN for one in (*in_blocks(page), *in_prose(page))]
LAB = [one for one in COMMANDS if one.text.startswith("lab ")]
MAKE = [one for one in COMMANDS if one.text.startswith("make ")]


def test_there_are_commands_to_check() -> None:
    """Of each kind, on the pages that have most."""
    assert len(LAB) > 40
    assert len(MAKE) > 5


def test_every_command_is_ours_or_a_program_that_is_known() -> None:
    """A misspelt `lba run` is found here."""
    first = {part.split()[0] for one in COMMANDS for part in one.text.splitlines()[0].split("&&")}
    programs = {word.removeprefix(".venv/bin/").removeprefix("lab-venv/bin/") for word in first}
    assert programs - OTHERS - {"lab", "make", "cd"} == set()


@pytest.mark.parametrize("documented", LAB, ids=str)
@pytest.mark.slow
def test_the_lab_takes_it(documented: Documented) -> None:
    """The command is there, its arguments and options parse, and what it names exists."""
    words = shlex.split(documented.text.split("&&")[0].partition(" >")[0].partition(" |")[0])
    command: object = typer.main.get_command(app)
    names: list[str] = [words.pop(0)]
    while isinstance(command, TyperGroup) and words and words[0] in command.commands:
        names.append(words.pop(0))
        command = command.commands[names[-1]]
    if words in (["--version"], ["--install-completion"], ["--show-completion"], ["--help"]):
        return
    assert isinstance(command, TyperCommand | TyperGroup), f"no such command: {documented.text}"
    if not words and documented.in_prose:
        return  # it is only named
    assert isinstance(command, TyperCommand), f"no such command: {documented.text}"
    given = command.make_context(" ".join(names), words).params
    match names[1:]:
        case ["run" | "show"] if not str(given["drill"]).endswith(".yaml"):
            drill, _, variant = str(given["drill"]).partition(".")
            read = load_drill(find_drill(drill, drills()), services=known_services(), modes=known_modes())
            assert not variant or any(one.name == given["drill"] for one in read.variants)
        case ["fault", "add"]:
            step("fault", given["what"], given["target"] or "bridge", given["parameters"])
        case ["mitigate"] if given["name"]:
            step("mitigation", given["name"], given["target"], given["parameters"])
        case ["policy", "set"]:
            step("mitigation", "policy", given["service"], [f"policy={given['name']}"])


def step(kind: str, what: str, target: str | None, parameters: list[str] | None) -> None:
    """Read what a person would apply, as the command does."""
    values = dict(part.split("=", 1) for part in parameters or [])
    assert read_step(kind, what, target, values, known_services())


@pytest.mark.parametrize("documented", MAKE, ids=str)
def test_make_takes_it(documented: Documented, tmp_path: Path) -> None:
    """The target is there."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    words = shlex.split(documented.text)
    done = subprocess.run(
        [words[0], "--dry-run", *words[1:]], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
