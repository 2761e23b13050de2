"""What a program can do in a game day: the tools of a responder, and nothing of a facilitator.

A tool is a class: its docstring is its description, its fields are its arguments, ``answer`` plays it on the living
lab's socket, as the commands of `lab gameday`, `lab mitigate`, `lab top`, `lab logs` and `lab triage` do.
"""

import asyncio
import dataclasses
import json
from collections import deque
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar
from urllib.parse import quote as in_path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chaos.lab_error import LabError
from lab.cli.logs import triage_of
from lab.drillfile import catalogue, read_step
from lab.drillfile.causes import KINDS
from lab.exercise.director import LONGEST_TEXT
from lab.remote.logs import LivingLogs
from lab.session import LabClient, known_services
from lab.units import quote, suggest

MOST_CHARS = 40_000
"""Of an answer, as JSON."""
MOST_LINES, LONGEST_LINE = 100, 300
MOST_TALKERS, MOST_TROUBLES = 20, 20
MOST_PARAMETERS, LONGEST_WORD = 20, 200
MOST_PROBLEMS = 5
DEADLINE_S = 60.0

Word = Annotated[str, Field(min_length=1, max_length=LONGEST_WORD)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", max_length=LONGEST_WORD)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, description="The words.")]
Target = Annotated[
    str | None,
    Field(
        max_length=LONGEST_WORD,
        description="The service to apply it to; default: the one that it is meant for, where there is one.",
    ),
]
Answer = dict[str, Any]


class ToolRefusedError(LabError):
    """A tool could not do what was asked; the message says why, in words for the program that asked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Seat:
    """A responder's place in a game: the lab's socket without the facilitator's token, and the name to act by."""

    client: LabClient
    by: str

    async def act(self, verb: str, text: str = "") -> Answer:
        """An act of the game."""
        said = {"by": self.by, "role": "responder", "text": text}
        return dict(await self.client.call("POST", f"/exercise/{verb}", said))

    async def mitigate(self, name: str, target: str | None, parameters: Mapping[str, str]) -> Answer:
        """Apply a mitigation and read it back."""
        step = read_step("mitigation", name, target, parameters, known_services())
        answer = await self.client.call("POST", "/actions", step.model_dump(mode="json"))
        return {"id": answer["id"], "mitigation": step.what, "target": step.target, "active": True}


class Tool(BaseModel):
    """A call of a tool, with its arguments."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    tool: ClassVar[str]
    reads: ClassVar[bool] = False
    """Whether it changes nothing: neither the lab nor the score."""

    async def answer(self, seat: Seat) -> Answer:
        """Play it.

        Raises:
            LabError: the lab refused, or is gone; the message says why.
        """
        raise NotImplementedError


class Status(Tool):
    """What the game is at, and what you can see: messages, pages, what monitoring answers, the lab's figures of the
    last seconds where you may read them, and which mitigations of yours are active. Times are seconds of the game.
    """  # noqa: D205  a description, as it is shown

    tool = "status"
    reads = True

    async def answer(self, seat: Seat) -> Answer:
        """As `lab gameday status`."""
        game = await seat.act("status")
        return {"game": game, "lab": await seat.client.call("GET", "/status")}


class Logs(Tool):
    """The newest lines of a service's log, oldest of them first. Without a service: whose logs there are."""

    tool = "logs"
    reads = True
    service: Name | None = Field(None, description="Whose log.")
    lines: int = Field(50, ge=1, le=MOST_LINES, description="How many lines at most.")
    contains: str = Field("", max_length=LONGEST_WORD, description="Only lines with this text in them.")

    async def answer(self, seat: Seat) -> Answer:
        """As `lab logs`."""
        logs = LivingLogs(seat.client)
        if self.service is None:
            return {"services": list(await logs.services())}
        kept: deque[str] = deque(maxlen=self.lines)
        found = 0
        async for line in logs.lines(self.service):
            if self.contains in line:
                found += 1
                kept.append(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}...")
        return {"service": self.service, "found": found, "lines": list(kept)}


class Top(Tool):
    """Who sends most over the bridge, counted at its own sockets for a few seconds, who had most connections first."""

    tool = "top"
    reads = True
    seconds: float = Field(3.0, ge=0.5, le=20, description="For how long to watch.")
    device: Name | None = Field(None, description="Which device; default: the one that everything crosses.")

    async def answer(self, seat: Seat) -> Answer:
        """As `lab top`."""
        device = "" if self.device is None else f"&device={in_path(self.device, safe='')}"
        talk = await seat.client.call("GET", f"/top?seconds={self.seconds}{device}")
        return {**talk, "talkers": talk["talkers"][:MOST_TALKERS]}


class Triage(Tool):
    """From the logs alone: which call ends how, since when, until when, how often. What hurts most comes first."""

    tool = "triage"
    reads = True

    async def answer(self, seat: Seat) -> Answer:
        """As `lab triage`."""
        found = await triage_of(LivingLogs(seat.client))
        plain = dataclasses.asdict(found)
        return {**plain, "troubles": plain["troubles"][:MOST_TROUBLES]}


class ListMitigations(Tool):
    """The mitigations that there are, what each does, and its parameters (in brackets: the default)."""

    tool = "list_mitigations"
    reads = True

    async def answer(self, seat: Seat) -> Answer:  # noqa: ARG002  the same in every game
        """As `lab mitigations`."""
        return {
            "mitigations": [dataclasses.asdict(one) for one in catalogue.mitigations()],
            "services": sorted(known_services()),
        }


class ListPolicies(Tool):
    """What a retry policy is made of: one schedule and any guards, joined by +, such as "budget + breaker"."""

    tool = "list_policies"
    reads = True

    async def answer(self, seat: Seat) -> Answer:  # noqa: ARG002  the same in every game
        """As `lab policies`."""
        return {"policies": [dataclasses.asdict(one) for one in catalogue.policies()]}


class ListCauses(Tool):
    """What can be declared: a kind of a target, such as "capacity of bridge", or "nothing"."""

    tool = "list_causes"
    reads = True

    async def answer(self, seat: Seat) -> Answer:  # noqa: ARG002  the same in every game
        """As `lab gameday causes`, with the targets."""
        return {"kinds": KINDS, "targets": sorted(known_services())}


class Mitigate(Tool):
    """Apply a mitigation and read it back. The answer has the id to undo it by. It stays until you undo it."""

    tool = "mitigate"
    name: Word = Field(description="A name of list_mitigations, such as shed.")
    parameters: dict[Word, Word | int | float] = Field(
        default={}, max_length=MOST_PARAMETERS, description='By name, such as {"admit_share": "60%"}.'
    )
    target: Target = None

    async def answer(self, seat: Seat) -> Answer:
        """As `lab mitigate`."""
        typed = {key: str(value) for key, value in self.parameters.items()}
        return await seat.mitigate(self.name, self.target, typed)


class SetPolicy(Tool):
    """Switch a service's retry policy while it runs. It is a mitigation: the answer has the id to undo it by."""

    tool = "set_policy"
    service: Word = Field(description="A service with a client, such as storefront.")
    policy: Word = Field(description='Such as "budget + breaker"; list_policies has the parts.')

    async def answer(self, seat: Seat) -> Answer:
        """As `lab policy set`, but of a text only: a program's words name no file of this machine."""
        return await seat.mitigate("policy", self.service, {"policy": self.policy})


class Undo(Tool):
    """Undo one mitigation of yours. Status lists those that are active, each with its id."""

    tool = "undo"
    id: Name = Field(description="What mitigate or set_policy answered.")

    async def answer(self, seat: Seat) -> Answer:
        """As `lab fault clear ID`."""
        await seat.client.call("DELETE", f"/actions/{in_path(self.id, safe='')}")
        return {"id": self.id, "active": False}


class Hint(Tool):
    """The next hint. It costs time in the score."""

    tool = "hint"

    async def answer(self, seat: Seat) -> Answer:
        """As `lab gameday hint`."""
        return await seat.act("hint")


class Note(Tool):
    """Write down what you see or decide, for the review."""

    tool = "note"
    text: Text

    async def answer(self, seat: Seat) -> Answer:
        """As `lab gameday note`."""
        return await seat.act("note", self.text)


class Update(Tool):
    """Inform customers. When the first update came is a figure of the score."""

    tool = "update"
    text: Text

    async def answer(self, seat: Seat) -> Answer:
        """As `lab gameday update`."""
        return await seat.act("update", self.text)


class Declare(Tool):
    """Say what is the matter, as often as you like; the last one counts. The answer does not say if it is right."""

    tool = "declare"
    cause: Word = Field(description='"KIND of TARGET" or "nothing", from list_causes.')

    async def answer(self, seat: Seat) -> Answer:
        """As `lab gameday declare`."""
        return await seat.act("declare", self.cause)


class Resolve(Tool):
    """Say that it is over. Leave your fix active: the trigger may come again, and the game watches whether it holds."""

    tool = "resolve"
    text: str = Field("", max_length=LONGEST_TEXT, description="Words to go with it.")

    async def answer(self, seat: Seat) -> Answer:
        """As `lab gameday resolve`."""
        return await seat.act("resolve", self.text)


TOOLS: tuple[type[Tool], ...] = (
    Status, Logs, Top, Triage, ListMitigations, ListPolicies, ListCauses, Mitigate, SetPolicy, Undo, Hint, Note,
    Update, Declare, Resolve,
)  # fmt: skip


async def play_tool(seat: Seat, name: str, arguments: Mapping[str, Any]) -> Answer:
    """Call a tool by its name; its answer, as plain JSON of a bounded size.

    Raises:
        ToolRefusedError: there is no such tool, the arguments are wrong, or the lab refused; the message says why.
    """
    found = {one.tool: one for one in TOOLS}.get(name)
    if found is None:
        known = [one.tool for one in TOOLS]
        raise ToolRefusedError(f"unknown tool {quote(name)}{suggest(name, known)}")
    try:
        call = found.model_validate(dict(arguments))
    except ValidationError as wrong:
        raise ToolRefusedError(f"{name}: {_problems(found, wrong)}") from wrong
    try:
        async with asyncio.timeout(DEADLINE_S):
            answer = await call.answer(seat)
    except TimeoutError as late:
        raise ToolRefusedError(f"{name}: no answer within {DEADLINE_S:g} s. Try again") from late
    except (LabError, OSError, ValueError) as refused:
        raise ToolRefusedError(f"{name}: {refused}"[:MOST_CHARS]) from refused
    if len(json.dumps(answer)) > MOST_CHARS:
        raise ToolRefusedError(f"{name}: the answer is longer than {MOST_CHARS} characters. Ask for less")
    return answer


def _problems(tool: type[Tool], wrong: ValidationError) -> str:
    """What is wrong with the arguments, in plain words and without what was given."""
    said = []
    for one in wrong.errors(include_url=False, include_input=False)[:MOST_PROBLEMS]:
        where = quote(".".join(str(part) for part in one["loc"])[:LONGEST_WORD])
        match one["type"]:
            case "missing":
                said.append(f"the argument {where} is missing")
            case "extra_forbidden":
                said.append(f"unknown argument {where}; there are: {', '.join(tool.model_fields) or 'none'}")
            case _:
                said.append(f"the argument {where}: {one['msg'][:LONGEST_WORD]}")
    return "; ".join(said)
