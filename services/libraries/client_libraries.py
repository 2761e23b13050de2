"""All libraries that can be named. A new one: its file, a line here, its parts of docs/reference/libraries.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import cast

from services.libraries.library import Library, LibraryError, Route

LAB = "lab"
"""Not a library: the lab's own client, which the retry policies are for."""

_INSTALL = "install the extra `libraries`, e.g. pip install 'retry-storm-lab[libraries]'"


@dataclass(frozen=True, slots=True)
class LibrarySpec:
    """One way in which a library is used.

    Args:
        name: What it is called in a drill.
        needs: The packages that must be installed; the first one is the library itself.
        module: The file in this package; its `open_library(route, *given)` makes a Library.
        given: What `open_library` gets besides the route.
    """

    name: str
    needs: tuple[str, ...]
    module: str
    given: tuple[str, ...] = ()


_ALL = (
    LibrarySpec("aiohttp", ("aiohttp",), "aiohttp"),
    LibrarySpec("aiohttp-retry", ("aiohttp_retry", "aiohttp"), "aiohttp_retry"),
    LibrarySpec("backoff", ("backoff", "requests"), "backoff"),
    LibrarySpec("botocore-adaptive", ("botocore",), "botocore", ("adaptive",)),
    LibrarySpec("botocore-legacy", ("botocore",), "botocore", ("legacy",)),
    LibrarySpec("botocore-standard", ("botocore",), "botocore", ("standard",)),
    LibrarySpec("httpx", ("httpx",), "httpx"),
    LibrarySpec("requests", ("requests",), "requests"),
    LibrarySpec("requests-retry", ("requests", "urllib3"), "requests_retry"),
    LibrarySpec("stamina", ("stamina", "httpx"), "stamina"),
    LibrarySpec("tenacity", ("tenacity", "httpx"), "tenacity"),
    LibrarySpec("urllib3", ("urllib3",), "urllib3"),
)

REGISTRY: Mapping[str, LibrarySpec] = MappingProxyType({spec.name: spec for spec in _ALL})


def names() -> tuple[str, ...]:
    """The valid names: `lab`, then the libraries in alphabetical order."""
    return (LAB, *sorted(REGISTRY))


def validate(name: str) -> None:
    """Nothing, or a LibraryError if there is no library of this name."""
    if name in names():
        return
    near = get_close_matches(name, names(), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise LibraryError(f"unknown library {name!r}{hint} (valid: {', '.join(names())})")


def check_installed(name: str) -> None:
    """Nothing, or a LibraryError if it is unknown or what it needs is not installed in this Python."""
    validate(name)
    missing = [] if name == LAB else [need for need in REGISTRY[name].needs if find_spec(need) is None]
    if missing:
        raise LibraryError(
            f"the library {name!r} needs {' and '.join(missing)}, not installed here: {_INSTALL}"
        )


def open_library(name: str, route: Route) -> Library:
    """The library of this name, set up on the running loop.

    Raises:
        LibraryError: It is unknown, is `lab`, or isn't installed.
    """
    check_installed(name)
    if name == LAB:
        raise LibraryError(f"{LAB!r} is the lab's own client, no library")
    spec = REGISTRY[name]
    module = import_module(f"services.libraries.{spec.module}")
    return cast("Library", module.open_library(route, *spec.given))
