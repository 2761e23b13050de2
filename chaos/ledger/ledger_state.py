"""A ledger's lines as data, and what they come to when they are folded."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from chaos.actions import ANY, Action, BaseAction
from chaos.errors import ChaosError
from chaos.ledger.jsonl import read_lines
from chaos.process.identity import is_alive
from chaos.traits import NONE, Traits

SCHEMA = 1
LedgerState = Literal["intended", "applied", "refused", "reverted", "rollback-failed"]
TAIL_BYTES = 65_536
OPEN: frozenset[LedgerState] = frozenset({"intended", "applied", "rollback-failed"})

OLD_STATES: Mapping[str, LedgerState] = MappingProxyType({"stuck": "rollback-failed"})
"""As ledgers of labs before schema 2 of the journal have it: such a one may still be open, for `lab recover`."""


class LedgerError(ChaosError):
    """The ledger can't be read or written; nothing may be applied."""


class Header(BaseModel):
    """The first line.

    ``epoch_s`` is zero of the run's clock on CLOCK_MONOTONIC, ``boot`` the kernel's boot id.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    schema_version: int = SCHEMA
    run: str
    epoch_s: int
    boot: str
    owner_pid: int
    owner_started_ticks: int

    def of_this_boot(self) -> bool:
        """Whether its pids, ports and clock still mean anything."""
        return self.boot == boot_id()

    def owner_alive(self) -> bool:
        """Whether whoever began the ledger still runs."""
        return self.of_this_boot() and is_alive(self.owner_pid, self.owner_started_ticks)


class AppliedStep(BaseModel):
    """An action with the inverse that the world's state asked for before it was applied."""

    model_config = ConfigDict(frozen=True)
    action: Action
    inverse: Action


class Intent(BaseModel):
    """One fault, mitigation or setting with all its steps, as the journal calls it."""

    model_config = ConfigDict(frozen=True)
    id: str
    name: str
    kind: str
    fault: str
    target: str
    params: dict[str, Any]
    by: str
    steps: tuple[AppliedStep, ...]
    traits: Traits = NONE

    def resource_keys(self) -> frozenset[str]:
        """What its actions set to values of their own."""
        return frozenset().union(*(step.action.resource_keys() for step in self.steps))


@dataclass(slots=True)
class Account:
    """What a ledger says, folded.

    Attributes:
        intents: what may be active, in the order in which it was written; what is settled is left out, so that a ledger
            of many runs takes no more memory than one of one.
        states: of everything that was ever intended.
        journals: of runs on this lab that have one of their own and no end yet -> zero of their clock.
    """

    header: Header
    intents: dict[str, Intent] = field(default_factory=dict)
    states: dict[str, LedgerState] = field(default_factory=dict)
    owned: list[BaseAction] = field(default_factory=list)
    journals: dict[str, int] = field(default_factory=dict)
    closed: bool = False

    def open(self) -> list[Intent]:
        """What may be active, oldest first."""
        return list(self.intents.values())

    def blocking_later(self, intent: Intent) -> list[Intent]:
        """What is active and has set the same since: undone first, each leads back to the state that it found."""
        touched = intent.resource_keys()
        later = list(self.intents.values())[list(self.intents).index(intent.id) + 1 :]
        return [one for one in later if touched & one.resource_keys()]

    def done(self) -> bool:
        """Whether nothing is active and nothing has to be taken down: it may be closed."""
        return not self.open() and not self.owned

    def take(self, line: dict[str, Any]) -> None:
        """Fold one line. Lines of an unknown type belong to a later version and are passed over."""
        match line["type"]:
            case "intended":
                intent = Intent.model_validate({k: v for k, v in line.items() if k != "type"})
                self.intents[intent.id] = intent
                self.states[intent.id] = "intended"
            case "settled":
                self.states[line["id"]] = OLD_STATES.get(line["state"], line["state"])
                if self.states[line["id"]] not in OPEN:
                    self.intents.pop(line["id"], None)
            case "owned":
                self.owned.append(ANY.validate_python(line["action"]))
            case "recorded" if line["epoch_s"] is None:
                self.journals.pop(line["journal"], None)
            case "recorded":
                self.journals[line["journal"]] = line["epoch_s"]
            case "released":
                self.owned.clear()
            case "closed":
                self.closed = True


def read_ledger(path: Path) -> Account:
    """What a ledger says, up to its last whole line.

    Raises:
        LedgerError: it can't be read, is not ours, or is of a later schema.
    """
    try:
        first, *rest = read_lines(path)
        header = Header.model_validate(first)
        if header.schema_version > SCHEMA:
            raise LedgerError(f"{path} has schema {header.schema_version}; this lab knows {SCHEMA}")
        account = Account(header)
        for line in rest:
            account.take(line)
    except (OSError, ValueError, KeyError) as error:
        raise LedgerError(f"the ledger {path} can't be read: {error}") from error
    return account


def is_closed(path: Path) -> bool:
    """Whether a ledger has its end; only its last lines are read, so it can be asked ten times a second.

    An owner that was taken for dead may have written lines after the watchdog's end. A ledger that was removed has
    nothing to undo, either.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - TAIL_BYTES, 0))
            return any(line.startswith(b'{"type":"closed"') for line in file.read().split(b"\n"))
    except FileNotFoundError:
        return True


def boot_id() -> str:
    """Names the kernel's present boot: pids and clocks of another one mean nothing."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
