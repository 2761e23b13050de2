"""Student's t distribution, by scipy's special functions (stdtr, stdtrit).

Imported when it is used, which is where contestants are ranked: it costs a quarter of a second and 40 MB, and a run
needs neither.
"""


def two_sided_p(t: float, df: float) -> float:
    """The chance of a |T| at least this far from 0."""
    from scipy.special import stdtr  # noqa: PLC0415 - see the module's docstring

    return min(1.0, 2 * float(stdtr(df, -abs(t))))


def quantile(confidence: float, df: float) -> float:
    """The t that |T| does not exceed with this confidence (0..1): 2.776 for 0.95 and 4 degrees of freedom.

    Raises:
        ValueError: confidence is not between 0 and 1, or there is no degree of freedom.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - see the module's docstring

    if not 0 < confidence < 1 or df <= 0:
        raise ValueError(f"no t for a confidence of {confidence} and {df} degrees of freedom")
    return float(stdtrit(df, (1 + confidence) / 2))
