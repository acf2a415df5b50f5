"""The receptive field: which pixels one number of the last map sees, in one dimension."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from helpers.plots.style import COLOURS, STYLE, show

MOST_PIXELS = 120  # of an input that can be drawn
MOST_LINES = 300
BESIDE = 3  # pixels that are drawn on either side of the field


def receptive_field(
    layers: Sequence[tuple[int, int]], names: Sequence[str] | None = None, *, title: str
) -> None:
    """Shows a cone from one number of the last map down to all the input pixels that it sees.

    One dimension, a row of dots for each map, the input at the bottom; filled dots are in the cone.

    Args:
        layers: Size of the kernel or window and stride of each layer, from the input on.
        names: One a layer; None tells kernel and stride.
        title: Title of the figure.

    Raises:
        ValueError: There is no layer, a number is smaller than 1, the field is wider than 120
            pixels, or names are missing.
    """
    show(*drawn_field(layers, names, title=title))


def drawn_field(
    layers: Sequence[tuple[int, int]], names: Sequence[str] | None = None, *, title: str
) -> tuple[Figure, str]:
    """The figure that `receptive_field` shows, and its alt text."""
    seen, jumps, starts = geometry(layers)
    if seen[-1] > MOST_PIXELS:
        raise ValueError(f"the field is {seen[-1]} pixels wide; at most {MOST_PIXELS} are drawn.")
    if names is None:
        names = [f"kernel {kernel}, stride {stride}" for kernel, stride in layers]
    if len(names) != len(layers):
        raise ValueError(f"{len(names)} names for {len(layers)} layers; expected as many.")
    counts = in_cone(layers)
    low, high = -BESIDE, seen[-1] - 1 + BESIDE
    size = float(np.clip(420 / (high - low), 3, 9))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, min(5, 0.75 * len(layers)) + 1.3), layout="constrained")
        axes = figure.add_subplot()
        last = len(layers)
        edges = [[starts[k] + side * (counts[k] - 1) * jumps[k] for k in range(last + 1)]
                 for side in (0, 1)]  # fmt: skip
        axes.fill_betweenx(range(last + 1), *edges, color=COLOURS[4], alpha=0.3, linewidth=0)
        for row, (jump, start) in enumerate(zip(jumps, starts, strict=True)):
            inside = start + jump * np.arange(counts[row])
            first, final = -((start - low) // jump), (high - start) // jump
            every = start + jump * np.arange(first, final + 1)
            beside = every[(every < inside[0]) | (every > inside[-1])]
            look = {"linestyle": "", "marker": "o", "markersize": size, "color": COLOURS[0]}
            axes.plot(beside, np.full(len(beside), row), markerfacecolor="white", alpha=0.5, **look)
            axes.plot(inside, np.full(len(inside), row), **look)
            words = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": 10}
            axes.text(1.02, row, f"sees {seen[row]} pixel{'s' * (seen[row] > 1)}", **words)
        links = _links(layers, counts, jumps, starts)
        for upper, lower, row in links if len(links) <= MOST_LINES else []:
            axes.plot([upper, lower], [row, row - 1], color=COLOURS[0], linewidth=0.6, alpha=0.6)
        axes.set_yticks(range(last + 1), ["input", *names])
        axes.set(title=title, xlabel="pixels of the input", ylim=(-0.4, last + 0.4))
        axes.set_xlim(low - 0.7, high + 0.7)
        axes.set_xticks([])
        axes.grid(visible=False)
    told = [f"{name}: {n} pixels" for name, n in zip(names, seen[1:], strict=True)]
    return figure, (
        f"A cone through {len(layers)} layers, {title}. One number of the last map sees {seen[-1]} "
        f"pixels in a row of the input. By layer, one number sees: {'; '.join(told)}."
    )


def geometry(layers: Sequence[tuple[int, int]]) -> tuple[list[int], list[int], list[float]]:
    """For the input and each map: pixels that one number sees, pixels from one number to the next,
    and where the first number of the cone has its middle, in pixels.

    Raises:
        ValueError: There is no layer, or a number is smaller than 1.
    """
    if not layers or any(kernel < 1 or stride < 1 for kernel, stride in layers):
        raise ValueError(f"layers are {layers!r}; expected (kernel, stride) pairs from 1 up.")
    seen, jumps, starts = [1], [1], [0.0]
    for kernel, stride in layers:
        seen.append(seen[-1] + (kernel - 1) * jumps[-1])
        starts.append(starts[-1] + (kernel - 1) / 2 * jumps[-1])
        jumps.append(jumps[-1] * stride)
    return seen, jumps, starts


def in_cone(layers: Sequence[tuple[int, int]]) -> list[int]:
    """How many numbers of the input and of each map lie in the cone; 1 of the last."""
    counts = [1]
    for kernel, stride in reversed(layers):
        counts.append((counts[-1] - 1) * stride + kernel)
    return counts[::-1]


def _links(layers, counts, jumps, starts) -> list[tuple[float, float, int]]:
    """From each number in the cone to those it is made of: both places, and the upper row."""
    return [
        (starts[row] + i * jumps[row], starts[row - 1] + (i * stride + k) * jumps[row - 1], row)
        for row, (kernel, stride) in enumerate(layers, 1)
        for i in range(counts[row])
        for k in range(kernel)
    ]
