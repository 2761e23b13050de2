"""`lab --version`, and what a shell asks of the command. Tests lab.cli.version and lab.cli.options.drill_names."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.checkout import ROOT

pytestmark = pytest.mark.live

LAB = Path(os.environ.get("VIRTUAL_ENV", ROOT / ".venv")) / "bin" / "lab"


def ask(*arguments: str, **env: str) -> str:
    done = subprocess.run(
        [LAB, *arguments], capture_output=True, text=True, check=True, timeout=60, env=os.environ | env
    )
    return done.stdout


def test_the_version_is_that_of_pyproject() -> None:
    """It stands in one place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert ask("--version") == f"lab {project['version']}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_prints_a_completion_script(shell: str) -> None:
    """`lab --show-completion` finds the shell by itself; here there is none to be found."""
    script = ask("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert "_LAB_COMPLETE" in script


def test_the_shell_completes_commands_and_drills() -> None:
    """Also where what was begun holds a character that a pattern would take for one of its own."""
    assert ask(COMP_WORDS="lab tri", COMP_CWORD="1", _LAB_COMPLETE="complete_bash").split() == ["triage"]
    drills = ask(COMP_WORDS="lab run retry-s", COMP_CWORD="2", _LAB_COMPLETE="complete_bash").split()
    assert {"retry-storm", "retry-storm-guarded"} <= {*drills}
    assert not ask(COMP_WORDS="lab run [", COMP_CWORD="2", _LAB_COMPLETE="complete_bash").split()
