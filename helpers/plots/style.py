"""The course's one house style for figures, and how a figure is shown: always with alt text."""

import base64
import io

import matplotlib as mpl
from IPython.display import display
from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
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
