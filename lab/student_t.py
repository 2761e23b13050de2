"""Student's t for a 95 % interval, from a table: scipy, which ranks contestants, takes 0.25 s to load."""

T_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Its 0.975 quantile for 1 to 30 degrees of freedom."""


def t_975(degrees: int) -> float:
    """The t that |T| does not exceed with 95 % confidence; beyond 30 degrees the last one, too large by 4 % at most.

    Raises:
        ValueError: there is no degree of freedom.
    """
    if degrees < 1:
        raise ValueError(f"no interval from {degrees + 1} value")
    return T_975[min(degrees, len(T_975)) - 1]
