"""Programs that the embedded runtime needs and that are no Python: found, or built. One file a source.

Toxiproxy's sources, first that works: ``$LAB_TOXIPROXY`` and PATH (``path``), the lab's cache (``cache``), a
build of its pinned Go module, whose checksum the Go tools verify (``gomodule``). The binary of its upstream
release is no source: nobody here could download one and so know the checksum that would have to be pinned.
"""

from lab.runtime.binaries.find import find_toxiproxy, installed_toxiproxy, toxiproxy_version

__all__ = ["find_toxiproxy", "installed_toxiproxy", "toxiproxy_version"]
