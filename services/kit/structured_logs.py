"""JSON lines on stdout, warnings and worse, rate-limited: a storm must not be paid for by its log.

What the logger EXACT writes is not limited: whoever uses it writes so many lines a second, and no more.
"""

import logging
import sys
import time

import structlog

EXACT = "exact"
_PER_SECOND = 5


class RateLimit(logging.Filter):
    """Lets `per_second` lines a second through and reports in the next one how many it dropped."""

    def __init__(self, per_second: int = _PER_SECOND) -> None:
        super().__init__()
        self._per_second = per_second
        self._second = 0
        self._passed = 0
        self._dropped = 0

    def full(self) -> bool:
        """Whether this second's lines are used up; the line that was to be written then counts as dropped."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._passed = second, 0
        if self._passed < self._per_second:
            return False
        self._dropped += 1
        return True

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is written."""
        if record.name != EXACT:
            if self.full():
                return False
            self._passed += 1
        if self._dropped:
            record.dropped_before, self._dropped = self._dropped, 0
        return True


LIMIT = RateLimit()
"""This process's: who is about to make a line that costs something asks it first."""


def configure(service: str, worker: int | None = None) -> None:
    """Everything that this process logs, libraries included, as JSON lines with the service's name.

    Args:
        service: Its name.
        worker: The number of this one, where several processes play the role.
    """
    own: dict[str, object] = (
        {"service": service} if worker is None else {"service": service, "worker": worker}
    )

    def name_service(
        _logger: object, _name: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        return {**event, **own}

    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_service,
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(LIMIT)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ExtraAdder(allow={"dropped_before"}),
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
