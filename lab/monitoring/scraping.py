"""What a Prometheus, or an agent in its place, scrapes in main, and how soon what it scraped is there."""

from dataclasses import dataclass

from lab.monitoring.document import Part

MAIN = "main"
_INTERVAL_S, _TIMEOUT_S, _BATCH_S = 60.0, 10.0, 5.0
"""What Prometheus takes where its configuration says nothing."""


@dataclass(frozen=True, slots=True)
class Scraping:
    """How main is scraped.

    Attributes:
        interval_s: of the slowest target; ``timeout_s`` alike.
        sending_s: how long a sample may wait before an agent sends it; 0 where none does.
        targets: the ``service`` labels.
    """

    interval_s: float
    timeout_s: float
    sending_s: float
    targets: tuple[str, ...]


def read_scraping(document: Part) -> Scraping:
    """Read it from a Prometheus' configuration.

    Raises:
        MonitoringError: nothing with the label ``network: main`` is scraped, or a target has no ``service`` label.
    """
    jobs = [(job, targets) for job in document.at("scrape_configs").items() if (targets := _services(job))]
    if not jobs:
        cause = f"no job scrapes anything in {MAIN}"
        raise document.at("scrape_configs").error(cause, f"Give its targets the label `network: {MAIN}`")
    usual = document.at("global")
    interval_s = usual.at("scrape_interval").seconds(_INTERVAL_S)
    timeout_s = usual.at("scrape_timeout").seconds(_TIMEOUT_S)
    return Scraping(
        interval_s=max(job.at("scrape_interval").seconds(interval_s) for job, _ in jobs),
        timeout_s=max(job.at("scrape_timeout").seconds(timeout_s) for job, _ in jobs),
        sending_s=max(
            (
                way.at("queue_config").at("batch_send_deadline").seconds(_BATCH_S)
                for way in document.at("remote_write").items()
            ),
            default=0.0,
        ),
        targets=tuple(target for _, targets in jobs for target in targets),
    )


def _services(job: Part) -> tuple[str, ...]:
    labels = [group.at("labels") for group in job.at("static_configs").items()]
    return tuple(each.at("service").text() for each in labels if each.at("network").value == MAIN)
