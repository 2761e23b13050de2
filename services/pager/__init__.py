"""What on-call needs: Alertmanager's webhooks read, pages remembered, a plane's silence noticed."""

from services.pager.desk import Desk, planes_from_environment
from services.pager.pager_settings import PagerSettings
from services.pager.webhook import BadWebhookError

__all__ = ["BadWebhookError", "Desk", "PagerSettings", "planes_from_environment"]
