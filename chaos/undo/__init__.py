"""Carrying actions out and undoing them, from the ledger alone."""
