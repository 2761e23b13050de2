"""Who may come in, who is next, who has waited enough: the remedies of a server, pure and with time as an argument.

An admission is written as text, `"codel + adaptive-lifo"`, and read by `parse`. `Gate` makes the decisions of a worker
limit with a queue before it, `Entrance` those of a front door. `services.kit.admission` lets a service wait for them.
"""

from services.admission.base import Crowd, Layer, State, Work
from services.admission.entrance import Entrance
from services.admission.gate import Gate
from services.admission.neutral import Neutral
from services.admission.parse import AdmissionError, parse, validate
from services.admission.registry import REGISTRY, names

__all__ = [
    "REGISTRY",
    "AdmissionError",
    "Crowd",
    "Entrance",
    "Gate",
    "Layer",
    "Neutral",
    "State",
    "Work",
    "names",
    "parse",
    "validate",
]
