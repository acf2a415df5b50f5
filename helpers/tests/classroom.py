"""Makes a class: submissions as students hand them in, from the student copies.

    python -m helpers.tests.classroom FOLDER

writes 40 submissions of three notebooks, and a grid beside them, for
`make batch GRID=FOLDER/grid.yml`.
"""

import io
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from helpers.tools import execution
from helpers.tools.copies import editing, student

CLASS = {  # how many of each kind
    **{"right": 7, "half": 6, "untouched": 3, "wrong": 4, "raises": 2, "asks": 1, "hangs": 2},
    **{"dies": 1, "eats": 2, "torn": 1, "bare": 1},
    **{"drive": 4, "slip": 3, "guess": 1, "emoji": 1, "exported": 1},
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
SAVED = (".ipynb", ".ipynb.json", ".IPYNB", ".zip", ".ipynb.txt", "")  # by browsers and mail
NAMES = ("01_dense_baseline", "02_one_layer_cnn", "03_two_layer_cnn")
GRID = """notebooks: [{folder}/submissions]
parameters: {{profile: smoke, dataset: digits}}
limits: {{minutes: {minutes}, memory_gb: 3}}
"""
TROUBLE = {
    "raises": "undefined_name",
    "asks": "your_name = input('Your name? ')",
    "hangs": "while True:\n    pass",
    "dies": "import os\n\nos._exit(1)",
    "eats": "import time\nkept = []\nwhile not time.sleep(0.05):\n    kept += [bytearray(10**7)]",
    "slip": "def a_slip(:\n    return",
}
COLAB = (  # what Colab and its users put before the first cell
    "from google.colab import drive\ndrive.mount('/content/drive')",
    "%tensorflow_version 2.x\n!pip install -q --upgrade \\\n    keras numpy",
    "%cd /content/drive/MyDrive/course\n%load_ext google.colab.data_table",
)
NEEDED = {"bootstrap", "imports", "parameters", "settings", "load", "steps"}  # by the exercises


def _without_tags(copy):
    for cell in copy.cells:
        cell.metadata.pop("tags", None)
    return copy


def _without_metadata(copy):
    for cell in copy.cells:
        cell.metadata = nbformat.NotebookNode()
    copy.metadata = nbformat.NotebookNode(language_info={"name": "python"})
    return copy


def _without_ids(copy):
    for number, cell in enumerate(copy.cells):
        cell.id = f"cell-{number}"
    return copy


def _through_colab(copy):
    """Colab keeps ids as metadata, or gives its own, and no tags."""
    copy = _without_tags(copy)
    for number, cell in enumerate(copy.cells):
        cell.metadata.id = cell.pop("id") if number % 2 else f"aB3{number:09d}"
        cell.pop("id", None)
    copy.nbformat_minor = 0
    return copy


LOSE = {  # what editors, cleaners and Colab take away
    "nothing": lambda copy: copy,
    "tags": _without_tags,
    "metadata": _without_metadata,
    "ids": _without_ids,
    "by Colab": _through_colab,
    "all": lambda copy: _without_ids(_without_metadata(copy)),
}


@dataclass(frozen=True)
class Way:
    """How a submission is handed in.

    Attributes:
        arrived: One of `ARRIVED`: what the file is called.
        saved: One of `SAVED`: what it is saved as.
        lost: A key of `LOSE`.
        version, encoding: Format of the notebook, and how its text is stored.
        short: Whether it has only what the exercises need, so that no network is trained.
    """

    arrived: str = ARRIVED[0]
    saved: str = ".ipynb"
    lost: str = "nothing"
    version: int = 4
    encoding: str = "utf-8"
    short: bool = False


def hand_in(
    folder: Path,
    name: str,
    kind: str,
    pupil: str,
    make: Callable = student.student_copy,
    way: Way = Way(),
) -> Path:
    """Writes one submission.

    Args:
        folder: Where submissions are collected.
        name: The course's notebook, as in `01_dense_baseline`.
        kind: A key of `CLASS`.
        pupil: Part of the name of the file or of its folder.
        make: The copy that was handed out: `student_copy` or `handout_copy`.
        way: How it is handed in.
    """
    source = nbformat.read(execution.NOTEBOOKS / f"{name}.ipynb", as_version=4)
    answers = [c.source for c in source.cells if editing.tagged(c, "solution")]
    answers = [s for s in answers if s.startswith("def _")]
    copy = make(source, name)
    stubs = [cell for cell in copy.cells if editing.tagged(cell, "exercise")]
    filled = {"half": len(stubs) // 2}.get(kind, len(stubs) if points(kind, 4) else 0)
    for stub, answer in list(zip(stubs, answers, strict=True))[:filled]:
        named = answer.split("(")[0].removeprefix("def ")
        stub.source = answer.replace(named, named[1:])
    if way.short:
        copy.cells = _short(copy.cells)
    _spoil(copy, kind, stubs)
    text = nbformat.writes(LOSE[way.lost](copy), version=way.version)
    if kind == "emoji":
        text = text.replace("You train", "\\ud83d You train", 1)
    if kind == "torn":
        text = text[: len(text) // 2]
    path = folder / way.arrived.format(name=name, pupil=pupil)
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "exported":
        path = path.with_name(f"{path.name}.html")
        path.write_text(f"<!DOCTYPE html>\n<pre>{text}</pre>", encoding="utf-8")
    else:
        path = path.with_name(f"{path.name}{way.saved}")
        content = text.encode(way.encoding)
        path.write_bytes(_zipped(f"{name}.ipynb", content) if way.saved == ".zip" else content)
    return path


def points(kind: str, exercises: int) -> int | None:
    """The points that a submission of a kind should get; None if it can't be run."""
    if kind in ("torn", "bare", "exported"):
        return None
    full = dict.fromkeys(("right", "drive", "guess", "emoji"), exercises)
    return (full | {"half": exercises // 2, "slip": exercises - 1}).get(kind, 0)


def _short(cells: list) -> list:
    """What the exercises need, and all from the first of them on but for what is run between."""
    return [
        cell
        for cell in cells
        if cell.cell_type == "markdown"
        or cell.id in NEEDED
        or cell.id.startswith(("ex", "prediction"))
        or editing.tagged(cell, "model")
    ]


def _spoil(copy, kind: str, stubs: list) -> None:
    """Writes into a copy what its kind of student does."""
    if kind == "wrong":
        for stub in stubs:
            stub.source = stub.source.rstrip() + "\n    return 3\n"
    if kind == "slip":
        stubs[0].source = TROUBLE[kind]
    elif kind in TROUBLE:
        copy.cells.insert(copy.cells.index(stubs[0]), new_code_cell(TROUBLE[kind]))
    if kind == "drive":
        copy.cells[:0] = map(new_code_cell, COLAB)
        imports = next(cell for cell in copy.cells if cell.id == "imports")
        imports.source = f"{COLAB[0]}\n{imports.source}"
    if kind == "guess":
        guess = next(cell for cell in copy.cells if cell.id.startswith("prediction"))
        guess.source = "my_guess = 25 %"
    if kind == "bare":
        copy.cells = [c for c in copy.cells if not editing.tagged(c, "parameters")]


def _zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"work/{name}", content)
        archive.writestr(f"__MACOSX/work/._{name}", b"\0")
    return buffer.getvalue()


def a_class(folder: Path, minutes: float = 10, every: int = 1) -> dict[str, str]:
    """Writes the submissions of a whole class, `CLASS`, and a grid for them.

    Args:
        folder: Where they go; it is made.
        minutes: The limit of each run.
        every: One of so many submissions is a whole notebook; the others are short.

    Returns:
        The kind of each pupil.
    """
    (folder / "submissions").mkdir(parents=True)
    kinds = [kind for kind, count in CLASS.items() for _ in range(count)]
    pupils = {}
    for place, kind in enumerate(kinds):
        pupil = ("" if place % 4 else "J\u00fcrgen ") + f"{kind}{place:02d}"
        pupils[pupil] = kind
        way = Way(
            ARRIVED[place % len(ARRIVED)],
            SAVED[place % 7 % len(SAVED)],
            list(LOSE)[place % len(LOSE)],
            3 if place % 7 == 3 else 4,
            "utf-8-sig" if place % 5 == 2 else "utf-8",
            place % every != 0,
        )
        written = unicodedata.normalize("NFD" if place % 8 else "NFC", pupil)
        hand_in(folder / "submissions", NAMES[place % len(NAMES)], kind, written, way=way)
    grid = GRID.format(folder=folder, minutes=minutes)
    (folder / "grid.yml").write_text(grid, encoding="utf-8")
    return pupils


if __name__ == "__main__":
    print(f"{len(a_class(Path(sys.argv[1]).absolute()))} submissions")
