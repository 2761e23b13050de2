"""Start a local process from its spec file, and say in its record file which one it is."""

import os
import re
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chaos.engine_host import VARIABLE as HOST_VARIABLE
from chaos.engine_host import engine_host
from chaos.errors import RefusedError
from chaos.mark import VARIABLE
from chaos.process.files import read_json, write_json
from chaos.process.identity import is_alive, started_ticks
from chaos.process.own_python import import_path, own_python

KEPT = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|XDG_RUNTIME_DIR|XDG_CONFIG_HOME"
    r"|DOCKER_\w+|SSH_AUTH_SOCK|SSL_CERT_FILE|SSL_CERT_DIR|PYTHONHOME|PYTHONDONTWRITEBYTECODE|PYTHONPYCACHEPREFIX"
)
"""What a process of our own needs of the caller's environment: its interpreter, the engine, where files go.

Nothing else: CI systems mark what a job starts by a variable, and kill all that has it when the job ends (Jenkins:
JENKINS_NODE_COOKIE, BUILD_ID; GitHub's runner: RUNNER_TRACKING_ID; Azure's: VSTS_PROCESS_LOOKUP_ID; ...).
"""

_children: dict[int, subprocess.Popen[bytes]] = {}
"""What this process has spawned: only the parent learns how a process ended."""


class ProcessSpec(BaseModel):
    """What a process is started from. ``env`` is its whole environment; ``log`` gets both its outputs."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    argv: tuple[str, ...]
    env: dict[str, str]
    cwd: Path
    log: Path


class ProcessRecord(BaseModel):
    """Which process it is now."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    pid: int
    started_ticks: int

    @property
    def alive(self) -> bool:
        """It still runs, or is stopped."""
        return is_alive(self.pid, self.started_ticks)


def read_record(path: Path) -> ProcessRecord | None:
    """What a record file says; None when there is none."""
    content = read_json(path)
    return None if content is None else ProcessRecord.model_validate(content)


def spawn(spec: ProcessSpec, record: Path | None = None) -> ProcessRecord:
    """Start the process in a session of its own, so that no Ctrl-C of a terminal reaches it.

    Raises:
        RefusedError: it can't be started; the message has the command.
    """
    try:
        with spec.log.open("ab") as log:
            process = subprocess.Popen(
                spec.argv,
                env=spec.env,
                cwd=spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise RefusedError(f"{spec.argv[0]} can't be started: {error}") from error
    ticks = started_ticks(process.pid)
    if ticks is None:
        raise RefusedError(f"{spec.argv[0]} ended at once with {process.wait()}; its log is {spec.log}")
    _children[process.pid] = process
    started = ProcessRecord(pid=process.pid, started_ticks=ticks)
    if record is not None:
        write_json(record, {**(read_json(record) or {}), **started.model_dump()})
    return started


def spawn_from(spec: Path, record: Path) -> ProcessRecord:
    """Start what the JSON file ``spec`` says, and write ``record``."""
    return spawn(read_spec(spec), record)


def exit_code(pid: int) -> int | None:
    """How a process that *this* process has spawned ended; None: it runs, or someone else spawned it."""
    child = _children.get(pid)
    return None if child is None else child.poll()


def read_spec(path: Path) -> ProcessSpec:
    """What the JSON file ``path`` says.

    Raises:
        RefusedError: it can't be read, or something is missing in it.
    """
    try:
        return ProcessSpec.model_validate_json(path.read_text())
    except (OSError, ValueError) as error:
        raise RefusedError(f"{path} does not say how to start it again: {error}") from error


def own_module(module: str, *arguments: str, log: Path, mark: str | None = None) -> ProcessSpec:
    """The spec of ``python -P -m chaos.<module>``. With ``mark``, it ends with the processes of that run.

    It has none of the variables by which a CI system finds what a job has left, to kill it (``KEPT``): who cleans up
    after a runner must not be killed with it.
    """
    env = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)} | import_path()
    env[HOST_VARIABLE] = (
        engine_host()
    )  # another `docker context use` meanwhile must not lead it to another engine
    if mark is not None:
        env[VARIABLE] = mark
    return ProcessSpec(argv=own_python(module, *arguments), env=env, cwd=Path("/"), log=log)


def start_governor(target: ProcessRecord, folder: Path, mark: str) -> ProcessRecord:
    """Start a CPU governor for a process; its share, status and log lie in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ("--pid", target.pid, "--started-ticks", target.started_ticks, "--dir", folder)
    return spawn(own_module("chaos.governor", *map(str, arguments), log=folder / "log", mark=mark))
