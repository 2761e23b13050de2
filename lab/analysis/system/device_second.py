"""What a device did in a second: its work, split into answered and wasted, and the queue in front of it."""

from dataclasses import dataclass

from lab.analysis.system.newest_sample import newest_in
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import BridgeSample


@dataclass(frozen=True, slots=True)
class DeviceSecond:
    """A device. None: not measured; of a device beside the one that everything crosses the work never is.

    Attributes:
        answered_rps, wasted_rps: connections per second, as in the ``Row`` (the 5 s that end with this second).
        accept_queue: connections that waited to be accepted; ``queue_limit``: as many as may.
        queueing_delay_s: how long one waits: accept queue / accept rate.
        open_connections: at the sample's moment.
        cap_share: its CPU cap, in cores.
        listening: whether the device itself says that it accepts connections.
    """

    answered_rps: float | None = None
    wasted_rps: float | None = None
    accept_queue: int | None = None
    queue_limit: int | None = None
    queueing_delay_s: float | None = None
    open_connections: int | None = None
    cap_share: float | None = None
    listening: bool | None = None


def device_second(timeline: Timeline, device: str, second: int) -> DeviceSecond:
    """What is known of a device in a second."""
    sample = device_sample(timeline, device, second)
    if device != timeline.roles.device:
        return _of_sample(sample)
    row = timeline.row(second)
    return DeviceSecond(
        answered_rps=row.answered_rps,
        wasted_rps=row.wasted_rps,
        accept_queue=row.accept_queue,
        queue_limit=None if sample is None else sample.listen_queue,
        queueing_delay_s=row.queueing_delay_s,
        open_connections=row.open_connections,
        cap_share=row.cap_share,
        listening=None if sample is None else sample.listening,
    )


def device_sample(timeline: Timeline, device: str, second: int) -> BridgeSample | None:
    """The newest sample of a device in a second; None: it was not read."""
    samples = timeline.bridges if device == timeline.roles.device else timeline.reserves.get(device, ())
    return newest_in(samples, second)


def _of_sample(sample: BridgeSample | None) -> DeviceSecond:
    if sample is None:
        return DeviceSecond()
    return DeviceSecond(
        accept_queue=sample.accept_queue,
        queue_limit=sample.listen_queue,
        open_connections=sample.open_connections,
        cap_share=sample.cpu_share,
        listening=sample.listening,
    )
