"""Before anything is started: does an engine answer, is it new enough, which networks has it?"""

import ipaddress
import os

import requests
from docker.errors import DockerException

from lab.runtime.base import SetupError
from lab.runtime.compose.engine import connect
from lab.runtime.compose.plugin import HOST

LEAST_API = "1.41"
DEADLINE_S = 5.0


def taken_networks() -> list[ipaddress.IPv4Network]:
    """The IPv4 networks of every network that the engine has.

    Raises:
        SetupError: no engine answers, or it is too old.
    """
    try:
        client = connect(DEADLINE_S)
        try:
            networks = client.api.networks()
            version = client.api.api_version
        finally:
            client.close()
    except (DockerException, requests.RequestException) as error:
        raise SetupError(_no_engine(error)) from error
    if _numbers(version) < _numbers(LEAST_API):
        raise SetupError(
            f"the container engine speaks API {version}; the lab needs {LEAST_API} (Docker 20.10)"
        )
    configs = (config for one in networks for config in (one.get("IPAM") or {}).get("Config") or ())
    subnets = (ipaddress.ip_network(config["Subnet"]) for config in configs if config.get("Subnet"))
    return [subnet for subnet in subnets if isinstance(subnet, ipaddress.IPv4Network)]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _no_engine(error: Exception) -> str:
    host = os.environ.get("DOCKER_HOST", HOST)
    remedy = "Start it (on Debian: `make engine`), set DOCKER_HOST to where it is, or use --runtime embedded"
    if "Permission denied" in str(error):
        remedy = "Join the group that may use it (`sudo usermod -aG docker $USER`), or use --runtime embedded"
    return f"no container engine answers at {host} ({error}). {remedy}"
