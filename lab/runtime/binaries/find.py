"""Toxiproxy for this machine: every source in turn; when none works, what was tried and why each failed."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from dotenv import dotenv_values

from lab.runtime.base import SetupError
from lab.runtime.binaries.cache import Cache, cache_folder
from lab.runtime.binaries.gomodule import GoModule
from lab.runtime.binaries.path import OnPath, override
from lab.runtime.binaries.source import Say, Source, UnavailableError, Wanted

ROOT = Path(__file__).resolve().parents[3]
OVERRIDE = "LAB_TOXIPROXY"
SERVER = "toxiproxy-server"
MODULE = "github.com/Shopify/toxiproxy/v2"
REMEDY = (
    "Connect to the internet once and run `make setup`, or put toxiproxy-server on PATH, or name one by "
    f"{OVERRIDE}=/path/to/toxiproxy-server, or take --runtime compose"
)


def toxiproxy_version() -> str:
    """The pinned version: ``TOXIPROXY_VERSION`` of compose/.env, which the images are built from as well."""
    version = dotenv_values(ROOT / "compose" / ".env").get("TOXIPROXY_VERSION")
    if not version:
        raise SetupError(f"{ROOT / 'compose' / '.env'} has no TOXIPROXY_VERSION. Restore it from git")
    return version


def find_toxiproxy(cache: Path | None = None, say: Say | None = None) -> Path:
    """The path of a Toxiproxy server that starts and has the pinned version or a newer one.

    Args:
        cache: the lab's cache; default: the user's.
        say: gets a line about everything that takes time; default: prints it to stderr.

    Raises:
        SetupError: there is none to be had; says what was tried.
    """
    store = Cache(cache or cache_folder())
    script = ROOT / "compose" / "engine.sh"
    module = GoModule(f"{MODULE}/cmd/server", f"{MODULE}.Version", script, store)
    return _find((OnPath(SERVER), store, module), say or _print)


def installed_toxiproxy(cache: Path | None = None) -> Path:
    """As :func:`find_toxiproxy`, but nothing is built."""
    return _find((OnPath(SERVER), Cache(cache or cache_folder())), _print)


def _find(sources: Sequence[Source], say: Say) -> Path:
    wanted = Wanted("toxiproxy", toxiproxy_version())
    try:
        named = override(OVERRIDE, wanted)
    except UnavailableError as error:
        raise SetupError(f"{OVERRIDE}: {error}. Correct it or unset it") from error
    return named or first_of(sources, wanted, say)


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
        f"no {wanted.name} {wanted.version} to be had. Tried ({took_s:.0f} s):\n{listed}\n{REMEDY}"
    )


def _print(line: str) -> None:
    sys.stderr.write(line + "\n")
