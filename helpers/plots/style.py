"""The course's one house style for figures, and how a figure is shown: always with alt text."""

import base64
import io
from collections.abc import Sequence

import matplotlib as mpl
from IPython.display import display
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
GREY = "#555555"
LETTERS_AN_INCH, HANDLE = 12, 8  # of a legend: letters, and what a handle takes of them
STYLE = {
    "axes.prop_cycle": mpl.cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "figure.dpi": 80,
    "font.size": 11,
    "image.interpolation": "nearest",
}
RUNS = ("this run", "published run")


def show(figure: Figure, alt: str) -> None:
    """Shows a figure with alt text, for readers who don't see it.

    Args:
        figure: A Matplotlib figure.
        alt: What the picture shows, in one or two sentences.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", metadata={"Software": None})
    display(
        {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": alt},
        metadata={"image/png": {"alt": alt}},
        raw=True,
    )


def svg(figure: Figure, alt: str) -> str:
    """A figure as SVG with its description; the same figure gives the same text on one machine.

    Args:
        figure: A Matplotlib figure.
        alt: What the picture shows, in one or two sentences.
    """
    text = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "course", "svg.fonttype": "path"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Description": alt})
    return text.getvalue()


def legend_below(figure: Figure, handles: Sequence[Artist], *, title: str | None = None) -> None:
    """Puts a legend below all that is drawn, so that it lies over no data; the figure grows for it.

    Args:
        figure: What it belongs to; its layout becomes `"constrained"`.
        handles: What is explained; each has a label. Without any there is no legend.
        title: A line above the legend.
    """
    if not handles:
        return
    figure.set_layout_engine("constrained")
    longest = max(len(str(handle.get_label())) for handle in handles) + HANDLE
    fit = int(figure.get_figwidth() * LETTERS_AN_INCH / longest)
    columns = max(1, min(len(handles), fit))
    rows = -(-len(handles) // columns) + (title is not None)
    figure.set_figheight(figure.get_figheight() + 0.1 + 0.22 * rows)
    look = {"ncols": columns, "frameon": False, "fontsize": 10, "title": title}
    figure.legend(handles=handles, loc="outside lower center", **look)


def runs_explained(*, bars: bool = False) -> list[Artist]:
    """What a legend shows for this run (filled) and the published one (hollow)."""
    if bars:
        return [
            Patch(facecolor=GREY, edgecolor=GREY, label=RUNS[0]),
            Patch(facecolor="white", edgecolor=GREY, linewidth=1.5, label=RUNS[1]),
        ]
    look = {"color": GREY, "marker": "o"}
    return [
        Line2D([], [], linestyle="", label=RUNS[0], **look),
        Line2D([], [], linestyle="", markerfacecolor="white", label=RUNS[1], **look),
    ]


def short(value: float) -> str:
    """A number with three digits, or whole if it has more; a real minus."""
    text = f"{value:.3g}" if abs(value) < 1_000 else f"{value:,.0f}"
    return text.replace("-", "−")
