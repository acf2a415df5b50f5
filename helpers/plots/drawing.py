"""A network as a drawing: boxes to scale, shortcuts as arcs, and what each layer costs."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.path import Path

from helpers.plots import folding
from helpers.plots.folding import Box
from helpers.plots.style import COLOURS, GREY, STYLE, show

WIDE = 9.0  # inches
UPRIGHT = 10  # boxes that have room for words below them; those of more are turned
TWO_LINES = 18  # boxes that have room for two turned lines
TICKS = (1, 2, 5, 10, 20, 50, 100)  # per cent, that a bar is measured with
PLAIN_COLOUR = "#BBBBBB"
KINDS = (  # what is in the name of a kind, and the colour of its box
    (("Input",), "#E5E5E5"),
    (("Pooling",), COLOURS[4]),
    (("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"), COLOURS[2]),
    (("Conv",), COLOURS[0]),
    (("Dense",), COLOURS[1]),
)


def network(layers: Sequence[folding.Layer], *, title: str) -> None:
    """Shows a network: a box for each layer, and below it its part of the costs.

    Boxes are as high as their maps have rows and as wide as they have channels (root scale); what
    gives one row of numbers is a thin bar. Normalisation, activation, dropout and the like are
    named in the box before them, whose parameters include theirs, if nothing else reads from it.
    Arcs are shortcuts.

    Args:
        layers: As `models.layer_costs(network)` returns them.
        title: Title of the figure.

    Raises:
        ValueError: There is no layer.
    """
    show(*drawn_network(layers, title=title))


def drawn_network(layers: Sequence[folding.Layer], *, title: str) -> tuple[Figure, str]:
    """The figure that `network` shows, and its alt text."""
    boxes = folding.folded(layers)
    turned = len(boxes) > UPRIGHT
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDE, 6.8 if turned else 5.2), layout="constrained")
        top, *below = figure.subplots(3, height_ratios=(3, 1.2, 1.2), sharex=True)
        _draw(top, boxes, turned)
        words = {"fontsize": 8, "rotation": 90 if turned else 0}
        between = ("  " if len(boxes) > TWO_LINES else "\n") if turned else None
        labels = [_label(box, between) for box in boxes]
        top.set_xticks(
            range(len(boxes)), labels, multialignment="right" if turned else "center", **words
        )
        counts = (
            ("parameters, per cent of all", [box.parameters for box in boxes], COLOURS[5]),
            ("multiply-adds, per cent of all", [b.first.multiply_adds for b in boxes], GREY),
        )
        for axes, (name, numbers, colour) in zip(below, counts, strict=True):
            _bars(axes, name, numbers, colour, turned)
        figure.suptitle(title)
    return figure, _told(boxes, title)


def _size(layer: folding.Layer, boxes: Sequence[Box]) -> tuple[float, float]:
    """Width and height of a box; the widest is 0.8 of its place, the highest 1."""
    maps = [box.first.shape for box in boxes if len(box.first.shape) > 1]
    rows = [box.first.shape[-1] for box in boxes if len(box.first.shape) == 1]
    if len(layer.shape) < 2:
        units = layer.shape[0] if layer.shape else 1
        return 0.16, 0.12 + 0.88 * np.log2(1 + units) / np.log2(1 + max(rows, default=1))
    widest = max(shape[-1] for shape in maps)
    highest = max(shape[0] for shape in maps)
    return 0.1 + 0.7 * (layer.shape[-1] / widest) ** 0.5, max(0.05, layer.shape[0] / highest)


def _draw(axes: Axes, boxes: Sequence[Box], turned: bool) -> None:
    sizes = [_size(box.first, boxes) for box in boxes]
    for place, (box, (width, height)) in enumerate(zip(boxes, sizes, strict=True)):
        corner, look = (place - width / 2, -height / 2), {"facecolor": _colour(box.first.kind)}
        look |= {"edgecolor": "black", "linewidth": 0.8, "zorder": 3}
        axes.add_patch(Rectangle(corner, width, height, **look))
        for source in box.inputs:
            if source == place - 1:
                ends = (source + sizes[source][0] / 2, place - width / 2)
                axes.plot(ends, (0, 0), color="black", linewidth=1, zorder=2)
            else:
                axes.add_patch(_arc(source, place, sizes, turned))
    far = max((p - s for p, box in enumerate(boxes) for s in box.inputs), default=1)
    axes.set(xlim=(-0.6, len(boxes) - 0.4), ylim=(-0.54, 0.56 + (0.45 if far > 1 else 0)))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0, labelbottom=True)


def _arc(
    source: int, place: int, sizes: Sequence[tuple[float, float]], turned: bool
) -> FancyArrowPatch:
    """An arrow over the boxes between two."""
    start, end = (source, sizes[source][1] / 2), (place, sizes[place][1] / 2)
    highest = max(height for _, height in sizes[source : place + 1]) / 2
    top = 1.1 * (highest + 0.14 + 0.03 * (place - source))
    curve = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    path = Path([start, (source, top), (place, top), end], curve)
    look = {"arrowstyle": "-|>", "mutation_scale": 7 if turned else 10, "zorder": 4}
    return FancyArrowPatch(path=path, color=COLOURS[2], linewidth=1.3, **look)


def _colour(kind: str) -> str:
    return next((c for parts, c in KINDS if any(part in kind for part in parts)), PLAIN_COLOUR)


def _label(box: Box, between: str | None) -> str:
    """Kind, what it does, what lies in it, shape: in lines, or in two parts with a separator."""
    kind, does = folding.words(box)
    if between is None:
        return "\n".join([kind, *does, folding.size(box)])
    return f"{' '.join([kind, ', '.join(does)]).rstrip()}{between}{folding.size(box)}"


def _bars(axes: Axes, name: str, numbers: Sequence[int], colour: str, turned: bool) -> None:
    shares = 100 * np.array(numbers) / max(1, sum(numbers))
    axes.bar(range(len(shares)), shares, 0.6, color=colour)
    for place, (number, share) in enumerate(zip(numbers, shares, strict=True)):
        if number:
            text = _rounded(number) if turned else f"{_rounded(number)}\n{_percent(share)}"
            look = {"ha": "center", "va": "bottom", "fontsize": 8, "rotation": 90 * turned}
            axes.annotate(text, (place, share), (0, 2), textcoords="offset points", **look)
    axes.set_ylim(0, (2.5 if turned else 1.9) * max(1, shares.max()))
    axes.set_yticks([0, max((tick for tick in TICKS if tick <= shares.max()), default=1)])
    axes.set_title(name, fontsize=9, loc="left")
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.tick_params(axis="y", labelsize=8)
    axes.grid(axis="x", visible=False)


def _rounded(number: int) -> str:
    """A count in few letters: 896, 18.5k, 2.4M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= 0.9995 * size:
            return f"{number / size:.3g}{letter}"
    return str(number)


def _percent(share: float) -> str:
    return f"{share:.0f} %" if share >= 1 else "< 1 %"


def _told(boxes: Sequence[Box], title: str) -> str:
    """The alt text: boxes in order, a shape where it changes, shortcuts, where the costs are."""
    listed, last = [], ""
    for box in boxes:
        kind, does = folding.words(box)
        words = [" ".join([kind, ", ".join(does)]).rstrip()]
        words += [folding.size(box)] if folding.size(box) != last else []
        words += [f"{box.parameters:,} parameters"] if box.parameters else []
        listed.append(" – ".join(words))
        last = folding.size(box)
    past = [str(p + 1) for p, box in enumerate(boxes) for s in box.inputs if s != p - 1]
    text = f"Drawing of a network, {title}. {len(boxes)} boxes, left to right, with their shapes "
    text += f"where these change: {'; '.join(listed)}."
    text += f" Arcs lead past boxes ({len(past)}), into box {', '.join(past)}." if past else ""
    for name, numbers in (
        ("parameters", [box.parameters for box in boxes]),
        ("multiply-adds for one image", [box.first.multiply_adds for box in boxes]),
    ):
        most, whole = int(np.argmax(numbers)), sum(numbers)
        share = _percent(100 * numbers[most] / max(1, whole))
        has = f"; box {most + 1} ({boxes[most].first.kind}) has most, {share}" if whole else ""
        text += f" In all {whole:,} {name}{has}."
    return text
