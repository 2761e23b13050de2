"""What became of calls, in the log: for who has nothing else to go by.

    {"event": "calls", "call": "storefront->auth", "state": "trouble", "second_utc": "2021-12-07T15:30:12.000Z",
     "span_s": 1.0, "outcomes": {"ok": 98, "timeout": 2}, ...}
    {"event": "failed", "call": "storefront->auth", "outcome": "timeout", "request_id": "5f0c77aa-4711", ...}

The first kind is exact: one line a second and call while something ends badly, no rate limit, made from the counters
that are there anyway, so that a storm costs no more log than a trickle. The first second that is good again is logged
as well, with the state `well`; then there is silence until the next trouble. The second kind are examples, as many as
the rate limit lets through.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import structlog

from services.kit import structured_logs as logs

GOOD = "ok"
_TICK_S = 1.0

exact = structlog.get_logger(logs.EXACT)
log = structlog.get_logger()


class CallLog:
    """The log of one kind of calls.

    Args:
        call: Its name, such as storefront->auth.
        read: How many have ended, by outcome; cumulative.
    """

    def __init__(self, call: str, read: Callable[[], Mapping[str, int]]) -> None:
        self._call = call
        self._read = read
        self._before: Mapping[str, int] = {}
        self._troubled = False

    def failed(self, outcome: str, request_id: str | None, attempts: int | None, took_ms: float) -> None:
        """One that ended badly. Nothing is made up for a line that the limit would drop.

        Args:
            outcome: How.
            request_id: Whose it was.
            attempts: How many were made; None where there are no attempts, as in an answer.
            took_ms: From its start to its end, in milliseconds.
        """
        if logs.LIMIT.full():
            return
        log.warning(
            "failed",
            call=self._call,
            outcome=outcome,
            request_id=request_id,
            attempts=attempts,
            took_ms=round(took_ms, 1),
        )

    def since_last(self) -> tuple[str, dict[str, int]] | None:
        """The state and the outcomes since the last question; None: nothing that needs a word."""
        now = dict(self._read())
        outcomes = {
            key: count - before for key, count in now.items() if count != (before := self._before.get(key, 0))
        }
        self._before = now
        if not outcomes:
            return None
        was_troubled, self._troubled = self._troubled, outcomes.keys() != {GOOD}
        if not self._troubled and not was_troubled:
            return None
        return "trouble" if self._troubled else "well", outcomes

    def tell(self, began_utc_s: float, span_s: float) -> None:
        """The line about the seconds since `began_utc_s`, if one is due."""
        told = self.since_last()
        if told is None:
            return
        state, outcomes = told
        began = datetime.fromtimestamp(began_utc_s, UTC).isoformat(timespec="milliseconds")
        exact.warning(
            "calls",
            call=self._call,
            state=state,
            second_utc=began.replace("+00:00", "Z"),
            span_s=round(span_s, 3),
            outcomes=outcomes,
        )


class EachSecond:
    """Asks every log for its line at each whole second of UTC, so that the lines of several services compare."""

    def __init__(self, call_logs: Sequence[CallLog]) -> None:
        self._call_logs = call_logs
        self._timer: asyncio.TimerHandle | None = None
        self._began = (time.time(), time.monotonic())

    def start(self) -> None:
        """Begin, on the running loop."""
        self._began = (time.time(), time.monotonic())
        self._wait()

    def stop(self) -> None:
        """Log what is left, and leave nothing behind."""
        if self._timer is not None:
            self._timer.cancel()
            self._tell()

    def _tell(self) -> None:
        began_utc_s, began_s = self._began
        self._began = (time.time(), time.monotonic())
        for call_log in self._call_logs:
            call_log.tell(began_utc_s, self._began[1] - began_s)

    def _tick(self) -> None:
        self._tell()
        self._wait()

    def _wait(self) -> None:
        left_s = _TICK_S - self._began[0] % _TICK_S
        delay_s = left_s if left_s > _TICK_S / 2 else left_s + _TICK_S  # a timer may be a little early
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._tick)
