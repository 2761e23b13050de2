"""Write the JSON Schemas of lab/schemas/ anew, from models and registries: ``make generate``."""

from lab.schemas import NAMES, as_text, make_schema, schema_file

if __name__ == "__main__":
    for name in NAMES:
        schema_file(name).write_text(as_text(make_schema(name)), encoding="utf-8")
        print(f"{schema_file(name)}: written")
