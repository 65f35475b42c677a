"""The one family of errors that the program raises on purpose."""


class GuidenError(Exception):
    """Something a person can act on.

    `key` and `details` name a sentence in `bot/texts` under `error.`, which says what, where and what to do in one line.
    """

    def __init__(self, key: str, **details: object) -> None:
        super().__init__(key, details)
        self.key = key
        self.details = details

    def __str__(self) -> str:
        return " ".join([self.key, *(f"{name}={value}" for name, value in self.details.items())])


class ContentError(GuidenError):
    """Content that cannot be read or breaks a rule; nothing was imported."""


class RefusedError(GuidenError):
    """A rule of the domain says no, for example an illegal change of stage."""


class NotFoundError(GuidenError):
    """Something that was asked for by id does not exist."""


class UnavailableError(GuidenError):
    """A part the program needs (database, index, model, dialogue server) cannot be used now."""


class SettingsError(GuidenError):
    """A setting is missing or has a value that cannot be used."""
