"""A program out of the distribution's package, unpacked without root into the lab's cache: nothing is installed.

Only for a program that needs no other file of its package. Debian's Alertmanager is none: it reads its templates from
``/usr/share/prometheus/alertmanager`` and doesn't start without.
"""

import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from lab.runtime.binaries.cache import Cache
from lab.runtime.binaries.source import Say, UnavailableError, Wanted, verified
from lab.runtime.binaries.tool import call_tool

DOWNLOAD_DEADLINE_S = 300.0
UPDATE_DEADLINE_S = 300.0
UNPACK_DEADLINE_S = 120.0
PATIENCE = ("-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20")
"""A network that swallows everything is given up after seconds, not after apt's two minutes an address."""

LOCK_DEADLINE_S = 2 * DOWNLOAD_DEADLINE_S + UPDATE_DEADLINE_S + UNPACK_DEADLINE_S


@dataclass(frozen=True, slots=True)
class DebianPackage:
    """``package`` of Debian, or of a distribution made from it, by the apt sources that this machine has.

    Args:
        package: its name.
        programs: those in the package's ``/usr/bin`` that are kept, whichever is asked for: of one version.
        cache: where they go.
    """

    package: str
    programs: tuple[str, ...]
    cache: Cache
    name: str = "the distribution's package"

    def get(self, wanted: Wanted, say: Say) -> Path:
        """Download and unpack it, unless another process just did."""
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise UnavailableError(f"no {tool} here, which {self.package} could be had by (no Debian?)")
        place = self.cache.place(wanted)
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(place.parent / f"{self.package}.deb.lock", timeout=LOCK_DEADLINE_S):
            try:
                return verified(place, wanted)
            except UnavailableError:
                with tempfile.TemporaryDirectory(dir=place.parent) as folder:
                    self._unpack(Path(folder), wanted, say)
        return verified(place, wanted)

    def _unpack(self, folder: Path, wanted: Wanted, say: Say) -> None:
        """A program of a version that won't do is reported from here, and doesn't get into the cache."""
        began = time.monotonic()
        say(f"{wanted.name}: unpacking Debian's package {self.package} (once; a few seconds) ...")
        package = self._download(folder)
        call_tool(["dpkg-deb", "-x", str(package), str(folder / "root")], UNPACK_DEADLINE_S)
        unpacked = folder / "root" / "usr" / "bin"
        verified(unpacked / wanted.name, wanted)
        for name in self.programs:
            place = self.cache.place(replace(wanted, name=name))
            (unpacked / name).replace(place)
            say(f"{name}: {place} ({time.monotonic() - began:.0f} s)")

    def _download(self, folder: Path) -> Path:
        """The package's file. Where that fails and we may, the package lists are fetched, and it is tried again."""
        command = ["apt-get", "download", *PATIENCE, self.package]
        try:
            call_tool(command, DOWNLOAD_DEADLINE_S, cwd=folder)
        except UnavailableError as error:
            if os.geteuid() != 0:
                hint = "if the package lists are missing or old: sudo apt-get update"
                raise UnavailableError(f"{error} ({hint})") from error
            _update_lists()
            call_tool(command, DOWNLOAD_DEADLINE_S, cwd=folder)
        found = sorted(folder.glob("*.deb"))
        if not found:
            raise UnavailableError(f"`{' '.join(command[:2])}` ended well, but left no package behind")
        return found[0]


def _update_lists() -> None:
    """A failing third-party source must not stop us: what is really missing shows at the second download."""
    with contextlib.suppress(UnavailableError):
        call_tool(["apt-get", "update", *PATIENCE], UPDATE_DEADLINE_S)
