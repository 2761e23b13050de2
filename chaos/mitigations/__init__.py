"""What ends a storm, by the names that drill files use. A mitigation is made like a fault."""

from chaos.faults.fault import BaseFault
from chaos.mitigations.capacity import Capacity
from chaos.mitigations.disable import Disable
from chaos.mitigations.drain import Drain
from chaos.mitigations.drop_expired import DropExpired
from chaos.mitigations.isolate import Isolate
from chaos.mitigations.lifo import Lifo
from chaos.mitigations.policy import Policy
from chaos.mitigations.pooling import Pooling
from chaos.mitigations.queue import Queue
from chaos.mitigations.queue_limit import QueueLimit
from chaos.mitigations.second_bridge import SecondBridge
from chaos.mitigations.shed import Shed

MITIGATIONS: dict[str, type[BaseFault]] = {
    mitigation.fault: mitigation
    for mitigation in (
        Policy,
        Pooling,
        Capacity,
        Queue,
        QueueLimit,
        SecondBridge,
        Isolate,
        Shed,
        Disable,
        Drain,
        DropExpired,
        Lifo,
    )
}
"""Name -> model. Parameters are the model's fields; a pydantic error names the valid range."""

__all__ = ["MITIGATIONS"]
