"""Reads a notebook's file with suspicion: what else may lie in its place is called by its name."""

from pathlib import Path


class NotebookError(ValueError):
    """A file is no notebook that can be read; the message says what it is, and what to do."""


def read(path: Path):
    """A notebook (`nbformat.NotebookNode`, version 4).

    Args:
        path: The file; a mark of the byte order, as some editors write, doesn't matter.

    Raises:
        NotebookError: It can't be read, or is something else.
    """
    import nbformat

    from helpers import storage

    content = b""
    try:
        content = path.read_bytes()
        notebook = nbformat.reads(content.decode("utf-8-sig"), as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise NotebookError(f"{path} can't be read ({storage.reason(error)}).") from error
    except Exception as error:  # nbformat's errors have many kinds
        known = storage.told(content)
        first = (str(error).splitlines() or [type(error).__name__])[0][:100]
        why = f"it {known}" if known else f"{first}. Take the course's own file again."
        raise NotebookError(f"{path} is no notebook that can be read: {why}") from error
    return notebook
