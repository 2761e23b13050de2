"""Real client libraries for storefront, as they are when no one configures them. See docs/reference/libraries.md.

Importing this package imports none of them: they are the optional extra `libraries`.
"""

from services.libraries.client_libraries import LAB, REGISTRY, check_installed, names, open_library, validate
from services.libraries.library import Library, LibraryError, Reply, Route

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
