"""``load``: customers, their sessions, and the form without them.

Tests lab.drillfile.customer_session and lab.drillfile.load_model as well.
"""

from collections.abc import Callable

import pytest

from lab.drillfile import Drill, DrillError, known
from lab.drillfile.load_model import RATE_RPS, Customer, SessionStep
from lab.drillfile.read_drill import parse_drill
from lab.drillfile.roles import under_load
from lab.session import known_services
from lab.topology import load_topology
from loadgen.customer import RATE_RPS as TAKEN_RPS
from loadgen.customer import read_customers
from tests.checkout import ROOT

Read = Callable[[str], Drill]
SERVICES = known_services()
OLD = "load:   {target: edge, rate: 100 /s, arrivals: poisson}"
LINE = (ROOT / "drills" / "retry-storm.yaml").read_text().splitlines().index(OLD) + 1
SHOP = "shop: {path: /, rate: 60 /s}"


@pytest.fixture
def read() -> Read:
    """A drill with this `load`, in line LINE."""
    source = (ROOT / "drills" / "retry-storm.yaml").read_text()
    assert OLD in source
    return lambda load: parse_drill(source.replace(OLD, load).encode(), "x.yaml", known(SERVICES))


@pytest.mark.slow
def test_the_old_form_is_one_arrival_process_without_a_name(read: Read) -> None:
    """It says what it said; a share of it that streams is a second customer, and what is left the first."""
    plain = read(OLD).load
    assert (plain.target, plain.rate_rps, plain.customers, plain.names) == ("edge", 100.0, (), ())
    assert plain.requests_rps == 100.0
    assert (plain.patience_s, plain.answered_s, plain.targets) == (5.0, 2.0, ("edge",))
    shared = read("load: {target: edge, rate: 100 /s, slo: 1 s, streaming: 30 %}").load
    assert [(one.name, one.rate_rps, one.steps[0].path, one.slo_s) for one in shared.customers] == [
        ("main", 70.0, "/", 1.0), ("streaming", 30.0, "/streaming", 1.0),
    ]  # fmt: skip
    assert (shared.rate_rps, shared.asks_for >= {"edge", "streaming"}) == (100.0, True)
    assert read("load: {target: edge, rate: 100 /s, streaming: 0 %}").load.customers == ()
    assert read("load: {target: edge, rate: 100 /s, streaming: 100 %}").load.names == ("streaming",)
    with pytest.raises(DrillError, match="`30` is not a share"):
        read("load: {target: edge, rate: 100 /s, streaming: 30}")


def test_customers_have_their_own_or_what_stands_above_them(read: Read) -> None:
    """Target, limits and session; the load's rate is theirs together, its limits the longest of theirs."""
    drill = read(
        "load:\n  target: edge\n  slo: 1 s\n  customers:\n"
        "    shop: {path: /, rate: 60 /s}\n"
        "    streaming: {target: streaming, path: /play, rate: 40 /s, slo: 3 s, give-up: 4 s}\n"
    )
    shop = Customer(
        name="shop", target="edge", rate_rps=60, slo_s=1, steps=(SessionStep(name="request", path="/"),)
    )
    play = Customer(
        name="streaming", target="streaming", rate_rps=40, slo_s=3, give_up_s=4,
        steps=(SessionStep(name="request", path="/play"),),
    )  # fmt: skip
    assert drill.load.customers == (shop, play)
    assert (drill.load.rate_rps, drill.load.slo_s, drill.load.give_up_s) == (100.0, 3.0, 5.0)
    assert (drill.load.target, drill.load.targets) == ("edge", ("edge", "streaming"))
    assert Drill.model_validate(drill.resolved()) == drill


def test_a_rate_of_all_is_shared(read: Read) -> None:
    """`share` in place of `rate`."""
    load = read(
        "load: {target: edge, rate: 50 /s, customers: {shop: {share: 70 %}, streaming: {share: 30 %}}}"
    ).load
    assert [(one.name, one.rate_rps) for one in load.customers] == [("shop", 35.0), ("streaming", 15.0)]


def test_another_rate_keeps_the_shares(read: Read) -> None:
    """As `--rate` asks, and a search."""
    load = read(f"load: {{target: edge, customers: {{{SHOP}, play: {{rate: 40 /s}}}}}}").load.at_rate(50)
    assert (load.rate_rps, [one.rate_rps for one in load.customers]) == (50, [30.0, 20.0])


def test_sessions(read: Read) -> None:
    """Steps with pauses, and a connection of its own; how long they may take counts the pauses in."""
    steps = "steps: [{name: login, path: /login}, {name: pay, path: /pay, pause: 300 ms}]"
    load = read(
        "load: {target: edge, customers: {"
        f"buy: {{rate: 5 /s, session: {{{steps}}}}}, "
        f"keep: {{rate: 5 /s, session: {{{steps}, connection: persistent}}}}, "
        "play: {rate: 5 /s, path: /play, session: {connection: persistent, requests: 3, every: 2 s}}, "
        "shop: {rate: 5 /s, session: requests}}}"
    ).load
    buy, keep, play, shop = load.customers
    assert [(step.name, step.path, step.pause_s) for step in buy.steps] == [
        ("login", "/login", 0.0),
        ("pay", "/pay", 0.3),
    ]
    assert (buy.persistent, keep.persistent, keep.steps) == (False, True, buy.steps)
    assert [(step.name, step.pause_s) for step in play.steps] == [
        ("first", 0.0),
        ("later", 2.0),
        ("later", 2.0),
    ]
    assert (play.persistent, len(shop.steps), shop.persistent) == (True, 1, False)
    assert (load.patience_s, load.answered_s) == (9.0, 6.0)
    assert (load.rate_rps, load.requests_rps) == (20.0, 5 * (2 + 2 + 3 + 1)), "the bridge carries requests"
    told = [one.model_dump(mode="json") for one in load.customers]
    assert [one.as_json() for one in read_customers(told)] == told, "the load takes what a drill says"


def of_shop(says: str) -> str:
    """What `load` says with this of its one customer."""
    return f"{{target: edge, customers: {{shop: {{{says}}}}}}}"


WRONG = [
    # (what `load` says, what the error says)
    ("{target: edge, customers: {}}", "LINE: load.customers: a load has 1 to 20 customers"),
    ("{target: edge, customers: 7}", "LINE: load.customers: must be a mapping"),
    ("{customers: {shop: {rate: 5 /s}}}", "load.customers.shop: key is missing: `target`, here or beside"),
    (f"{{target: edge, customers: {{{SHOP}, {SHOP}}}}}", "LINE: load.customers.shop: duplicate key"),
    ("{target: edge, customers: {Shop!: {rate: 5 /s}}}", "`Shop!` is not"),
    (of_shop(""), "key is missing: `rate` (like `40 /s`), or `share`"),
    (f"{{target: edge, rate: 9 /s, customers: {{{SHOP}}}}}", "LINE: load.rate: each customer has a `rate`"),
    (f"{{target: edge, streaming: 30 %, customers: {{{SHOP}}}}}", "LINE: load.streaming: unknown key"),
    (
        f"{{target: edge, rate: 9 /s, customers: {{{SHOP}, play: {{share: 40 %}}}}}}",
        "load.customers.play.share: some customers have a `rate` and others a `share`",
    ),
    (
        "{target: edge, rate: 9 /s, customers: {shop: {share: 60 %}, play: {share: 30 %}}}",
        "LINE: load.customers: the shares of the customers come to 90 %; they must be 100 % in all",
    ),
    (of_shop("share: 100 %"), "write `rate: 100 /s` beside `customers`"),
    (of_shop("share: 0 %"), "must be more than 0"),
    (of_shop("rate: 1000000 /s"), "load.customers.shop.rate: `1000000 /s` is out of range"),
    ("{target: edge, customers: {a: {rate: 6000 /s}, b: {rate: 6000 /s}}}", "12000 /s in all is too much"),
    ("{target: edge, rate: 1000000 /s}", "LINE: load.rate: `1000000 /s` is out of range; the load takes 0.1"),
    ("{target: edge, rate: 0.01 /s}", "LINE: load.rate: `0.01 /s` is out of range"),
    ("{target: edge, rate: 5 /s, give-up: 2 min}", "LINE: load.give-up: `2 min` is out of range"),
    ("{target: auth, rate: 5 /s}", "LINE: load.target: auth doesn't answer the load; valid: edge, st"),
    ("{target: bridge, rate: 5 /s}", "bridge doesn't answer the load"),
    (
        of_shop("rate: 5 /s, target: canary"),
        "LINE: load.customers.shop.target: canary doesn't answer the load",
    ),
    (
        of_shop("rate: 5 /s, target: streming"),
        "load.customers.shop.target: unknown service `streming`; did you mean `streaming`?",
    ),
    (of_shop("rate: 5 /s, slo: 9 s"), "slo (9 s) can't be longer than give-up (5 s)"),
    (of_shop("rate: 5 /s, path: play"), "load.customers.shop.path: a path is like `/play`"),
    (of_shop("rate: 5 /s, path: //x"), "a path is like `/play`"),
    (of_shop("rate: 5 /s, pth: /x"), "unknown key; did you mean `path`?"),
    (of_shop("rate: 5 /s, session: often"), "must be `requests`, `{steps: [...]}` or"),
    (of_shop("rate: 5 /s, session: {steps: []}"), "a session has 1 to 50 steps"),
    (
        of_shop("rate: 5 /s, path: /, session: {steps: [{name: a, path: /a}]}"),
        "load.customers.shop.path: the steps have paths of their own",
    ),
    (
        of_shop("rate: 5 /s, session: {steps: [{name: a, path: /}, {name: a, path: /}]}"),
        "the name `a` is used in line LINE already",
    ),
    (
        of_shop("rate: 5 /s, session: {connection: pooled, requests: 2, every: 1 s}"),
        "write `session: requests`",
    ),
    (
        of_shop("rate: 5 /s, session: {connection: persistent, requests: 30, every: 1 s}"),
        "its pauses are 29 s together; a session may pause for 10 s at most",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said"), WRONG, ids=[said for _, said in WRONG])
@pytest.mark.slow
def test_what_is_wrong_is_told_with_its_line_and_what_is_valid(read: Read, written: str, said: str) -> None:
    """Before anything starts."""
    with pytest.raises(DrillError) as caught:
        read(f"load: {written}")
    assert said.replace("LINE", str(LINE)) in str(caught.value)


def test_a_search_stays_within_what_the_load_takes(read: Read) -> None:
    """Its highest rate is one, too."""
    with pytest.raises(DrillError, match=r"search.to: `20000 /s` is out of range"):
        read(f"{OLD}\nsearch: {{vary: rate, from: 10 /s, to: 20000 /s}}")


@pytest.mark.slow
def test_the_topology_and_the_load_know_the_same_targets() -> None:
    """What a drill may name, the load can reach: TARGETS in compose.yaml; and both have the same bounds."""
    told = (
        load_topology(ROOT / "compose" / "compose.yaml", {"LAB_RUN": "x"})
        .services["load"]
        .environment["TARGETS"]
    )
    targets = {pair.partition("=")[0] for pair in told.split()}
    assert targets == under_load(known_services())
    assert TAKEN_RPS[0] <= RATE_RPS[0] < RATE_RPS[1] <= TAKEN_RPS[1]


BOTH = f"load: {{target: edge, customers: {{{SHOP}, streaming: {{rate: 40 /s}}}}}}"


@pytest.fixture
def with_expectation() -> Read:
    """A drill of two customers with this expectation, or of this step."""
    source = (ROOT / "drills" / "retry-storm.yaml").read_text()

    def read(written: str, load: str = BOTH) -> Drill:
        text = source.replace(OLD, load)
        section = "method:" if "load: surge" in written else "expect:"
        lines = text.splitlines()
        place = next(n for n, line in enumerate(lines) if line.startswith(section))
        lines.insert(place + 1, f"  - {{name: x, {written}}}")
        return parse_drill("\n".join(lines).encode(), "x.yaml", known(SERVICES))

    return read


@pytest.mark.slow
def test_a_condition_and_a_step_name_a_customer(with_expectation: Read) -> None:
    """`of:`; a share of offered is of what the customer offered."""
    drill = with_expectation('metric: goodput, of: streaming, is: ">= 98 % of offered"')
    condition = drill.expect[0].condition
    assert (condition.customer, condition.of, str(condition)) == (
        "streaming", "offered", "goodput of streaming >= 98 % of offered",
    )  # fmt: skip
    step = with_expectation("during: trigger, load: surge, of: streaming, factor: 3").method[0]
    assert (step.params, step.target) == ({"of": "streaming", "factor": 3.0}, "load")
    assert with_expectation("during: trigger, load: surge, factor: 3").method[0].params["of"] is None


@pytest.mark.parametrize(
    ("written", "load", "said"),
    [
        (
            'metric: goodput, of: streming, is: "> 9 /s"',
            BOTH,
            "of: unknown customer `streming`; did you mean `streaming`?",
        ),
        (
            'metric: goodput, of: nosuch, is: "> 9 /s"',
            BOTH,
            "unknown customer `nosuch`; valid: shop, streaming",
        ),
        ('metric: goodput, of: shop, is: "> 9 /s"', OLD, "of: the load has no customers to choose from"),
        (
            'metric: accept_queue, of: shop, is: "> 9"',
            BOTH,
            "of: `accept_queue` is of the whole lab; leave `of` out",
        ),
        (
            "during: trigger, load: surge, of: shp, factor: 3",
            BOTH,
            "method[1].of: unknown customer `shp`; did you mean `shop`",
        ),
        ("during: trigger, load: surge, of: shop, factor: 3", OLD, "method[1].of: the load has no customers"),
        ('metric: goodput, of: 7, is: "> 9 /s"', BOTH, "of: must be text"),
    ],
)
def test_a_customer_that_is_not_there_is_told(
    with_expectation: Callable[..., Drill], written: str, load: str, said: str
) -> None:
    """With its line, and those that there are."""
    with pytest.raises(DrillError) as caught:
        with_expectation(written, load)
    assert said in str(caught.value)
