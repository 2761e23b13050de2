"""The base of every error that the lab raises by itself, so that who calls it as a library can catch them all.

It lies here, below everything: chaos never imports lab, and its errors come out of the library, too.
"""


class LabError(Exception):
    """Base of all; never raised itself. The text says what, where, and what to do."""
