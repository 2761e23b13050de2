"""Every verb that changes the world: frozen, serialisable; ``do`` says which. An inverse is one, too."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from chaos.actions.action import BaseAction, Rank, Reading
from chaos.actions.automate import Automate
from chaos.actions.change_settings import ChangeSettings
from chaos.actions.compose_down import ComposeDown
from chaos.actions.cpu import Cap, CpuGovernor, CpuQuota, cpu_cap
from chaos.actions.life import SendSignal, Start
from chaos.actions.listen_queue import ListenQueue
from chaos.actions.setting_word import SettingWord
from chaos.actions.stop_processes import StopProcesses
from chaos.actions.toxics import AddToxic, ProxyEnabled, RemoveToxic, UpdateToxic

Action = Annotated[
    AddToxic
    | RemoveToxic
    | UpdateToxic
    | ProxyEnabled
    | CpuQuota
    | CpuGovernor
    | SendSignal
    | Start
    | ListenQueue
    | ChangeSettings
    | Automate
    | SettingWord
    | StopProcesses
    | ComposeDown,
    Field(discriminator="do"),
]

ANY: TypeAdapter[Action] = TypeAdapter(Action)
"""Parses an action from the ledger."""

__all__ = [
    "ANY",
    "Action",
    "AddToxic",
    "Automate",
    "BaseAction",
    "Cap",
    "ChangeSettings",
    "ComposeDown",
    "CpuGovernor",
    "CpuQuota",
    "ListenQueue",
    "ProxyEnabled",
    "Rank",
    "Reading",
    "RemoveToxic",
    "SendSignal",
    "SettingWord",
    "Start",
    "StopProcesses",
    "UpdateToxic",
    "cpu_cap",
]
