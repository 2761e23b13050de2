"""What a layer answers that has nothing to say: the base of all others."""

from math import inf

from services.admission.admission import Crowd, Work


class NoopAdmission:
    """Refuses nothing, lets wait for ever, leaves the order to others."""

    name = "neutral"

    def refuse(self, work: Work, crowd: Crowd, now_s: float) -> bool:  # noqa: ARG002  Layer's signature
        """Nothing."""
        return False

    def patience_s(self, crowd: Crowd, now_s: float) -> float:  # noqa: ARG002  Layer's signature
        """For ever."""
        return inf

    def newest_first(self, crowd: Crowd, now_s: float) -> bool | None:  # noqa: ARG002  Layer's signature
        """For others to say."""
        return None

    def waited(self, work: Work, now_s: float) -> None:
        """Nothing to learn."""

    def ended(self, work: Work, crowd: Crowd, now_s: float) -> None:
        """Nothing to learn."""
