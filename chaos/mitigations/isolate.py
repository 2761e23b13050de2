"""A device of its own for whoever sends most: its storm goes on, but no longer affects the others."""

from typing import ClassVar

from chaos.mitigations.reserve import OnReserve


class Isolate(OnReserve):
    """Move the top talker ``target`` to the reserve device, away from everyone else (``lab top`` says who)."""

    fault: ClassVar[str] = "isolate"
