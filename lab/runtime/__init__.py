"""The runtimes, and the only place where a runtime's name is compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.runtime.base import Runtime, SetupError
from lab.runtime.slots import hold_slot

ENGINE_ANSWERS_WITHIN_S = 3

__all__ = ["Choice", "Runtime", "SetupError", "choose_runtime", "make_runtime"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A runtime and, in one line, why it was chosen."""

    name: str
    because: str


def choose_runtime(asked: str) -> Choice:
    """The runtime that was asked for; for ``auto`` compose where an engine can carry a lab, else embedded."""
    if asked != "auto":
        return Choice(asked, f"runtime: {asked}, as asked")
    from lab.runtime.compose.preflight import why_unfit  # noqa: PLC0415 - a fifth of a second for embedded

    if unfit := why_unfit(ENGINE_ANSWERS_WITHIN_S):
        return Choice("embedded", f"runtime: embedded ({unfit}): local processes on loopback")
    return Choice("compose", "runtime: compose (a container engine answers)")


@contextmanager
def make_runtime(name: str, run: str, folder: Path) -> Iterator[Runtime]:
    """A runtime with a slot of its own for as long as the context is open.

    Raises:
        SetupError: no slot is free.
    """
    with hold_slot() as slot:
        if name == "compose":
            from lab.runtime.compose.runtime import Compose  # noqa: PLC0415 - the engine's SDK is slow to import

            yield Compose(run, folder, slot)
        else:
            from lab.runtime.embedded.runtime import Embedded  # noqa: PLC0415

            yield Embedded(run, folder, slot)
