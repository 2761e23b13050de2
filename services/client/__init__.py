"""The one place where a service calls another over the bridge."""

from services.client.client import Answer, Client
from services.client.direct import DirectClient
from services.client.sessions import open_session
from services.client.settings import ClientSettings

__all__ = ["Answer", "Client", "ClientSettings", "DirectClient", "open_session"]
