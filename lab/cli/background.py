"""``lab up``: a lab that goes on after the command that started it, until ``lab down``."""

import asyncio
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from chaos.process.own_python import import_path, own_python
from chaos.wait import WaitTimeoutError, wait_until
from lab.remote.client import LabClient
from lab.runs.folder import RunFolder, create_run_folder, write_request
from lab.runs.home import VARIABLE
from lab.runtime.base import SetupError
from lab.session import Request
from lab.session.status import UP

UP_DEADLINE_S = 180.0


def start_in_background(
    request: Request,
    say: Callable[[str], None],
    *,
    program: str = "lab.cli.living_lab",
    name: str = "interactive",
    prepare: Callable[[RunFolder], None] | None = None,
) -> RunFolder:
    """Start the session's process and return when its lab is calibrated and listens.

    Args:
        request: the lab.
        say: gets what it is at.
        program: the module that is run with the run folder as its argument.
        name: of the run folder.
        prepare: puts into the folder what the program needs besides.

    Raises:
        SetupError: it ended instead; what it said last is in the message.
    """
    folder = create_run_folder(request.home, name, request.out)
    write_request(folder, request.drill.resolved(), request.runtime)
    if prepare is not None:
        prepare(folder)
    log = folder.path / "lab.log"
    say(f"bringing the lab up (log: {log})")
    with log.open("wb") as output:
        process = subprocess.Popen(
            own_python(program, str(folder.path)), env=_environment(request.home), cwd=folder.path,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip

    said = ""

    async def ready() -> bool:
        nonlocal said
        if process.poll() is not None:
            raise SystemExit
        if not folder.socket.is_socket():
            return False
        now = await LabClient(folder).call("GET", "/status")
        doing = ", ".join(filter(None, (now["state"], now.get("progress", ""))))
        if now["state"] != UP and doing != said:
            said = doing
            say(f"  {doing}")
        return bool(now["state"] == UP)

    try:
        # Half a second between two questions: the calibration that goes on meanwhile is a measurement.
        asyncio.run(wait_until(ready, UP_DEADLINE_S, "the lab to be up", every_s=0.5))
    except (SystemExit, WaitTimeoutError) as failed:
        process.terminate()
        raise SetupError(f"the lab did not come up: {_last_words(log)}") from failed
    except KeyboardInterrupt:
        process.terminate()
        raise
    return folder


def _environment(home: Path) -> dict[str, str]:
    """The user's own, with the home by its path: the process stands elsewhere, in its run's folder."""
    mine = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**mine, **import_path(), VARIABLE: str(home)}


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return "\n".join(lines[-15:]) or f"it said nothing; see {log}"
