"""Real client libraries for storefront, as they are when nobody configures them. See docs/libraries.md.

Importing this package imports none of them: they are the optional extra `libraries`.
"""

from services.libraries.base import Library, LibraryError, Reply, Route
from services.libraries.registry import LAB, REGISTRY, check_installed, names, open_library, validate

__all__ = [
    "LAB",
    "REGISTRY",
    "Library",
    "LibraryError",
    "Reply",
    "Route",
    "check_installed",
    "names",
    "open_library",
    "validate",
]
