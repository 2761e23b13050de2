"""The split of the device's work into answered and wasted. Tests lab.analysis.timeline.device_work."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate

import pytest

from lab.analysis.timeline.device_work import DeviceWork, device_work
from lab.analysis.timeline.seconds import Seconds
from lab.journal.events import BridgeSample, CohortClosed, ServiceSample

SPAN = range(1, 6)
"""Five seconds of eight."""


@dataclass
class Device:
    """Eight seconds of a device, by what happens in each."""

    accepted: int = 100
    kept: int = 0
    queue: int | None = 0
    ended: dict[str, int] = field(default_factory=lambda: {"ok": 100})
    canary: dict[str, int] = field(default_factory=dict)
    attempts: int | None = 100
    loaded: bool = True
    read: bool = True

    def work(self, span: range = SPAN) -> DeviceWork | None:
        """The split over some of the seconds."""
        seconds = Seconds()
        for second in range(9):
            accepted, requests = self.accepted * second, (self.accepted + self.kept) * second
            if self.read:
                seconds.feed(
                    BridgeSample(
                        t=second, device="bridge", accepted_total=accepted, requests_total=requests,
                        open_connections=0, accept_queue=self.queue, cpu_s_total=0, throttled_s_total=0,
                        cpu_share=0.1,
                    )
                )  # fmt: skip
            for service, ended in (("storefront", self.ended), ("canary", self.canary)):
                seconds.feed(
                    ServiceSample(
                        t=second, service=service, boot="b", requests_total=0, served_total=0, abandoned_total=0,
                        in_flight=0, calls_total=0,
                        outcomes_total={kind: count * second for kind, count in ended.items()},
                    )
                )  # fmt: skip
            for source in ("load", "storefront") if self.loaded else ():
                seconds.feed(
                    CohortClosed(
                        t=second, source=source, second=second, requests=100, sent=100, attempts=self.attempts,
                        good=0, failed={}, latency={},
                    )
                )  # fmt: skip
        return device_work(seconds, span)


def split(device: Device) -> tuple[float, float]:
    """Answered and wasted per second."""
    work = device.work()
    assert work is not None
    return round(work.answered_rps, 6), round(work.wasted_rps, 6)


def test_in_health_all_is_answered() -> None:
    """The canary's calls are among it."""
    assert split(Device(accepted=101, canary={"ok": 1})) == (101, 0)


def test_in_a_storm_nearly_all_is_wasted() -> None:
    """400 attempts/s are given up, 150/s of them are worked on: what was dropped on the way is no work."""
    assert split(Device(accepted=150, queue=500, ended={"ok": 3, "timeout": 397})) == (3, 147)


def test_what_waits_is_still_wasted_when_no_one_gives_up_any_more() -> None:
    """The queue that a storm left: its clients are gone. No more than what stood in it."""
    assert split(Device(accepted=150, queue=500, ended={"ok": 0})) == (0, 100)


def test_any_answer_is_one_and_neither_refused_nor_rejected_is_work() -> None:
    """5xx and 4xx went through the device and came back; a breaker's rejection never left."""
    ended = {"ok": 40, "5xx": 50, "4xx": 10, "refused": 70, "breaker": 300, "budget": 80}
    assert split(Device(ended=ended)) == (100, 0)


def test_what_crosses_the_device_without_a_caller_that_counts_is_not_wasted() -> None:
    """Scrapes and pages, five a second."""
    assert split(Device(accepted=105)) == (100, 0)


def test_requests_on_kept_connections_are_work() -> None:
    """Ten connections carry a hundred requests, of which half come too late."""
    assert split(Device(accepted=10, kept=90, ended={"ok": 50, "timeout": 50})) == (50, 50)


@pytest.mark.parametrize(
    "device",
    [
        Device(read=False),
        Device(queue=None),
        Device(loaded=False),
        Device(attempts=None),
        Device(ended={}),
    ],
    ids=["not read", "no queue", "no load", "a library's attempts", "no outcomes"],
)
def test_what_was_not_measured_is_null(device: Device) -> None:
    """Before the load begins, too: the calibration's own calls have no client that could give up."""
    assert device.work() is None


def test_one_second_of_five_may_be_missing() -> None:
    """At the end, where the newest is not whole yet."""
    assert [Device().work(range(start, start + 5)) is None for start in (3, 4, 5)] == [False, False, True]


def test_the_parts_add_up() -> None:
    """Whatever ends how, answered and wasted are no more than the work (or what was answered)."""
    for ok, gone in zip(range(0, 120, 10), accumulate(range(0, 120, 10)), strict=True):
        answered, wasted = split(Device(queue=20, ended={"ok": ok, "timeout": gone}))
        assert answered + wasted <= max(100, ok)
