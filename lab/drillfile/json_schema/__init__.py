"""JSON Schemas of drill files, plans and scenarios, made of the registries and models that the reader uses.

A schema never refuses what the reader takes, apart from the names that metrics had in earlier labs, which the reader
still takes. Editors complete and check with it while one writes; the reader has the last word, with better sentences.
"""

from lab.drillfile.json_schema.drill_schema import drill_schema
from lab.drillfile.json_schema.plan_schema import plan_schema
from lab.drillfile.json_schema.scenario_schema import scenario_schema

__all__ = ["drill_schema", "plan_schema", "scenario_schema"]
