"""Keys that mean something to a container engine only, each with the reason why embedded leaves it out."""

_ISOLATION = "embedded isolates by configuration only: each service is a process of the user who runs the lab"
_IMAGE = "a local process has no image: its code is the checkout, its programs are found or built"
_ENGINE = "the engine's way to find or keep what it runs; embedded keeps its own records in the run folder"

CONTAINER_ONLY: dict[str, str] = {
    "build": _IMAGE,
    "image": _IMAGE,
    "pull_policy": _IMAGE,
    "user": _ISOLATION,
    "read_only": _ISOLATION,
    "tmpfs": _ISOLATION,
    "cap_drop": _ISOLATION,
    "security_opt": _ISOLATION,
    "init": "the lab itself is the parent that reaps its children",
    "mem_limit": "needs a memory cgroup; embedded reports memory (PSS) and limits none",
    "cpu_period": "the lab sets capacity; embedded's governor does it by SIGSTOP and SIGCONT",
    "cpu_quota": "as cpu_period",
    "pids_limit": _ISOLATION,
    "ulimits": "embedded inherits the user's open-file limit, which `lab doctor` checks",
    "logging": "embedded writes one plain file a service, which ends with its run",
    "labels": _ENGINE,
    "restart": "in both runtimes the lab, not the engine, decides about starting again",
    "stop_grace_period": "embedded has one grace period for all: SIGTERM, then SIGKILL",
    "stop_signal": "as stop_grace_period",
    "extra_hosts": "embedded gives no service a way to anything but loopback addresses",
}
"""Of ``sysctls`` (interpreted) embedded uses ``net.core.somaxconn`` of the services it can set a listen queue
for; the others belong to a network namespace, which a local process shares with the host."""
