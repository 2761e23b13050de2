"""Engines that answer and yet can't carry a lab: on another host, or without CPU quotas. One sentence each."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

HERE = frozenset({"unix", "npipe", "fd", "http+unix"})
"""Schemes of sockets of this machine."""
NO_CGROUPS = "none"


def why_elsewhere(host: str) -> str | None:
    """Why an engine at this address is of no use: it mounts files, and opens ports, of its own host."""
    parts = urlsplit(host if "://" in host else f"tcp://{host}")
    if parts.scheme in HERE or _is_here(parts.hostname or ""):
        return None
    return (
        f"the container engine at {host} is on another host, and the lab's files and ports would be on that one. Set "
        "DOCKER_HOST to an engine of this machine (unix:///var/run/docker.sock), or use --runtime embedded"
    )


def why_no_quotas(info: Mapping[str, Any]) -> str | None:
    """Why an engine can't give the bridge its capacity, by what it says of itself (``docker info``)."""
    if info.get("CpuCfsQuota", True) and info.get("CgroupDriver") != NO_CGROUPS:
        return None
    if not any("rootless" in option for option in info.get("SecurityOptions") or ()):
        return (
            "the container engine can't limit CPU (no CFS quotas), so the bridge would have no capacity. Use a kernel "
            "with CONFIG_CFS_BANDWIDTH and mounted control groups, or --runtime embedded"
        )
    return (
        "the container engine is rootless and can't limit CPU, so the bridge would have no capacity. Delegate the cpu "
        "controller to your user (systemd: Delegate=cpu cpuset io memory pids for user@.service), or use "
        "--runtime embedded"
    )


def _is_here(host: str) -> bool:
    """Whether a name or an address is this machine's own loopback."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
