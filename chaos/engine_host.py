"""Where the container engine is: the same for the SDK, the Compose plugin, the watchdog and the `docker` command."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFAULT = "unix:///var/run/docker.sock"
VARIABLE = "DOCKER_HOST"


def engine_host(environment: Mapping[str, str] | None = None) -> str:
    """``DOCKER_HOST``, else the endpoint of the context that `docker` uses, else the usual socket.

    The SDK alone doesn't know contexts, although an engine in a virtual machine or without root often has one of its
    own: images would be built in one engine and looked for in another.
    """
    env = os.environ if environment is None else environment
    if named := env.get(VARIABLE):
        return named
    config = Path(env.get("DOCKER_CONFIG") or Path(env.get("HOME") or Path.home()) / ".docker")
    context = env.get("DOCKER_CONTEXT") or _read(config / "config.json").get("currentContext")
    if not isinstance(context, str) or context in {"", "default"}:
        return DEFAULT
    folder = hashlib.sha256(context.encode()).hexdigest()
    endpoints = _read(config / "contexts" / "meta" / folder / "meta.json").get("Endpoints")
    docker = endpoints.get("docker") if isinstance(endpoints, dict) else None
    host = docker.get("Host") if isinstance(docker, dict) else None
    return host if isinstance(host, str) and host else DEFAULT


def with_engine_host(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which everything looks for the engine where :func:`engine_host` does."""
    env = dict(os.environ if environment is None else environment)
    return {**env, VARIABLE: engine_host(env)}


def _read(file: Path) -> dict[str, Any]:
    """A JSON object; empty where there is none, or none that can be read."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
