from dataclasses import dataclass

import keras
import numpy as np
import pytest
from keras import layers
from matplotlib.patches import FancyArrowPatch, Rectangle

from helpers import models
from helpers.plots import drawing, folding


@dataclass
class Row:
    """A layer as `models.layer_costs` tells it."""

    kind: str
    shape: tuple[int, ...]
    inputs: tuple[int, ...] = ()
    parameters: int = 0
    multiply_adds: int = 0
    detail: str = ""
    name: str = "some"


STACK = [
    Row("Input", (32, 32, 3)),
    Row("Rescaling", (32, 32, 3), (0,)),
    Row("Conv2D", (32, 32, 16), (1,), 448, 750, "3×3, relu"),
    Row("BatchNormalization", (32, 32, 16), (2,), 64),
    Row("Dropout", (32, 32, 16), (3,), detail="0.25"),
    Row("MaxPooling2D", (16, 8, 16), (4,), detail="2×2"),
    Row("Flatten", (2048,), (5,)),
    Row("Dense", (10,), (6,), 20_490, 250, "softmax"),
]
SHORTCUT = [
    Row("Input", (8, 8, 4)),
    Row("Conv2D", (8, 8, 4), (0,), 10, 5, "3×3"),
    Row("Conv2D", (8, 8, 4), (1,), 10, 5, "3×3"),
    Row("Add", (8, 8, 4), (2, 0)),
    Row("Activation", (8, 8, 4), (3,), detail="relu"),
]


def rectangles(axes) -> list[Rectangle]:
    return [p for p in axes.patches if isinstance(p, Rectangle)]


def test_what_keeps_the_shape_lies_in_the_box_before_it():
    boxes = folding.folded(STACK)
    assert [box.first.kind for box in boxes] == [
        *("Input", "Conv2D", "MaxPooling2D", "Flatten", "Dense")
    ]
    assert boxes[1].folded == ["BatchNormalization", "dropout 0.25"]
    assert boxes[1].parameters == 448 + 64 and boxes[1].inputs == (0,)
    assert folding.words(boxes[1]) == ("Conv2D", ["3×3, relu", "BN", "dropout 0.25"])


def test_an_addition_and_a_pooling_that_keeps_the_size_are_boxes_of_their_own():
    boxes = folding.folded(SHORTCUT)
    assert [box.first.kind for box in boxes] == ["Input", "Conv2D", "Conv2D", "Add"]
    assert boxes[3].inputs == (2, 0) and boxes[3].folded == ["relu"]
    same = [Row("Input", (8, 8, 4)), Row("MaxPooling2D", (8, 8, 4), (0,), detail="3×3, stride 1")]
    assert len(folding.folded(same)) == 2


def test_what_a_shortcut_leads_past_is_a_box_of_its_own():
    rows = [Row("Input", (4, 4, 8)), Row("BatchNormalization", (4, 4, 8), (0,), 32)]
    rows += [Row("ReLU", (4, 4, 8), (1,)), Row("Add", (4, 4, 8), (2, 0))]
    boxes = folding.folded(rows)
    assert [box.first.kind for box in boxes] == ["Input", "BatchNormalization", "Add"]
    assert boxes[1].folded == ["relu"] and boxes[2].inputs == (1, 0)


@pytest.mark.parametrize(
    ("kinds", "same"),
    [
        (("Conv2D", "DepthwiseConv2D"), True),
        (("Average", "AveragePooling2D"), False),
        (("Average", "Add"), True),
        (("Flatten", "Dense"), False),
    ],
)
def test_kinds_that_do_the_same_have_one_colour(kinds, same):
    assert (drawing._colour(kinds[0]) == drawing._colour(kinds[1])) == same


def test_boxes_are_to_scale_and_stand_in_order():
    figure, _ = drawing.drawn_network(STACK, title="T")
    top = figure.axes[0]
    boxes = rectangles(top)
    assert [round(box.get_x() + box.get_width() / 2, 6) for box in boxes] == [0, 1, 2, 3, 4]
    assert [round(box.get_height(), 6) for box in boxes[:3]] == [1, 1, 0.5]
    widths = [box.get_width() for box in boxes]
    assert widths[0] < widths[1] == widths[2] and widths[3] == widths[4] < widths[0]
    assert boxes[4].get_height() < boxes[3].get_height()
    labels = [label.get_text() for label in top.get_xticklabels()]
    assert labels[1] == "Conv2D\n3×3, relu\nBN\ndropout 0.25\n32×32×16"
    assert labels[3] == "Flatten\n2,048"


def test_bars_show_shares_of_parameters_and_of_multiply_adds():
    figure, alt = drawing.drawn_network(STACK, title="T")
    parameters, adds = ([p.get_height() for p in axes.patches] for axes in figure.axes[1:])
    assert np.allclose(parameters, 100 * np.array([0, 512, 0, 0, 20_490]) / 21_002)
    assert adds == [0, 75, 0, 0, 25]
    assert [text.get_text() for text in figure.axes[2].texts] == ["750\n75 %", "250\n25 %"]
    assert "In all 21,002 parameters; box 5 (Dense) has most, 98 %." in alt
    assert "In all 1,000 multiply-adds for one image; box 2 (Conv2D) has most, 75 %." in alt


def test_the_alt_text_names_boxes_in_order_with_shapes_where_they_change():
    alt = drawing.drawn_network(STACK, title="Small")[1]
    assert alt.startswith("Drawing of a network, Small. 5 boxes, left to right")
    assert (
        "Input Rescaling – 32×32×3; Conv2D 3×3, relu, BN, dropout 0.25 – 32×32×16 – 512 parameters;"
        " MaxPool 2×2 – 16×8×16; Flatten – 2,048; Dense softmax – 10 – 20,490 parameters." in alt
    )
    assert "arcs" not in alt


def test_a_shortcut_is_an_arc_and_what_follows_is_a_line():
    figure, alt = drawing.drawn_network(SHORTCUT, title="T")
    top = figure.axes[0]
    (arc,) = [p for p in top.patches if isinstance(p, FancyArrowPatch)]
    ends = arc._path_original.vertices[[0, -1], 0]
    assert list(ends) == [0, 3] and len(top.lines) == 3
    assert "Arcs lead past boxes (1), into box 4." in alt


def test_a_deep_network_has_turned_labels_of_one_line():
    image = x = keras.Input((8, 8, 4))
    for _ in range(10):
        x = layers.Add()([layers.Conv2D(4, 3, padding="same")(x), x])
    rows = models.layer_costs(keras.Model(image, layers.Flatten()(x)))
    figure, alt = drawing.drawn_network(rows, title="Deep")
    labels = figure.axes[0].get_xticklabels()
    assert len(labels) == 22 and {label.get_rotation() for label in labels} == {90}
    assert labels[1].get_text() == "Conv2D 3×3  8×8×4"
    assert "Arcs lead past boxes (10)" in alt


@pytest.mark.parametrize(
    ("number", "text"),
    [(896, "896"), (1000, "1k"), (18_496, "18.5k"), (999_900, "1M"), (2_362_698, "2.36M")],
)
def test_counts_are_rounded(number, text):
    assert drawing._rounded(number) == text


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="no layer to draw"):
        drawing.drawn_network([], title="T")
