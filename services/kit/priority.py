"""The rank of a request, 0 to 99, in the header X-Priority: what is shed first has the lowest.

A request without one gets a rank from its id, the same in every service, evenly spread: so a share can be shed of
those as well. (DAGOR ranks the users of a service by a hash alike: Zhou et al., SoCC 2018.)
"""

import zlib
from collections.abc import Mapping

from services.admission.admission import RANKS

HEADER = "X-Priority"


def priority(headers: Mapping[str, str], request_id: str) -> int:
    """The rank of a request: 0 is shed first, 99 last."""
    text = headers.get(HEADER, "")
    if text.isascii() and text.isdigit() and len(text) <= 2:  # noqa: PLR2004  0 to 99
        return int(text)
    return zlib.crc32(request_id.encode()) % RANKS


def passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    """The rank as it came, for the next service."""
    return {HEADER: headers[HEADER]} if HEADER in headers else {}
