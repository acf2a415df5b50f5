"""Makes a class: submissions as students hand them in, from the student copies.

    python -m helpers.tests.classroom FOLDER

writes 30 submissions of three notebooks, and a grid beside them, for
`make batch GRID=FOLDER/grid.yml`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from helpers.tools import execution
from helpers.tools.copies import editing, student

CLASS = {
    **{"right": 7, "half": 6, "untouched": 3, "wrong": 4, "raises": 2, "asks": 1, "hangs": 2},
    **{"dies": 1, "eats": 2, "torn": 1, "bare": 1},
}
ARRIVED = (  # what files are called when browsers, Colab, Moodle, Canvas and desktops were at them
    "{name}_{pupil}",
    "{pupil}/{name} (1)",
    "{pupil}/Copy_of_{name}",
    "{pupil}_4821_assignsubmission_file_/{name}",
    "{pupil}_LATE_48213_9922_{name}-1",
    "{pupil} - Kopie von {name}",
    "{pupil}/Untitled0",
    "{pupil}_11_22_Copie de {name}-2",
    "{name}_{pupil} - Copy (2)",
    "week 1/{name}_{pupil}-Copy1",
)
NAMES = ("01_dense_baseline", "02_one_layer_cnn", "03_two_layer_cnn")
GRID = """notebooks: [{folder}/submissions]
parameters: {{profile: smoke, dataset: digits}}
limits: {{minutes: 10, memory_gb: 3}}
"""
TROUBLE = {
    "raises": "undefined_name",
    "asks": "your_name = input('Your name? ')",
    "hangs": "while True:\n    pass",
    "dies": "import os\n\nos._exit(1)",
    "eats": "kept = []\nwhile True:\n    kept.append(bytearray(50_000_000))",
}


def hand_in(
    folder: Path,
    name: str,
    kind: str,
    pupil: str,
    make: Callable = student.student_copy,
    *,
    arrived: str = ARRIVED[0],
    version: int = 4,
    encoding: str = "utf-8",
) -> Path:
    """Writes one submission.

    Args:
        folder: Where submissions are collected.
        name: The course's notebook, as in `01_dense_baseline`.
        kind: A key of `CLASS`.
        pupil: Part of the name of the file or of its folder.
        make: The copy that was handed out: `student_copy` or `handout_copy`.
        arrived: One of `ARRIVED`: what the file is called.
        version, encoding: Format of the notebook, and how its text is stored.
    """
    source = nbformat.read(execution.NOTEBOOKS / f"{name}.ipynb", as_version=4)
    answers = [c.source for c in source.cells if editing.tagged(c, "solution")]
    answers = [s for s in answers if s.startswith("def _")]
    copy = make(source, name)
    stubs = [cell for cell in copy.cells if editing.tagged(cell, "exercise")]
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
        copy.cells = [c for c in copy.cells if not editing.tagged(c, "parameters")]
    text = nbformat.writes(copy, version=version)
    path = folder / f"{arrived.format(name=name, pupil=pupil)}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text[: len(text) // 2] if kind == "torn" else text, encoding=encoding)
    return path


def a_class(folder: Path) -> list[Path]:
    """Writes the submissions of a whole class, `CLASS`, and a grid for them."""
    (folder / "submissions").mkdir(parents=True)
    kinds = [kind for kind, count in CLASS.items() for _ in range(count)]
    written = [
        hand_in(
            folder / "submissions",
            NAMES[place % len(NAMES)],
            kind,
            f"{kind}{place:02d}",
            arrived=ARRIVED[place % len(ARRIVED)],
            version=3 if place % 7 == 3 else 4,
            encoding="utf-8-sig" if place % 5 == 2 else "utf-8",
        )
        for place, kind in enumerate(kinds)
    ]
    (folder / "grid.yml").write_text(GRID.format(folder=folder), encoding="utf-8")
    return written


if __name__ == "__main__":
    print(f"{len(a_class(Path(sys.argv[1]).absolute()))} submissions")
