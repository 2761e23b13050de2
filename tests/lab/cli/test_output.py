"""Where a command's output can't be written: closed pipes, a full disk, ASCII only; on real pipes and processes."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import pytest
import typer
from rich.console import Console

from lab.cli.output import OutputLostError, acts, printable
from tests.checkout import ROOT

LAB = f"{shlex.quote(sys.executable)} -c 'from lab.cli import main; main()'"


def shell(command: str) -> tuple[int, str]:
    """What a shell makes of it; the code of the first of a pipeline, and what went to stderr."""
    script = f"{command}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@contextmanager
def unread() -> Iterator[None]:
    """A stdout that no one reads any more; in the test's body, as pytest sets its own before that."""
    reader, writer = os.pipe()
    os.close(reader)
    with redirect_stdout(os.fdopen(writer, "w", buffering=1, encoding="utf-8")):
        yield


@pytest.mark.live
@pytest.mark.parametrize("arguments", ["list", "show retry-storm --help", "mitigate --help"])
def test_a_command_that_only_prints_ends_with_a_closed_pipe(arguments: str) -> None:
    """As a shell says of SIGPIPE, silently; never 1, which is the verdict *fail*."""
    assert shell(f"{LAB} {arguments} | true") == (141, "")


@pytest.mark.live
@pytest.mark.parametrize("arguments", ["list", "list --help", "show smoke", "runs list", "doctor"])
def test_a_full_disk_is_said_without_a_traceback(arguments: str) -> None:
    """The cause in one line; not a fault of the lab."""
    code, said = shell(f"{LAB} {arguments} > /dev/full")
    assert (code, said) == (4, "lab: what this command prints can't be written: No space left on device\n")


@pytest.mark.live
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_outputs_that_were_never_open(closed: str) -> None:
    """Daemons close them; the exit code is what it would have been."""
    assert shell(f"{LAB} show smok {closed}")[0] == 3
    assert shell(f"{LAB} show smoke {closed}")[0] == 0


@pytest.mark.live
def test_ascii_is_enough_for_every_figure() -> None:
    """What the encoding lacks is written in characters that it has."""
    said = (
        "from lab.cli.output import printable\nwith printable(): print('4.0\\u00d7 \\u2026 \\u2713 \\u00e9')"
    )
    environment = {"PYTHONIOENCODING": "ascii", "PATH": os.defpath}
    done = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert done.stdout == b"4.0x ... + ?\n"


@pytest.mark.parametrize("rich", [True, False])
def test_what_acts_goes_on_when_no_one_reads(*, rich: bool) -> None:
    """All of it is done, and its exit code is its own, whichever way it prints."""
    done: list[int] = []

    def command() -> None:
        for step in range(3):
            if rich:
                Console().print(f"step {step}")
            else:
                typer.echo(f"step {step}")
            done.append(step)
        raise typer.Exit(1)

    with unread(), printable(), pytest.raises(typer.Exit) as left:
        acts(command)()
    assert (left.value.exit_code, done) == (1, [0, 1, 2])


def test_what_only_prints_does_not_go_on() -> None:
    """``lab logs --follow`` would follow for ever."""

    def follow() -> None:
        with unread(), printable():
            for _ in range(10):
                Console().print("more")

    with pytest.raises(OutputLostError) as lost:
        follow()
    assert lost.value.closed
