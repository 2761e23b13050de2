"""Work that is refused or dropped instead of being done: answered with its reason, and counted apart."""


class ShedError(Exception):
    """The request is not served.

    Args:
        reason: Who says so (queue-full, codel, expired, drain, ...): what it is counted under.
        status: 503, or 504 where its time is up.
    """

    def __init__(self, reason: str, status: int = 503) -> None:
        super().__init__(f"refused: {reason}")
        self.reason = reason
        self.status = status
