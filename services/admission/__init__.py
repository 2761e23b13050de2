"""Who may come in, who is next, who has waited enough: the remedies of a server, pure and with time as an argument.

An admission is written as text, `"codel + adaptive-lifo"`, and read by `parse`. `Gate` makes the decisions of a worker
limit with a queue before it, `Entrance` those of a front door. `services.kit.worker_pool` lets a service wait for them.
"""

from services.admission.admission import Crowd, Layer, Work, WorkState
from services.admission.admissions import REGISTRY, names
from services.admission.entrance import Entrance
from services.admission.gate import Gate
from services.admission.noop import NoopAdmission
from services.admission.parse import AdmissionError, parse, validate

__all__ = [
    "REGISTRY",
    "AdmissionError",
    "Crowd",
    "Entrance",
    "Gate",
    "Layer",
    "NoopAdmission",
    "Work",
    "WorkState",
    "names",
    "parse",
    "validate",
]
