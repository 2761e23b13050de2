"""Who takes part in a game, and what each may do. The facilitator is who has the token; every other role is a word."""

from collections.abc import Mapping
from typing import Literal, get_args

from chaos.lab_error import LabError
from lab.units import quote, suggest

PlayerRole = Literal["responder", "commander", "communications", "scribe", "observer", "facilitator"]
PLAYER_ROLES: tuple[PlayerRole, ...] = get_args(PlayerRole)
FACILITATOR: PlayerRole = "facilitator"

Verb = Literal["status", "hint", "note", "update", "declare", "resolve", "stop", "say", "extend"]
VERBS: tuple[Verb, ...] = get_args(Verb)

_ACTIVE = frozenset({"responder", "commander", "facilitator"})
MAY: Mapping[Verb, frozenset[str]] = {
    "status": frozenset(PLAYER_ROLES),
    "note": frozenset(PLAYER_ROLES) - {"observer"},
    "update": _ACTIVE | {"communications"},
    "hint": _ACTIVE,
    "declare": _ACTIVE,
    "resolve": _ACTIVE,
    "stop": _ACTIVE,
    "say": frozenset({FACILITATOR}),
    "extend": frozenset({FACILITATOR}),
}
"""A responder may do all, so that one person can play alone."""


class RoleError(LabError):
    """This role may not do this, or there is no such role or verb; the message says who may."""


def allowed(verb: str, role: str, *, facilitator: bool) -> tuple[Verb, PlayerRole]:
    """The verb and the role, if they go together.

    Raises:
        RoleError: they don't; says who may.
    """
    known = next((one for one in VERBS if one == verb), None)
    who = next((one for one in PLAYER_ROLES if one == role), None)
    if known is None:
        raise RoleError(f"unknown act {quote(verb)}{suggest(verb, VERBS)}")
    if who is None:
        raise RoleError(f"unknown role {quote(role)}{suggest(role, PLAYER_ROLES)}")
    if who == FACILITATOR and not facilitator:
        raise RoleError("the facilitator is who has the game's key: add --facilitator")
    if who not in MAY[known]:
        raise RoleError(f"{who} may not {known}; who may: {', '.join(sorted(MAY[known]))}")
    return known, who
