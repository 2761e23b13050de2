"""The services of the lab: one short file a role, on top of `kit`, `client` and `policies`."""
