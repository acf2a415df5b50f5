import keras
import nbformat
import numpy as np
import pytest
from keras import layers

from helpers.models import costs
from helpers.tools import execution
from helpers.tools.bench import networks


def block(x, filters: int, stride: int, projected: bool):
    """Two convolutions of 3×3 and a shortcut around them."""
    options = {"padding": "same", "use_bias": False}
    y = layers.Conv2D(filters, 3, strides=stride, **options)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, **options)(y))
    if stride > 1 and projected:
        x = layers.Conv2D(filters, 1, strides=stride, **options)(x)
        x = layers.BatchNormalization()(x)
    elif stride > 1:
        x = keras.ops.pad(x[:, ::2, ::2], [(0, 0), (0, 0), (0, 0), (filters // 4, filters // 4)])
    return layers.ReLU()(layers.Add()([y, x]))


def resnet_20(*, projected: bool) -> keras.Model:
    """The network of He and others (2015) for CIFAR-10, with one of two kinds of shortcut."""
    image = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same", use_bias=False)(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for filters, stride in ((16, 1), (16, 1), (16, 1), (32, 2), (32, 1), (32, 1)):
        x = block(x, filters, stride, projected)
    for stride in (2, 1, 1):
        x = block(x, 64, stride, projected)
    answer = layers.Dense(10, "softmax")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, answer)


def stack(*some, size=(32, 32, 3)) -> keras.Sequential:
    return keras.Sequential([keras.Input(size), *some])


@pytest.mark.parametrize(
    ("projected", "trained", "counted"),
    [(True, 272_474, 40_813_184), (False, 269_722, 40_551_040)],
)
def test_resnet_20_costs_what_is_known_of_it(projected, trained, counted):
    network = resnet_20(projected=projected)
    assert sum(np.prod(v.shape) for v in network.trainable_variables) == trained
    rows = costs.layer_costs(network)
    assert sum(row.multiply_adds for row in rows) == counted == costs.multiply_adds(network)
    assert sum(row.parameters for row in rows) == network.count_params()
    assert [row.kind for row in rows].count("Add") == 9
    assert all(len(row.inputs) == 2 for row in rows if row.kind == "Add")


def test_a_stack_is_counted_layer_by_layer():
    network = stack(
        layers.Rescaling(1 / 255),
        layers.Conv2D(8, 5, strides=2, padding="same", activation="relu", name="first"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(10, "softmax", name="last"),
    )
    rows = costs.layer_costs(network)
    assert [(row.kind, row.detail, row.shape, row.parameters) for row in rows] == [
        ("Input", "", (32, 32, 3), 0),
        ("Rescaling", "", (32, 32, 3), 0),
        ("Conv2D", "5×5, stride 2, relu", (16, 16, 8), 608),
        ("BatchNormalization", "", (16, 16, 8), 32),
        ("MaxPooling2D", "2×2", (8, 8, 8), 0),
        ("Dropout", "0.25", (8, 8, 8), 0),
        ("Flatten", "", (512,), 0),
        ("Dense", "softmax", (10,), 5130),
    ]
    counted = {row.name: row.multiply_adds for row in rows if row.multiply_adds}
    assert counted == {"first": 16 * 16 * 5 * 5 * 3 * 8, "last": 8 * 8 * 8 * 10}
    assert [row.inputs for row in rows] == [(), *((k,) for k in range(7))]
    assert costs.multiply_adds(network) == 16 * 16 * 5 * 5 * 3 * 8 + 8 * 8 * 8 * 10


@pytest.mark.parametrize(
    ("layer", "by_hand"),
    [
        (layers.Conv2D(6, (3, 2)), 8 * 6 * (3 * 2) * 4 * 6),
        (layers.Conv2D(6, 3, groups=2, padding="same"), 10 * 7 * 9 * 2 * 6),
        (layers.Conv2D(6, 3, strides=3, padding="same"), 4 * 3 * 9 * 4 * 6),
        (layers.Conv2D(6, 3, dilation_rate=2), 6 * 3 * 9 * 4 * 6),
        (layers.DepthwiseConv2D(3, depth_multiplier=2), 8 * 5 * 9 * 4 * 2),
        (layers.DepthwiseConv2D(3, strides=2, padding="same"), 5 * 4 * 9 * 4),
        (layers.SeparableConv2D(6, 3, depth_multiplier=2), 8 * 5 * (9 * 8 + 8 * 6)),
        (layers.Dense(6), 10 * 7 * 4 * 6),
        (layers.AveragePooling2D(2), 0),
    ],
)
def test_each_kind_of_layer_is_counted_as_by_hand(layer, by_hand):
    assert costs.multiply_adds(stack(layer, size=(10, 7, 4))) == by_hand


def test_a_model_inside_that_is_asked_twice_multiplies_twice_and_has_its_parameters_once():
    inside = stack(layers.Flatten(), layers.Dense(4, name="d"), size=(2, 2, 3))
    inside.name = "inside"
    image = keras.Input((2, 2, 3))
    answers = [inside(image), inside(keras.ops.flip(image, axis=2))]
    network = keras.Model(image, layers.Average()(answers))
    rows = costs.layer_costs(network)
    dense = [row for row in rows if row.name == "inside/d"]
    assert [(row.parameters, row.multiply_adds) for row in dense] == [(52, 48), (0, 48)]
    assert [row.kind for row in rows].count("Input") == 1
    assert {rows[place].name for place in rows[-1].inputs} == {"inside/d"}
    assert sum(row.parameters for row in rows) == network.count_params()


def test_inputs_of_a_model_inside_are_told_apart():
    a, b = keras.Input((3,), name="a"), keras.Input((5,), name="b")
    joined = layers.Concatenate()([layers.Dense(2)(b), a])
    inside = keras.Model([a, b], joined)
    x, y = keras.Input((3,)), keras.Input((5,))
    rows = costs.layer_costs(keras.Model([x, y], layers.Dense(1)(inside([x, y]))))
    assert sum(row.multiply_adds for row in rows) == 5 * 2 + 5 * 1
    dense, concatenate = rows[2], rows[3]
    assert dense.inputs == (1,) and set(concatenate.inputs) == {0, 2}


class Doubling(layers.Conv2D):
    """A convolution of another class."""


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: stack(layers.Conv2DTranspose(4, 3)), "Conv2DTranspose are not counted"),
        (lambda: stack(Doubling(4, 3)), "Doubling are not counted"),
        (lambda: keras.Sequential([layers.Dense(3)]), "no graph of layers that is built"),
        (lambda: stack(layers.Conv2D(4, 3), size=(None, None, 3)), "open size"),
        (lambda: stack(layers.Reshape((4, 3)), layers.EinsumDense("abc,cd->abd", (4, 2)),
                       size=(2, 2, 3)), "EinsumDense are not counted"),
    ],
)  # fmt: skip
def test_what_is_not_counted_raises(make, message):
    with pytest.raises(ValueError, match=message):
        costs.layer_costs(make())


def test_a_model_of_its_own_class_and_a_product_of_two_layers_raise():
    class Own(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(ValueError, match="no graph of layers"):
        costs.multiply_adds(Own())
    image = keras.Input((3, 3))
    with pytest.raises(ValueError, match="Matmul are not counted"):
        costs.multiply_adds(keras.Model(image, keras.ops.matmul(image, image)))


def test_the_notebook_counts_the_networks_of_the_course():
    notebook = nbformat.read(execution.NOTEBOOKS / "08_fast_training.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.id == "race-cost"]
    lines = "".join(output.get("text", "") for output in cell.outputs).splitlines()
    told = {line[:28].strip(): int(line[28:42].replace(",", "")) for line in lines}
    counted = {"two-layer CNN": "two_layer", "advanced CNN": "advanced", "fast CNN": "fast"}
    for title, name in counted.items():
        assert told[title] == costs.multiply_adds(networks.NETWORKS[name].make())
    for title, stem, maker in (
        ("dense", "01_dense_baseline", "dense_network"),
        ("one-layer CNN", "02_one_layer_cnn", "one_layer_network"),
    ):
        network = networks.from_notebook(stem)[maker]()
        assert told[title] == costs.multiply_adds(network)
