"""``load``: who asks for what, how often. Customers, or one arrival process without a name.

load: {target: edge, rate: 100 /s}

load:
  target: edge                        # and `slo`, `give-up`: for the customers that don't say otherwise
  customers:
    shop:      {path: /, rate: 60 /s}
    streaming: {path: /streaming, rate: 40 /s, slo: 3 s, session: {connection: persistent, requests: 4, every: 250 ms}}
"""

import re
from collections.abc import Mapping

from lab import units
from lab.drillfile.customer_session import read_session
from lab.drillfile.load_model import GIVE_UP_S, RATE_RPS, SLO_S, Customer, Load, SessionStep
from lab.drillfile.named_settings import is_role
from lab.drillfile.registries import Known
from lab.drillfile.roles import check_under_load
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import quote

MOST_CUSTOMERS = 20
REST = "main"
"""The customer that has what the second one's share (``streaming: 30 %``) leaves."""
SECOND = "streaming"
"""The second one's key in a load without ``customers``, its name, and the first part of its path."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 32
_NEAR = 0.0005
_UNREAD = Load(target="", rate_rps=1.0)
_OWN = ("target", "path", "rate", "share", "slo", "give-up", "session")


def read_load(reader: Reader, value: Value | None, using: Known) -> Load:
    """What the customers ask for."""
    if value is None:
        return _UNREAD
    named = isinstance(value.content, dict) and "customers" in value.content
    required = ("customers",) if named else ("target", "rate")
    optional = ("target", "rate", "arrivals", "give-up", "slo", *(() if named else (SECOND,)))
    found = reader.keys(value, required, optional)
    target = _target(reader, found, using)
    if "arrivals" in found:
        reader.choice(found["arrivals"], ("poisson",), "kind of arrivals")
    limits = _limits(reader, value, found, 5.0, 2.0)
    if named:
        return _of_customers(reader, found, using, target, limits)
    rate_rps = read_rate(reader, found["rate"]) if "rate" in found else 1.0
    load = Load.model_construct(target=target, rate_rps=rate_rps, give_up_s=limits[0], slo_s=limits[1])
    share = reader.quantity(found[SECOND], units.SHARE) if SECOND in found else 0.0
    return load.model_copy(update={"customers": _by_share(load, share)}) if share else load


def _by_share(load: Load, share: float) -> tuple[Customer, ...]:
    """A second customer with a share of the rate, and the first with what that leaves."""

    def customer(name: str, path: str, part: float) -> Customer:
        return Customer.model_construct(
            name=name, target=load.target, rate_rps=load.rate_rps * part, give_up_s=load.give_up_s,
            slo_s=load.slo_s, steps=(SessionStep(name="request", path=path),),
        )  # fmt: skip

    both = customer(REST, "/", 1 - share), customer(SECOND, f"/{SECOND}", share)
    return tuple(one for one in both if one.rate_rps)


def _of_customers(
    reader: Reader, found: Mapping[str, Value], using: Known, target: str, limits: tuple[float, float]
) -> Load:
    """A load of named customers; its rate is their sum, or shared among them."""
    place = found["customers"]
    entries = reader.mapping(place)
    if isinstance(place.content, dict) and not 1 <= len(entries) <= MOST_CUSTOMERS:
        what = f"a load has 1 to {MOST_CUSTOMERS} customers, like `shop: {{path: /, rate: 60 /s}}`"
        reader.fail(place, f"{what}; these are {len(entries)}")
    whole_rps = read_rate(reader, found["rate"]) if "rate" in found else None
    parts = _parts(reader, found, entries, whole_rps)
    customers = tuple(
        _customer(reader, named, using, (target, *limits), parts.get(named[0], 1.0))
        for named in entries.items()
    )
    total_rps = sum(customer.rate_rps for customer in customers)
    if total_rps > RATE_RPS[1]:
        reader.fail(place, f"{total_rps:g} /s in all is too much; the load takes at most {RATE_RPS[1]:g} /s")
    return Load.model_construct(
        target=customers[0].target if customers else target,
        rate_rps=total_rps if whole_rps is None else whole_rps,
        give_up_s=max((one.give_up_s for one in customers), default=limits[0]),
        slo_s=max((one.slo_s for one in customers), default=limits[1]),
        customers=customers,
    )


def _parts(
    reader: Reader, found: Mapping[str, Value], entries: Mapping[str, Value], whole_rps: float | None
) -> dict[str, float]:
    """By customer its rate: of its own, or a share of the rate of all. All customers say it alike."""
    keys = {name: reader.mapping(entry) for name, entry in entries.items() if isinstance(entry.content, dict)}
    rates = {name: keys[name]["rate"] for name in keys if "rate" in keys[name]}
    shares = {name: keys[name]["share"] for name in keys if "share" in keys[name]}
    for name, own in keys.items():
        if "rate" not in own and "share" not in own:
            reader.fail(entries[name], "key is missing: `rate` (like `40 /s`), or `share` (like `40 %`)")
    if rates and shares:
        first = next(iter(shares.values()))
        reader.fail(first, "some customers have a `rate` and others a `share`; write the same for all")
        return {}
    if rates and whole_rps is not None:
        reader.fail(found["rate"], "each customer has a `rate` of its own; leave this one out")
    if shares and whole_rps is None:
        reader.fail(
            found["customers"], "a `share` is of the rate of all; write `rate: 100 /s` beside `customers`"
        )
    if rates:
        return {name: read_rate(reader, part) for name, part in rates.items()}
    read = {name: reader.quantity(part, units.SHARE, above_zero=True) for name, part in shares.items()}
    if read and len(read) == len(entries) and abs(sum(read.values()) - 1) > _NEAR:
        what = (
            f"the shares of the customers come to {100 * sum(read.values()):g} %; they must be 100 % in all"
        )
        reader.fail(found["customers"], what)
    rates_rps = {name: share * (whole_rps or 1.0) for name, share in read.items()}
    for name, rate_rps in rates_rps.items():
        if whole_rps is not None and rate_rps < RATE_RPS[0]:
            what = f"{rate_rps:g} /s is too little; a customer's rate is from {RATE_RPS[0]:g}"
            reader.fail(shares[name], f"{what} to {RATE_RPS[1]:g} /s")
    return rates_rps


def _customer(
    reader: Reader, named: tuple[str, Value], using: Known, top: tuple[str, float, float], rate_rps: float
) -> Customer:
    """One customer; ``top`` are target, give-up and slo of the load."""
    name, entry = named
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        what = "small letters, digits and hyphens between them"
        reader.fail(entry, f"a customer's name is at most {_LONGEST} {what}; {quote(name)} is not")
    found = reader.keys(entry, (), _OWN)
    target = _target(reader, found, using) if "target" in found else top[0]
    if not target and "target" not in found:
        reader.fail(entry, "key is missing: `target`, here or beside `customers`")
    give_up_s, slo_s = _limits(reader, entry, found, *top[1:])
    steps, persistent = read_session(reader, found.get("session"), found.get("path"))
    return Customer.model_construct(
        name=name, target=target, rate_rps=rate_rps, give_up_s=give_up_s, slo_s=slo_s, steps=steps,
        persistent=persistent,
    )  # fmt: skip


def _target(reader: Reader, found: Mapping[str, Value], using: Known) -> str:
    """A service that answers the load."""
    target = reader.text(found["target"]) if "target" in found else ""
    if target and is_role(reader, found["target"], target, using):
        check_under_load(reader, found["target"], target, using.services)
    return target


def _limits(
    reader: Reader, place: Value, found: Mapping[str, Value], give_up_s: float, slo_s: float
) -> tuple[float, float]:
    """Give-up and slo, each within what the load takes."""
    give_up_s = _between(reader, found["give-up"], GIVE_UP_S) if "give-up" in found else give_up_s
    slo_s = _between(reader, found["slo"], SLO_S) if "slo" in found else slo_s
    if slo_s > give_up_s:
        reader.fail(place, f"slo ({slo_s:g} s) can't be longer than give-up ({give_up_s:g} s)")
    return give_up_s, slo_s


def _between(reader: Reader, value: Value, bounds: tuple[float, float]) -> float:
    amount = reader.quantity(value, units.DURATION_S, above_zero=True)
    if not bounds[0] <= amount <= bounds[1]:
        reader.fail(
            value, f"{quote(value.content)} is out of range; the load takes {bounds[0]:g} to {bounds[1]:g} s"
        )
    return amount


def read_rate(reader: Reader, value: Value) -> float:
    """Requests per second, as many as the load takes."""
    rate_rps = reader.quantity(value, units.RATE_RPS, above_zero=True)
    if rate_rps and not RATE_RPS[0] <= rate_rps <= RATE_RPS[1]:
        what = f"{quote(value.content)} is out of range; the load takes {RATE_RPS[0]:g} to {RATE_RPS[1]:g} /s"
        reader.fail(value, what)
    return rate_rps
