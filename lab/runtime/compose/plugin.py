"""The Compose plugin: ``docker compose`` with a deadline, and what its errors mean."""

import asyncio
import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from chaos.engine_host import engine_host
from lab.runtime.base import SetupError

DEADLINE_S = 60.0
GRACE_S = 5.0
SHOWN_LINES = 8
HEALTH_INTERVAL = "10m"
"""How often the engine checks health in a lab: a check costs 65 ms of CPU inside the service under test, and
the lab asks the control ports itself, from outside."""

_KEPT = re.compile(r"PATH|HOME|XDG_RUNTIME_DIR|XDG_CONFIG_HOME|SSH_AUTH_SOCK|DOCKER_(?!CONTEXT$)\w+")
_INSTALL = "Debian: `make engine`; elsewhere: install docker-compose-plugin; or use --runtime embedded"
_REMEDIES = (
    (r"no such image|not found locally|pull access|manifest unknown", "Build the images: `lab images`"),
    (
        r"not a docker command|unknown (shorthand )?flag|unknown docker command|unknown command",
        f"Compose is missing. {_INSTALL}",
    ),
    (
        r"overlap|non-overlapping",
        "A network of someone else took the addresses just now: try again, or `docker network prune`",
    ),
    (
        r"cannot connect|connection refused|no such host|error during connect|permission denied",
        "No container engine answers: `make engine`; or use --runtime embedded",
    ),
)


async def create(project: str, file: Path, variables: Mapping[str, str]) -> None:
    """Make the networks, volumes and containers of a project, without starting anything.

    (``up`` would start one after the other, each when the engine has found healthy what it depends on.)

    Raises:
        SetupError: with the plugin's last lines and what to do.
    """
    command = ("create", "--no-build", "--pull", "never", "--remove-orphans")
    await _run(
        ("docker", "compose", "--progress", "quiet", "-p", project, "-f", str(file), *command), variables
    )


def has_compose(deadline_s: float) -> bool:
    """Whether the command and its plugin are there: an engine answers without them, and nothing can be started."""
    command = ("docker", "compose", "version", "--short")
    try:
        done = subprocess.run(
            command, capture_output=True, env=environment({}), timeout=deadline_s, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """What the plugin gets: a way to the engine and the topology's variables, nothing else of the user's."""
    kept = {name: value for name, value in os.environ.items() if _KEPT.fullmatch(name)}
    return {**kept, **variables, "DOCKER_HOST": engine_host(), "HEALTH_INTERVAL": HEALTH_INTERVAL}


async def _run(command: tuple[str, ...], variables: Mapping[str, str]) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment(variables),
            start_new_session=True,  # Ctrl-C is for the lab, which then ends this itself
        )
    except OSError as error:
        remedy = "Install Docker by `make engine` (Debian), or use --runtime embedded"
        raise SetupError(f"the command `docker` can't be started ({error.strerror}). {remedy}") from error
    try:
        async with asyncio.timeout(DEADLINE_S):
            output, _ = await process.communicate()
    except TimeoutError:
        raise SetupError(
            f"`{' '.join(command)}` did not end within {DEADLINE_S:g} s. Does `docker ps` answer?"
        ) from None
    finally:
        await _end(process)
    if process.returncode:
        raise SetupError(_explained(command, process.returncode, output.decode(errors="replace")))


async def _end(process: asyncio.subprocess.Process) -> None:
    """Wait for it to be gone, best by itself: what it still creates could not be taken down."""
    for stop in (None, process.terminate, process.kill):
        with suppress(ProcessLookupError):
            if stop and process.returncode is None:
                stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await process.wait()
            return


def _explained(command: tuple[str, ...], code: int, output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()][-SHOWN_LINES:]
    said = "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"
    text = "\n".join(lines).lower()
    remedy = next((cure for pattern, cure in _REMEDIES if re.search(pattern, text)), "")
    return f"`{' '.join(command)}` ended with {code}. Its last lines:\n{said}" + (
        f"\n{remedy}" if remedy else ""
    )
