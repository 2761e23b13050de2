"""Settings of the load that a single customer has as well."""


def setting(name: str, customer: str | None) -> str:
    """The name of a setting on the load's control port: of all customers, or ``surge.streaming`` of one."""
    return name if customer is None else f"{name}.{customer}"
