"""The live page's server: a process of its own, which ends with this one."""

import os
import subprocess
import sys
from pathlib import Path

from chaos.process.own_python import import_path, own_python

END_S = 10.0
"""It ends within this after Ctrl-C, or is killed: it holds nothing."""


def serve_page(home: Path, run: str | None, port: int, *, browser: bool) -> int:
    """Serve the page until Ctrl-C or the server's own end; the exit code.

    The pipe at its stdin is never written to: its end says that this process is gone, however it went.
    """
    command = [*own_python("lab.web", str(home)), "--port", str(port)]
    command += ["--run", run] if run is not None else []
    command += ["--browser"] if browser else []
    sys.stdout.flush()
    server = subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, **import_path()})
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        if server.stdin is not None:
            server.stdin.close()
        try:
            server.wait(END_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
