"""Whether there is a loopback network with IPv4: the embedded runtime gives each service an address of 127.0.0.0/8."""

import sys

from lab.doctor.diagnosis import Diagnosis
from lab.runtime.embedded.kernel import why_no_loopback

NAME = "Loopback"
TODO = "sudo ip link set lo up (it needs IPv4); or use --runtime compose"


def loopback() -> Diagnosis:
    """Tried by one connection."""
    if sys.platform != "linux":
        return Diagnosis(NAME, "ok", "containers have their own")
    why = why_no_loopback()
    if why is None:
        return Diagnosis(NAME, "ok", "127.0.0.0/8")
    return Diagnosis(NAME, "warn", f"{why}: embedded refuses every drill", TODO)
