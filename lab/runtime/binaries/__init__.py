"""Programs that the embedded runtime needs and that are no Python: found, or made. One file a source.

First that works: an environment variable (``$LAB_TOXIPROXY``, ``$LAB_PROMETHEUS``, ``$LAB_ALERTMANAGER``) and PATH
(``path``), the lab's cache (``cache``); then for Toxiproxy and Alertmanager a build of the pinned Go module, whose
checksum the Go tools verify (``gomodule``), and for Prometheus, which can't be built that way, the distribution's
package, whose signature apt verifies (``debian``). Binaries of upstream releases are no source: no one here could
download one and so know the checksum that would have to be pinned.
"""

from lab.runtime.binaries.find import (
    find_alertmanager,
    find_amtool,
    find_prometheus,
    find_promtool,
    find_toxiproxy,
    installed,
)
from lab.runtime.binaries.programs import ALERTMANAGER, PROMETHEUS, TOXIPROXY, Program

__all__ = [
    "ALERTMANAGER",
    "PROMETHEUS",
    "TOXIPROXY",
    "Program",
    "find_alertmanager",
    "find_amtool",
    "find_prometheus",
    "find_promtool",
    "find_toxiproxy",
    "installed",
]
