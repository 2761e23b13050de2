"""What a lab that lives for hours remembers of itself: the last seconds, and the newest word about each service."""

from collections import deque

from lab.analysis import Timeline, deaths
from lab.journal.events import (
    BridgeSample,
    CalibrationMeasured,
    CohortProvisional,
    Event,
    LoadSample,
    RunOpened,
    ServiceChanged,
    ServiceSample,
)
from lab.journal.upgrade import ROLES
from lab.topology.roles import Roles

KEPT_S = 20.0
"""Enough for the sliding windows of the last whole seconds; what is older is forgotten."""
MOST_EVENTS = 5000
MOST_DEATHS = 20


class Recent:
    """The end of a lab's journal; its size does not depend on how long the lab lives.

    Attributes:
        calibrations: of this lab, oldest first.
        services: the newest change of each service's life.
        load: its newest sample; ``bridge`` and ``samples`` alike.
        roles: who is what in this lab.
    """

    def __init__(self) -> None:
        self.roles = ROLES
        self.calibrations: list[CalibrationMeasured] = []
        self.services: dict[str, ServiceChanged] = {}
        self.load: LoadSample | None = None
        self.bridge: BridgeSample | None = None
        self.samples: dict[str, ServiceSample] = {}
        self._opened: RunOpened | None = None
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._provisional: dict[str, dict[int, CohortProvisional]] = {}
        self._deaths: deque[ServiceChanged] = deque(maxlen=MOST_DEATHS)

    def feed(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case CohortProvisional():
                self._keep_provisional(event)
                return
            case RunOpened():
                self._opened = event
                self.roles = self.roles if event.topology is None else Roles(event.topology)
                return
            case ServiceSample():
                self.samples[event.service] = event
            case LoadSample():
                self.load = event
            case BridgeSample() if event.device == self.roles.device:
                self.bridge = event
            case ServiceChanged():
                self.services[event.service] = event
                if event.state == "exited" and not event.planned:
                    self._deaths.append(event)
            case CalibrationMeasured():
                self.calibrations.append(event)
            case _:
                pass
        self._events.append(event)
        while self._events[0].t < event.t - KEPT_S:
            self._events.popleft()

    def known(self) -> list[Event]:
        """What every run's journal says at its beginning, because it happened before all of them."""
        return [*self.services.values(), *self.calibrations]

    def deaths(self) -> list[str]:
        """A sentence for each service that ended though it was not meant to."""
        return deaths(Timeline.fold(self._deaths))

    def at_rest(self) -> bool:
        """Whether no request waits anywhere, by the newest samples of load, bridge and services."""
        if self.load is None or self.bridge is None:
            return False
        waiting = [self.load.in_flight, self.bridge.accept_queue or 0]
        for one in self.samples.values():
            waiting.append(one.queue_depth or 0)
            if one.service != self.roles.canary:  # calls all the time, which says nothing about the lab
                waiting.append((one.attempts_in_flight or 0) + (one.calls_in_flight or 0))
        return not any(waiting)

    def timeline(self) -> Timeline:
        """The last seconds, made into a timeline; cheap, since there are few events."""
        provisional = [event for source in self._provisional.values() for event in source.values()]
        first = [] if self._opened is None else [self._opened]
        return Timeline.fold([*first, *self._events, *provisional])

    def _keep_provisional(self, event: CohortProvisional) -> None:
        of_source = self._provisional.setdefault(event.source, {})
        of_source[event.second] = event
        for second in [second for second in of_source if second < event.second - KEPT_S]:
            del of_source[second]
