"""The command ``lab``: parse, call the session, print."""

from lab.cli.app import main

__all__ = ["main"]
