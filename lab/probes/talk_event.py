"""Who sends most over a device, as `lab top` shows it."""

from pydantic import BaseModel, ConfigDict


class Talker(BaseModel):
    """One that sends over the device; all figures are of the seconds watched.

    Attributes:
        who: the service, or the address where it is none's of its own.
        service: whether ``who`` is a service.
        connections: that it had, open or new.
        open_connections: at a time, on average; those that wait to be accepted are among them. None: never looked.
        connections_per_s: new ones.
        sent_bytes_per_s, got_bytes_per_s: over the device, from it and to it, without headers of TCP and IP.
        movable: whether it is a client that can be routed over another device; None: it wasn't asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    who: str
    service: bool
    connections: int
    open_connections: float | None
    connections_per_s: float
    sent_bytes_per_s: float
    got_bytes_per_s: float
    movable: bool | None = None


class Talk(BaseModel):
    """What was seen of a device in ``seconds`` s, who had most connections first.

    Attributes:
        missed: what the figures may lack, in words; None: nothing.
        forwarded_per_s: connections that the device passed on, of all devices together, as router counted them: what
            the rest waits in a queue or was given up. None: router did not report it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    device: str
    seconds: float
    missed: str | None
    talkers: tuple[Talker, ...]
    forwarded_per_s: float | None = None

    def movable(self) -> Talker | None:
        """The first that can be moved to another device."""
        return next((talker for talker in self.talkers if talker.movable), None)
