"""A program built from its pinned Go module, into the lab's cache."""

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from lab.runtime.binaries.cache import Cache
from lab.runtime.binaries.source import ASK_DEADLINE_S, Say, Wanted, verified
from lab.runtime.binaries.tool import call_tool

BUILD_DEADLINE_S = 900.0
MOST_MIN = 2 * BUILD_DEADLINE_S / 60
"""Minutes: to find a Go, and to build with it."""
UNSET = {
    *("GOFLAGS", "GOOS", "GOARCH", "GOBIN"),
    *("GOSUMDB", "GOPRIVATE", "GONOSUMDB", "GONOSUMCHECK", "GOINSECURE", "GOTOOLCHAIN"),
}
"""A user's own settings that would build something else, or elsewhere, or by whose leave no checksum is verified."""
UNVERIFIED = "off"


@dataclass(frozen=True, slots=True)
class GoModule:
    """``package@v<version>``, built statically with the version written into ``version_variable``.

    Args:
        package: import path of the command.
        version_variable: the Go variable that holds the version.
        finder: the script that prints the path of a Go (``--go``), fetching one if there is none.
        cache: where the result goes.
    """

    package: str
    version_variable: str
    finder: Path
    cache: Cache
    name: str = "a build of its Go module"

    def get(self, wanted: Wanted, say: Say) -> Path:
        """Build it, unless another process just did."""
        place = self.cache.place(wanted)
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(place.with_suffix(".lock"), timeout=BUILD_DEADLINE_S):
            if not place.exists():
                self._build(wanted, place, say)
        return verified(place, wanted)

    def _build(self, wanted: Wanted, place: Path, say: Say) -> None:
        began = time.monotonic()
        say(
            f"{wanted.name} {wanted.version}: not on PATH, not in {place.parent}. Building it from its Go module, by a "
            "Go of this machine or one that apt-get fetches (once; a minute or two, given up after "
            f"{MOST_MIN:g} min) ..."
        )
        go = call_tool(["sh", str(self.finder), "--go"], BUILD_DEADLINE_S).splitlines()[-1]
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            env = settings(go)
            flags = f"-s -w -X {self.version_variable}={wanted.version}"
            target = f"{self.package}@v{wanted.version}"
            command = [go, "install", "-trimpath", "-ldflags", flags, target]
            call_tool(command, BUILD_DEADLINE_S, env=env | {"GOBIN": folder, "CGO_ENABLED": "0"})
            (built,) = Path(folder).iterdir()
            built.replace(place)
        say(f"{wanted.name} {wanted.version}: built with {go} ({time.monotonic() - began:.0f} s): {place}")


def settings(go: str) -> dict[str, str]:
    """An environment with Go's defaults, but for where modules come from and who knows their checksums.

    What the user has set by ``go env -w`` counts for no more than what is exported; ``compose/steps.sh`` has the same.
    """
    env = {name: value for name, value in os.environ.items() if name not in UNSET} | {"GOENV": "off"}
    kept = {name: call_tool([go, "env", name], ASK_DEADLINE_S) for name in ("GOPROXY", "GOSUMDB")}
    return env | {name: value for name, value in kept.items() if value and value != UNVERIFIED}
