"""Where a customer's requests go: TARGETS names what the load can reach.

TARGETS=edge=http://edge:8080 streaming=http://streaming:8080
"""

import os
import re
from collections.abc import Collection

from geventhttpclient.url import URL

from loadgen.settings_error import SettingsError

_PAIR = re.compile(r"([a-z0-9][a-z0-9-]*)=(https?://\S+)")


def known_targets() -> dict[str, URL]:
    """TARGETS, by name.

    Raises:
        ValueError: it can't be read.
    """
    targets = {}
    for pair in os.environ.get("TARGETS", "").split():
        match = _PAIR.fullmatch(pair)
        if match is None:
            raise ValueError(f"TARGETS: {pair!r} is not name=http://host:port")
        targets[match[1]] = URL(match[2])
    return targets


def check_target(name: str, targets: Collection[str]) -> None:
    """Nothing, or a SettingsError that names the targets that there are."""
    if name and name not in targets:
        raise SettingsError(f"there is no target {name!r}", "target", name, sorted(targets))
