"""A program for this machine: every source in turn; when none works, what was tried and why each failed."""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lab import resources
from lab.runtime.base import SetupError
from lab.runtime.binaries.cache import Cache, cache_folder
from lab.runtime.binaries.debian import DebianPackage
from lab.runtime.binaries.gomodule import GoModule
from lab.runtime.binaries.path import Beside, OnPath, override
from lab.runtime.binaries.programs import (
    ALERTMANAGER,
    AMTOOL,
    PROMETHEUS,
    PROMTOOL,
    TOXIPROXY,
    Program,
)
from lab.runtime.binaries.source import Say, Source, UnavailableError, Wanted

TOXIPROXY_MODULE = "github.com/Shopify/toxiproxy/v2"
ALERTMANAGER_MODULE = "github.com/prometheus/alertmanager"
PROMETHEUS_VERSION_VARIABLE = "github.com/prometheus/common/version.Version"


def find_toxiproxy(cache: Path | None = None, say: Say | None = None) -> Path:
    """The path of a Toxiproxy server that starts and has the pinned version or a newer one.

    Args:
        cache: the lab's cache; default: the user's.
        say: gets a line about everything that takes time; default: prints it to stderr.

    Raises:
        SetupError: there is none to be had; says what was tried.
    """
    return _find(TOXIPROXY, cache, say, makers=(_toxiproxy_module,))


def find_prometheus(cache: Path | None = None, say: Say | None = None) -> Path:
    """Prometheus, as :func:`find_toxiproxy`."""
    return _find(PROMETHEUS, cache, say, makers=(_prometheus_package,))


def find_promtool(cache: Path | None = None, say: Say | None = None) -> Path:
    """Prometheus' own checker of configuration, preferably the one beside :func:`find_prometheus`."""
    near = Beside(find_prometheus(cache, say))
    return _find(PROMTOOL, cache, say, near=(near,), makers=(_prometheus_package,))


def find_alertmanager(cache: Path | None = None, say: Say | None = None) -> Path:
    """Alertmanager, as :func:`find_toxiproxy`."""
    return _find(ALERTMANAGER, cache, say, makers=(_alertmanager_module,))


def find_amtool(cache: Path | None = None, say: Say | None = None) -> Path:
    """Alertmanager's own checker of configuration, preferably the one beside :func:`find_alertmanager`."""
    near = Beside(find_alertmanager(cache, say))
    return _find(AMTOOL, cache, say, near=(near,), makers=(_amtool_module,))


def installed(program: Program, cache: Path | None = None) -> Path:
    """The program where nothing has to be downloaded or built for it.

    Raises:
        SetupError: it isn't on this machine.
    """
    return _find(program, cache, None)


Maker = Callable[[Cache], Source]
"""What gets a program onto this machine, into the cache."""


def _toxiproxy_module(cache: Cache) -> Source:
    return _module(f"{TOXIPROXY_MODULE}/cmd/server", f"{TOXIPROXY_MODULE}.Version", cache)


def _alertmanager_module(cache: Cache) -> Source:
    return _module(f"{ALERTMANAGER_MODULE}/cmd/alertmanager", PROMETHEUS_VERSION_VARIABLE, cache)


def _amtool_module(cache: Cache) -> Source:
    return _module(f"{ALERTMANAGER_MODULE}/cmd/amtool", PROMETHEUS_VERSION_VARIABLE, cache)


def _module(package: str, version_variable: str, cache: Cache) -> Source:
    return GoModule(package, version_variable, resources.compose() / "engine.sh", cache)


def _prometheus_package(cache: Cache) -> Source:
    return DebianPackage("prometheus", ("prometheus", "promtool"), cache)


def _find(
    program: Program,
    cache: Path | None,
    say: Say | None,
    *,
    near: Sequence[Source] = (),
    makers: Sequence[Maker] = (),
) -> Path:
    wanted = program.wanted()
    try:
        named = override(program.override, wanted)
    except UnavailableError as error:
        raise SetupError(f"{program.override}: {error}. Correct it or unset it") from error
    store = Cache(cache or cache_folder())
    sources = (*near, *map(OnPath, program.commands), store, *(make(store) for make in makers))
    return named or first_of(sources, wanted, say or _print)


def first_of(sources: Sequence[Source], wanted: Wanted, say: Say) -> Path:
    """Ask each source in turn.

    Raises:
        SetupError: none could give it.
    """
    tried = []
    began = time.monotonic()
    for source in sources:
        try:
            return source.get(wanted, say)
        except (UnavailableError, OSError) as error:
            tried.append(f"  {source.name}: {error}")
    took_s = time.monotonic() - began
    listed = "\n".join(tried)
    raise SetupError(
        f"no {wanted.name} {wanted.range} to be had. Tried ({took_s:.0f} s):\n{listed}\n{wanted.remedy}"
    )


def _print(line: str) -> None:
    sys.stderr.write(line + "\n")
