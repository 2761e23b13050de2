"""A device of its own for whoever sends most: its storm goes on, but drowns nobody else."""

from typing import ClassVar

from chaos.mitigations.reserve import OnReserve


class Isolate(OnReserve):
    """Move the top talker ``target`` to the reserve device, away from everybody else (``lab top`` says who)."""

    fault: ClassVar[str] = "isolate"
