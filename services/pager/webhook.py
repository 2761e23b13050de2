"""Alertmanager's webhook, version 4, read: a group of alerts, or a word about what is wrong with it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "4"
MOST_ALERTS = 1000
LONGEST_LABELS = 4096
_STATES = ("firing", "resolved")


class BadWebhookError(ValueError):
    """A body that is no webhook; says what is wrong."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of a group.

    Args:
        name: Its label `alertname`.
        state: firing or resolved.
        labels: All of its labels; they, and nothing else, say which alert it is.
        starts_utc: When it began, as Alertmanager wrote it; None: it didn't.
        ends_utc: When it ended, likewise; None while it is firing.
        evaluated_s: When its rule was evaluated (seconds since 1970): its annotation `evaluated`, where it has one.
    """

    name: str
    state: str
    labels: Mapping[str, str]
    starts_utc: str | None = None
    ends_utc: str | None = None
    evaluated_s: float | None = None


def read_webhook(body: bytes) -> list[Alert]:
    """The alerts of a webhook.

    Raises:
        BadWebhookError: It is none, or one alert of it is none: then nothing of it counts.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadWebhookError(f"the body is not JSON: {error}") from error
    if not isinstance(said, dict) or said.get("version") != VERSION:
        raise BadWebhookError(f'the body is no webhook of Alertmanager with "version": "{VERSION}"')
    alerts = said.get("alerts")
    if not isinstance(alerts, list) or len(alerts) > MOST_ALERTS:
        raise BadWebhookError(f"`alerts` is no list of at most {MOST_ALERTS}")
    return [_alert(number, alert) for number, alert in enumerate(alerts)]


def _alert(number: int, said: object) -> Alert:
    where = f"alerts[{number}]"
    if not isinstance(said, dict):
        raise BadWebhookError(f"{where} is no object")
    state, labels = said.get("status"), said.get("labels")
    if state not in _STATES:
        raise BadWebhookError(f"{where}: `status` is neither firing nor resolved")
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise BadWebhookError(f"{where}: `labels` is no object of texts")
    if sum(len(key) + len(value) for key, value in labels.items()) > LONGEST_LABELS:
        raise BadWebhookError(f"{where}: its labels have more than {LONGEST_LABELS} characters")
    name = labels.get("alertname")
    if not name:
        raise BadWebhookError(f"{where}: no label `alertname`")
    ends = _time(where, said, "endsAt") if state == "resolved" else None
    return Alert(name, state, labels, _time(where, said, "startsAt"), ends, _evaluated_s(where, said))


def _evaluated_s(where: str, said: Mapping[str, object]) -> float | None:
    annotations = said.get("annotations")
    value = annotations.get("evaluated") if isinstance(annotations, dict) else None
    if value is None:
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not math.isfinite(seconds):
        raise BadWebhookError(f"{where}: its annotation `evaluated` is no time in seconds")
    return seconds


def _time(where: str, said: Mapping[str, object], key: str) -> str | None:
    value = said.get(key)
    if value is not None and (
        not isinstance(value, str) or len(value) > len("2021-12-07T15:30:00.000000000+00:00")
    ):
        raise BadWebhookError(f"{where}: `{key}` is no time")
    return value or None
