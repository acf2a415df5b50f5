"""Makes a class: submissions as students hand them in, from the student copies."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from helpers.tools import copies, execution, student

KINDS = ("right", "half", "untouched", "wrong", "raises", "hangs", "dies", "eats", "torn", "bare")
TROUBLE = {
    "raises": "undefined_name",
    "hangs": "while True:\n    pass",
    "dies": "import os\n\nos._exit(1)",
    "eats": "kept = []\nwhile True:\n    kept.append(bytearray(50_000_000))",
}


def hand_in(folder: Path, name: str, kind: str, pupil: str) -> Path:
    """Writes one submission.

    Args:
        folder: Where submissions are collected.
        name: The course's notebook, as in `01_dense_baseline`.
        kind: One of `KINDS`.
        pupil: Part of the file's name.
    """
    source = nbformat.read(execution.NOTEBOOKS / f"{name}.ipynb", as_version=4)
    answers = [c.source for c in source.cells if copies.tagged(c, "solution")]
    answers = [s for s in answers if s.startswith("def _")]
    copy = student.student_copy(source, name)
    stubs = [cell for cell in copy.cells if copies.tagged(cell, "exercise")]
    filled = {"right": len(stubs), "half": len(stubs) // 2}.get(kind, 0)
    for stub, answer in list(zip(stubs, answers, strict=True))[:filled]:
        named = answer.split("(")[0].removeprefix("def ")
        stub.source = answer.replace(named, named[1:])
    if kind == "wrong":
        for stub in stubs:
            stub.source = stub.source.rstrip() + "\n    return 3\n"
    if kind in TROUBLE:
        place = copy.cells.index(stubs[0])
        copy.cells.insert(place, new_code_cell(TROUBLE[kind]))
    if kind == "bare":
        copy.cells = [c for c in copy.cells if not copies.tagged(c, "parameters")]
    text = nbformat.writes(copy)
    path = folder / f"{name}_{pupil}.ipynb"
    path.write_text(text[: len(text) // 2] if kind == "torn" else text, encoding="utf-8")
    return path
