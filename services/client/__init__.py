"""The one place where a service calls another."""

from services.client.answer import Answer
from services.client.bridged import get_for, over_bridge
from services.client.client import Client
from services.client.client_settings import ClientSettings, UpstreamSettings
from services.client.upstreams import Upstreams

__all__ = ["Answer", "Client", "ClientSettings", "UpstreamSettings", "Upstreams", "get_for", "over_bridge"]
