"""The load: Locust, open loop, a seeded Poisson schedule. Starts with `locust -f loadgen/locustfile.py`."""
