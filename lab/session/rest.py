"""Between two runs on one lab: nothing of the run before may be left in it, and it must be as it was calibrated."""

from chaos.wait import WaitTimeoutError, wait_until
from lab.runtime.base import Runtime, SetupError
from lab.session.recent import Recent

REST_S = 90.0
"""So long a lab may take to drain what a run has left in its queues."""


class NotAtRestError(SetupError):
    """What a run has left in the lab's queues did not drain: the next one would begin in it."""


class DiedError(SetupError):
    """A part of the lab has ended by itself: it is not the lab any more that was calibrated."""


async def wait_as_calibrated(recent: Recent, runtime: Runtime) -> None:
    """Wait until nothing of an earlier run is left, and see that the device has the queue of its calibration.

    Raises:
        NotAtRestError: what is left did not drain, or the queue is another.
        DiedError: a service died.
    """
    await _wait_at_rest(recent)
    device, calibrations = recent.roles.device, recent.calibrations
    wanted = calibrations[-1].listen_queue if calibrations else None
    found = (await runtime.sockets(device)).listen_queue
    if None not in {wanted, found} and wanted != found:
        raise NotAtRestError(
            f"the queue of {device} holds {found} connections, and held {wanted} when it was calibrated: "
            "no further run can be made on this lab; begin again"
        )


async def _wait_at_rest(recent: Recent) -> None:
    """No request in flight, none in a queue."""
    try:
        await wait_until(
            lambda: recent.at_rest() or recent.deaths(), REST_S, "the lab to be at rest", every_s=0.2
        )
    except WaitTimeoutError as late:
        raise NotAtRestError(f"{late}; the run before has left work in its queues") from late
    if dead := recent.deaths():
        raise DiedError(f"{', '.join(dead)}: no further run can be made on this lab; begin again")
