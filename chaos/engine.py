"""The container engine, by the Docker SDK: blocking calls in threads, each with a deadline and a client.

No connection outlives its call, so no one (the watchdog above all) holds the engine's socket open.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import docker
import requests
from docker.errors import APIError, DockerException, NotFound

from chaos.engine_host import with_engine_host
from chaos.errors import DeadlineError, RefusedError, TargetGoneError

T = TypeVar("T")


async def with_engine(use: Callable[[docker.DockerClient], T], deadline_s: float, what: str) -> T:
    """Run ``use(client)`` in a thread.

    Raises:
        TargetGoneError: the container is gone.
        DeadlineError: no answer after ``deadline_s`` seconds.
        RefusedError: the engine said no, or does not answer at all.
    """
    try:
        async with asyncio.timeout(deadline_s):
            return await asyncio.to_thread(_call, use, deadline_s)
    except NotFound as error:
        raise TargetGoneError(f"{what}: {error.explanation}") from error
    except APIError as error:
        raise RefusedError(f"{what}: the engine answered {error.status_code}: {error.explanation}") from error
    except (TimeoutError, requests.Timeout):
        raise DeadlineError(f"{what}: the container engine did not answer within {deadline_s:g} s") from None
    except (DockerException, requests.RequestException) as error:
        raise RefusedError(f"{what}: the container engine can't be reached: {error}") from error


def _call(use: Callable[[docker.DockerClient], T], deadline_s: float) -> T:
    client = docker.from_env(timeout=max(1, round(deadline_s)), environment=with_engine_host())
    try:
        return use(client)
    finally:
        client.close()
