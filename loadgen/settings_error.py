"""What is wrong with a setting of the load."""


class SettingsError(ValueError):
    """A setting that doesn't exist or a value it can't have; `as_json` is the answer of the control port."""

    def __init__(self, why: str, key: str, value: object, valid: object) -> None:
        super().__init__(why)
        self.as_json = {"error": why, "key": key, "value": value, "valid": valid}
