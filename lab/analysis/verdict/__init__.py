"""Conditions, checks and figures to a verdict."""
