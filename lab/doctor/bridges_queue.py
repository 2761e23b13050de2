"""Whether the bridge's queue can be set from outside, as the embedded runtime must: tried on a child process."""

import sys
from collections.abc import Callable

from chaos.listen_queue import why_not_settable
from lab.doctor.diagnosis import Diagnosis

NAME = "Bridge's queue"
REMEDY = (
    "Use --runtime compose, or allow pidfd_getfd (docker run --cap-add SYS_PTRACE, or another seccomp profile; "
    "kernel.yama.ptrace_scope below 3)"
)


def bridges_queue(why_not: Callable[[], str | None] = why_not_settable) -> Diagnosis:
    """Where it can't be set, a bridge would have the host's queue: embedded refuses every drill then."""
    if sys.platform != "linux":
        return Diagnosis(NAME, "ok", "the container engine sets it")
    why = why_not()
    if why is None:
        return Diagnosis(NAME, "ok", "can be set from outside, as embedded does")
    return Diagnosis(NAME, "warn", f"would be the host's, so embedded refuses every drill: {why}", REMEDY)
