"""The readable pages of `make run`: one for each executed notebook, and an index."""

import html
from collections.abc import Sequence
from pathlib import Path

from helpers import storage
from helpers.tools.execution import Outcome


def page_of(outcome: Outcome) -> Path:
    """Where the page of an executed notebook goes: beside it."""
    return outcome.path.with_suffix(".html")


def write(outcome: Outcome) -> None:
    """Writes an executed notebook as a page, if there is a notebook and no page of it yet.

    The code of solutions and of the bootstrap is left out, as notebooks fold it away.
    """
    if page_of(outcome).exists() or not outcome.path.exists():
        return
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors import TagRemovePreprocessor

    exporter = HTMLExporter(template_name="classic")
    folded = TagRemovePreprocessor(remove_input_tags={"bootstrap", "solution"})
    exporter.register_preprocessor(folded, enabled=True)
    storage.write_whole(page_of(outcome), exporter.from_filename(str(outcome.path))[0])


def write_index(outcomes: Sequence[Outcome], waiting: Sequence[str], folder: Path) -> None:
    """Writes `index.html`: how each notebook ended, and which ones haven't been run yet.

    Args:
        outcomes: What was run.
        waiting: Names of the notebooks that come next.
        folder: Where the pages are.
    """
    rows = [
        f"<tr><td>{_link(outcome)}</td><td>{outcome.state}</td><td>{outcome.seconds:.0f} s</td>"
        f"<td>{html.escape(outcome.error)}</td></tr>"
        for outcome in outcomes
    ]
    rows += [f"<tr><td>{html.escape(name)}</td><td>not run yet</td></tr>" for name in waiting]
    page = _PAGE.format(rows="\n".join(rows), note=_NOTE if waiting else "")
    storage.write_whole(folder / "index.html", page)


def _link(outcome: Outcome) -> str:
    name = html.escape(outcome.name)
    return f'<a href="{name}.html">{name}</a>' if page_of(outcome).exists() else name


_NOTE = """<p>Reload this page after each notebook. If the run was interrupted, give the same
command again: it goes on with the first notebook that isn't done.</p>"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>The CNN course: your run</title>
<style>
body {{ font-family: sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }}
td, th {{ text-align: left; padding: 0.3rem 1rem 0.3rem 0; }}
</style></head>
<body>
<h1>The CNN course: your run</h1>
<table>
<tr><th>Notebook</th><th>State</th><th>Time</th><th>Error</th></tr>
{rows}
</table>
{note}
</body>
</html>
"""
