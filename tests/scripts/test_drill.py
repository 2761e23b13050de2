"""Tests scripts.drill and the make targets that call it: a last line with the verdict and the exit code."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chaos.wait import wait_until

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "drill.py"
NAMES = sorted(path.stem for path in (ROOT / "drills").glob("*.yaml"))


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A lab that only says what it is asked for, and ends as ``CODE`` says; ``wait``: when it is interrupted."""
    program = tmp_path / "lab"
    program.write_text(
        "#!/bin/sh\n"
        'echo "$@"\n'
        'if [ "$2" = wait ]; then trap "exit 130" INT TERM; echo up >"$3"; while :; do sleep 0.05; done; fi\n'
        "exit $CODE\n"
    )
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, "pass (exit code 0)"),
        (1, "fail (exit code 1)"),
        (2, "inconclusive (exit code 2)"),
        (
            5,
            "no verdict: the lab broke, or a rollback is not verified; run .venv/bin/lab recover (exit code 5)",
        ),
        (77, "no verdict: ended unexpectedly (exit code 77)"),
    ],
)
@pytest.mark.slow
def test_the_last_line_says_how_it_ended(lab: Path, code: int, said: str) -> None:
    """On stderr, after all that the lab says; the exit code is the lab's."""
    done = subprocess.run(
        [sys.executable, SCRIPT, "smoke", "--json"],
        env={**os.environ, "LAB": str(lab), "CODE": str(code)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (code, "run smoke --json\n")
    assert done.stderr.splitlines()[-1] == f"smoke: {said}"


@pytest.mark.parametrize(("number", "send"), [(signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill)])
@pytest.mark.slow
async def test_a_signal_reaches_the_lab_and_is_waited_for(
    lab: Path, tmp_path: Path, number: signal.Signals, send: Callable[[int, int], None]
) -> None:
    """Ctrl-C goes to the whole group, as a terminal sends it; what make sends goes to the script alone."""
    up = tmp_path / "up"
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        SCRIPT,
        "wait",
        up,
        env={**os.environ, "LAB": str(lab), "CODE": "0"},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        await wait_until(up.exists, deadline_s=60, what="the lab's start")
        send(running.pid, number)
        async with asyncio.timeout(60):
            _, said = await running.communicate()
    finally:
        if running.returncode is None:
            os.killpg(running.pid, signal.SIGKILL)
    assert running.returncode == 130
    assert said.decode().splitlines()[-1] == "wait: interrupted, and rolled back (exit code 130)"


def make(*arguments: str) -> str:
    """What make prints."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(
        ["make", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_make_lists_every_drill_with_its_title() -> None:
    """A line for each; no target without a drill."""
    listed = [line.split()[1] for line in make().splitlines() if " make drill-" in line]
    assert sorted(listed) == sorted(f"drill-{name}" for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_drill_is_a_target(name: str) -> None:
    """It runs that drill, repeats it once if in doubt, and has the options behind it."""
    commands = make("--dry-run", f"drill-{name}", "RUNTIME=embedded", "ARGS=--seed 3")
    assert commands.splitlines()[-1].endswith(
        f"scripts/drill.py {name} --runtime embedded --reruns 1 --seed 3"
    )
