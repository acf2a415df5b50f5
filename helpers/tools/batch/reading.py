"""A notebook's file as text that can be run, whatever wrote it; and who it says it is."""

import json
import re
from collections.abc import Iterable

from helpers import storage

LARGEST = 100_000_000  # bytes of a notebook's file
_NUMBER = re.compile(r'^\s*checks\.check\(\s*["\'](\d\d)\.\d["\']', re.MULTILINE)
_START = re.compile(r'training\.start\(\s*["\'](\w+)["\']')


def begins(head: bytes) -> bool:
    """Whether a file begins as JSON does."""
    return _decoded(head).lstrip("\ufeff \t\r\n").startswith("{")


def is_notebook(content: bytes) -> bool:
    """Whether a file is a notebook by its content, a damaged one included."""
    text = _decoded(content)
    holds = any(name in text for name in ('"cells"', '"worksheets"'))
    return holds and any(name in text for name in ('"nbformat"', '"cell_type"'))


def _decoded(content: bytes) -> str:
    """Text in the encoding in which it is JSON; what is wrong in that becomes `\ufffd`."""
    return content.decode(json.detect_encoding(content), "replace")


def text_of(content: bytes) -> tuple[str, str]:
    """Text of a notebook, and why it can't be run (empty if it can); one of the two.

    An older format becomes version 4. What an editor wrote before the text, as a byte-order mark,
    isn't part of it; bytes and halves of characters that are no text are replaced.

    Args:
        content: The file's content; more than `LARGEST` bytes are too many.
    """
    import nbformat

    if len(content) > LARGEST:
        return "", f"the file has more than {LARGEST // 10**6} MB"
    try:
        text = _decoded(content)
        notebook = json.loads(text)
        if not isinstance(notebook, dict):
            raise ValueError("it has no cells")
        if notebook.get("nbformat") in (1, 2, 3):
            notebook = _converted(text)
            text = json.dumps(notebook, ensure_ascii=False, indent=1)
        if notebook.get("nbformat") != 4:
            raise ValueError("its format is not version 4; open and save it in Jupyter")
        nbformat.validate(_bare(notebook))
        whole = _whole(notebook)
        return (json.dumps(whole, ensure_ascii=False, indent=1) if whole != notebook else text), ""
    except json.JSONDecodeError as error:
        instead = storage.told(content[:10_000])
        damaged = f"is damaged or cut off in line {error.lineno}; ask for it again"
        return "", f"the file is no notebook: it {instead or damaged}"
    except Exception as error:
        words = str(error).strip() or type(error).__name__
        return "", f"the file is no notebook: {words.splitlines()[0][:200]}"


def _whole(notebook: dict) -> dict:
    """The same without halves of characters, as of an emoji: no file and no kernel can hold them.

    JSON can name them, and so can Python's own texts; those stay as they are.
    """
    text = json.dumps(notebook, ensure_ascii=False)
    return json.loads(text.encode("utf-8", "replace").decode("utf-8"))


def _converted(text: str) -> dict:
    """An older notebook in version 4, the same each time: cells have no ids."""
    import nbformat

    made = nbformat.convert(nbformat.reader.reads(text), 4)
    cells = [{key: value for key, value in cell.items() if key != "id"} for cell in made.cells]
    return made | {"cells": cells, "nbformat_minor": 4}


def _bare(notebook: dict) -> dict:
    """A notebook without what a run replaces: outputs, counts and ids of cells."""
    cells = []
    for cell in notebook["cells"]:
        kept = {key: value for key, value in cell.items() if key != "id"}
        code = cell.get("cell_type") == "code"
        cells.append(kept | ({"outputs": [], "execution_count": None} if code else {}))
    return notebook | {"cells": cells, "nbformat_minor": 4}


def notebook_said(text: str, notebooks: Iterable[str]) -> str | None:
    """The course's notebook that a file says it is; None if it says nothing.

    Its metadata count; where an editor has taken them away, the cell that starts the course, and
    then the exercises that most of its checks are of.

    Args:
        text: A notebook, or nothing.
        notebooks: Names of the course's notebooks.
    """
    content = json.loads(text) if text else {}
    names = {name: name for name in notebooks}
    course = content.get("metadata", {}).get("course")
    told = course.get("notebook") if isinstance(course, dict) else None
    if isinstance(told, str) and told in names:
        return told
    code = "\n".join(source(c) for c in content.get("cells", ()) if c["cell_type"] == "code")
    started = [name for name in _START.findall(code) if name in names]
    numbers = _NUMBER.findall(code)
    most = max(numbers, key=numbers.count, default="")
    by_number = [name for name in names if most and name.startswith(f"{most}_")]
    return next(iter(started + by_number), None)


def source(cell: dict) -> str:
    """A cell's text, which JSON may hold as lines."""
    return "".join(cell["source"])
