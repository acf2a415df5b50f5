"""Every figure of the course: one house style, and alt text on each."""

import base64
import io
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.training import Training

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


def images(
    pictures: Sequence[np.ndarray],
    titles: Sequence[str] | None = None,
    *,
    columns: int = 8,
    alt: str,
) -> None:
    """Shows pictures of one size in a grid.

    Args:
        pictures: uint8 `(n, height, width, 3)`; `(n, height, width)` or a mixture for grey ones.
        titles: One title a picture.
        columns: Pictures in a row.
        alt: What they show, in words.
    """
    colour = [p if p.ndim == 3 else np.repeat(p[..., None], 3, axis=2) for p in pictures]
    height, width = colour[0].shape[:2]
    edge, head = max(1, width // 16), (height // 4 if titles is not None else 0)
    rows = -(-len(colour) // columns)
    shape = (rows * (height + head + edge), columns * (width + edge) - edge, 3)
    sheet = np.full(shape, 255, np.uint8)
    with mpl.rc_context(STYLE):
        size = 10 if columns > 4 else 2.2 * columns
        figure = Figure(figsize=(size, size * shape[0] / shape[1]))
        axes = figure.add_axes((0, 0, 1, 1))
        for index, picture in enumerate(colour):
            top = (index // columns) * (height + head + edge) + head
            left = (index % columns) * (width + edge)
            sheet[top : top + height, left : left + width] = picture
            if titles is not None:
                place = (left + width / 2, top - head * 0.2)
                axes.text(*place, titles[index], ha="center", va="bottom", fontsize=10)
        axes.imshow(sheet)
        axes.axis("off")
        show(figure, alt)


def bars(
    names: Sequence[str],
    values: np.ndarray,
    *,
    title: str,
    axis: str,
    line: tuple[float, str] | None = None,
) -> None:
    """Shows one horizontal bar for each name, in the order given.

    Args:
        names: Labels of the bars.
        values: Lengths, `(names,)`, or `(seeds, names)`: then bars show means, error bars spreads.
        title: Title of the figure.
        axis: What the lengths mean, with the unit.
        line: A value to mark with a line, and what it is.
    """
    mean, spread = _over_seeds(values)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 0.35 * len(names) + 1.2))
        axes = figure.add_subplot()
        axes.barh(names, mean, xerr=spread, capsize=3)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel=axis)
        if line:
            axes.axvline(line[0], color="black", linestyle="--", label=line[1])
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        listed = ", ".join(f"{n} {_short(v)}" for n, v in zip(names, mean, strict=True))
        show(figure, f"Bar chart, {title}. {axis}: {listed}.{_marks(line, spread)}")


def lines(
    x: Sequence[float],
    series: dict[str, np.ndarray],
    *,
    title: str,
    x_axis: str,
    y_axis: str,
    line: tuple[float, str] | None = None,
) -> None:
    """Shows one line for each series over the same x values; the y axis begins at 0.

    Args:
        x: Positions of the points.
        series: By name, y values `(points,)`, or `(seeds, points)`: then lines show means, error
            bars spreads.
        title: Title of the figure.
        x_axis: Meaning and unit of x.
        y_axis: Meaning and unit of y.
        line: A height to mark with a line, and what it is.
    """
    told = []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 3.6))
        axes = figure.add_subplot()
        for name, values in series.items():
            mean, spread = _over_seeds(values)
            axes.errorbar(x, mean, spread, marker="o", capsize=3, label=name)
            some = np.unique(np.linspace(0, len(mean) - 1, 5).astype(int))
            told.append(f"{name} " + ", ".join(_short(mean[i]) for i in some))
        if line:
            axes.axhline(line[0], color="black", linestyle="--", label=line[1])
        axes.set(title=title, xlabel=x_axis, ylabel=y_axis)
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
        where = f"from {_short(x[0])} to {_short(x[-1])}"
        show(
            figure,
            f"Line chart, {title}. {y_axis} over {x_axis} {where}: {'; '.join(told)}."
            + _marks(line, spread),
        )


def curves(trainings: Sequence[Training], *, title: str) -> None:
    """Shows loss and accuracy, epoch by epoch, on the training and the validation images.

    Args:
        trainings: Trainings of one model; each seed has a line of its own.
        title: Title of the figure.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10, 3.6), layout="constrained")
        for place, metric in enumerate(("loss", "accuracy")):
            axes = figure.add_subplot(1, 2, place + 1)
            for part, prefix, colour in (
                ("training", "", COLOURS[0]),
                ("validation", "val_", COLOURS[1]),
            ):
                for number, training in enumerate(trainings):
                    y = training.history[prefix + metric]
                    label = part if number == 0 else None
                    axes.plot(range(1, len(y) + 1), y, color=colour, alpha=0.7, label=label)
            axes.set(title=metric, xlabel="epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.legend()
        figure.suptitle(title)
        last = {
            key: _short(np.mean([t.history[key][-1] for t in trainings]))
            for key in ("loss", "val_loss", "accuracy", "val_accuracy")
        }
        show(
            figure,
            f"Two line charts over {len(y)} epochs, {title}. At the end the loss is {last['loss']} "
            f"in training and {last['val_loss']} in validation, the accuracy {last['accuracy']} in "
            f"training and {last['val_accuracy']} in validation.",
        )


def _over_seeds(values: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Mean and sample standard deviation over the rows; no deviation for a single row."""
    rows = np.atleast_2d(np.asarray(values, float))
    return rows.mean(axis=0), rows.std(axis=0, ddof=1) if len(rows) > 1 else None


def _marks(line: tuple[float, str] | None, spread: np.ndarray | None) -> str:
    marked = f" A dashed line marks {line[1]} at {_short(line[0])}." if line else ""
    return marked + (" Error bars show the spread over seeds." if spread is not None else "")


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1_000 else f"{value:,.0f}"
