"""Errors whose message says all: notebooks show it without a traceback."""


class PlainError(Exception):
    """An error that a notebook shows as plain text (IPython asks for `_render_traceback_`)."""

    def _render_traceback_(self) -> list[str]:
        return f"{type(self).__name__}: {self}".splitlines()
