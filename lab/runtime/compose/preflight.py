"""Before anything is started: does an engine of this host answer, can it carry a lab, which networks has it?"""

import ipaddress

import requests
from docker.errors import DockerException

from chaos.engine_host import engine_host
from lab.runtime.base import SetupError
from lab.runtime.compose.engine import connect
from lab.runtime.compose.engine_fitness import why_elsewhere, why_no_quotas
from lab.runtime.compose.plugin import has_compose

LEAST_API = "1.41"
DEADLINE_S = 5.0


def taken_networks() -> list[ipaddress.IPv4Network]:
    """The IPv4 networks of every network that the engine has.

    Raises:
        SetupError: no engine answers, or it can't carry a lab: too old, on another host, without CPU quotas.
    """
    if elsewhere := why_elsewhere(engine_host()):
        raise SetupError(elsewhere)
    try:
        client = connect(DEADLINE_S)
        try:
            networks, info = client.api.networks(), client.api.info()
            version = client.api.api_version
        finally:
            client.close()
    except (DockerException, requests.RequestException) as error:
        raise SetupError(_no_engine(error)) from error
    if _numbers(version) < _numbers(LEAST_API):
        raise SetupError(
            f"the container engine speaks API {version}; the lab needs {LEAST_API} (Docker 20.10)"
        )
    if no_quotas := why_no_quotas(info):
        raise SetupError(no_quotas)
    configs = (config for one in networks for config in (one.get("IPAM") or {}).get("Config") or ())
    subnets = (ipaddress.ip_network(config["Subnet"]) for config in configs if config.get("Subnet"))
    return [subnet for subnet in subnets if isinstance(subnet, ipaddress.IPv4Network)]


def why_unfit(deadline_s: float) -> str | None:
    """Why no lab can be had in containers here, in half a sentence; None: it can."""
    host = engine_host()
    if why_elsewhere(host):
        return f"the container engine at {host} is on another host"
    try:
        client = connect(deadline_s)
        try:
            info = client.api.info()
        finally:
            client.close()
    except (DockerException, requests.RequestException, OSError):
        return "no container engine answers"
    if why_no_quotas(info):
        return "the container engine can't limit CPU"
    return None if has_compose(deadline_s) else "`docker compose` is missing"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _no_engine(error: Exception) -> str:
    host = engine_host()
    remedy = "Start it (Debian: `make engine`), name it by DOCKER_HOST or a docker context, or use --runtime embedded"
    if "Permission denied" in str(error):
        remedy = "Join the group that may use it (`sudo usermod -aG docker $USER`), or use --runtime embedded"
    return f"no container engine answers at {host} ({error}). {remedy}"
