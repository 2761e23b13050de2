"""The write-ahead ledger: what was changed, and how each change is undone."""
