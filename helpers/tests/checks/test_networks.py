import keras
import numpy as np
import pytest

from helpers.checks import networks
from helpers.checks.calling import Hint
from helpers.tests.checks.answers_01 import LOGITS, LOSS, dense_model

layers = keras.layers


def made(*middle, last="softmax", loss=LOSS, optimizer="sgd", metrics=("accuracy",)):
    """A compiled network around some layers."""
    stack = [keras.Input((32, 32, 3)), layers.Rescaling(1 / 255), *middle]
    model = keras.Sequential([*stack, layers.Flatten(), layers.Dense(10, activation=last)])
    model.compile(optimizer, loss, metrics=list(metrics))
    return model


def convolution(side=3, filters=2, activation="relu", **more):
    return layers.Conv2D(filters, side, strides=2, activation=activation, **more)


class Block(layers.Layer):
    """A convolution inside a layer of one's own."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(3, 5, shape[-1], 2), name="kernel")

    def call(self, x):
        return keras.ops.relu(keras.ops.conv(x, self.kernel, strides=4))


def own():
    return made(layers.SpectralNormalization(convolution()), Block())


def nested():
    inner = keras.Sequential([convolution(), layers.DepthwiseConv2D(3, activation="relu")])
    return made(inner)


def separable():
    return made(layers.SeparableConv2D(4, 3, activation="relu"))


def logits():
    return made(convolution(), convolution(), last=None, loss=LOGITS)


@pytest.mark.parametrize(
    ("build", "sides"),
    [
        (own, [(3, 3), (3, 5)]),
        (nested, [(3, 3), (3, 3)]),
        (separable, [(3, 3), (1, 1)]),
        (logits, [(3, 3), (3, 3)]),
        (lambda: made(convolution(), convolution(side=1)), [(3, 3), (1, 1)]),
    ],
)
def test_convolutions_of_all_kinds_are_found(build, sides):
    model = build()
    assert sorted(networks.kernels(model)) == sorted(sides)
    networks.check(model, 100_000, fewest=2, most=2)


def frozen():
    model = made(convolution(), convolution())
    model.trainable = False
    return model


@pytest.mark.parametrize(
    ("build", "hint"),
    [
        (lambda: made(convolution()), "It has 1 convolution; expected 2 or more"),
        (lambda: made(convolution(side=1), convolution(side=1)), "Its kernels are 1 × 1"),
        (
            lambda: made(convolution(activation=None), convolution(activation=None)),
            "one linear map",
        ),
        (lambda: made(convolution(), convolution(filters=100)), "at most 5,000"),
        (lambda: made(convolution(), convolution(), loss=LOGITS), "one of the two is too much"),
        (lambda: made(convolution(), convolution(), last=None), "Which activation makes"),
        (lambda: made(convolution(), convolution(), loss="mse"), "The labels are integers"),
        (lambda: made(convolution(), convolution(), metrics=()), "doesn't report its accuracy"),
        (
            lambda: made(convolution(), convolution(), optimizer=keras.optimizers.Adam(0.0)),
            "The learning rate is 0",
        ),
        (frozen, "Nothing in it is trainable"),
        (lambda: keras.Model, "It returns a type"),
        (lambda: None, "It returns a NoneType"),
    ],
)
def test_what_cannot_be_trained_is_told(build, hint):
    with pytest.raises(Hint) as raised:
        networks.check(build(), 5_000, fewest=2)
    assert hint in str(raised.value)


def test_a_warm_up_begins_at_zero_and_is_no_mistake():
    rising = keras.optimizers.schedules.CosineDecay(0.0, 10, warmup_target=0.1, warmup_steps=5)
    model = made(convolution(), convolution(), optimizer=keras.optimizers.SGD(rising))
    networks.check(model, 5_000, fewest=2)


def test_an_unscaled_softmax_that_is_too_sure_is_no_mistake():
    wide = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            convolution(filters=16),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    wide.compile("adam", LOSS, metrics=["accuracy"])
    networks.check(wide, 10**6, fewest=1)


def test_an_open_exercise_asks_what_else_it_likes():
    asked = []
    judge = networks.open_ended(10**6, asked.append)
    judge(dense_model)
    assert judge.praise == "ready to train." and isinstance(asked[0], keras.Model)
    assert np.array_equal(networks.kernels(asked[0]), [])


@pytest.mark.parametrize(
    ("build", "hint"),
    [
        (lambda: ended(layers.Softmax()), "two softmax at its end"),
        (lambda: ended(layers.Dropout(0.5)), "What stands behind the softmax?"),
        (lambda: ended(layers.BatchNormalization()), "What stands behind the softmax?"),
        (lambda: ended(metrics=[keras.metrics.Accuracy()]), "keras.metrics.Accuracy doesn't"),
        (
            lambda: ended(metrics=[keras.metrics.BinaryAccuracy(name="accuracy")]),
            "keras.metrics.BinaryAccuracy doesn't",
        ),
        (lambda: ended(answers=dict), "It answers with a dict"),
    ],
)
def test_an_end_that_spoils_the_answers_is_told(build, hint):
    with pytest.raises(Hint, match=hint.replace("?", "[?]")):
        networks.check(build(), 10**6)


def test_an_end_that_is_right_stays_as_it_was():
    own = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    model = ended(layers.Activation("linear"), metrics=[own])
    before = model.get_weights()
    networks.check(model, 10**6)
    scaled = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.SGD(0.1))
    model.compile(scaled, LOSS, metrics=["accuracy"])
    networks.check(model, 10**6)
    assert all(map(np.array_equal, before, model.get_weights()))


def ended(*behind, metrics=("accuracy",), answers=None):
    """A small network, compiled, with other layers behind its softmax."""
    inputs = keras.Input((32, 32, 3))
    x = layers.Flatten()(layers.Rescaling(1 / 255)(inputs))
    x = layers.Dropout(0.2)(layers.Dense(16, activation="relu")(x))
    x = layers.Dense(10, activation="softmax")(layers.BatchNormalization()(x))
    for layer in behind:
        x = layer(x)
    model = keras.Model(inputs, {"answers": x} if answers else x)
    model.compile("adam", LOSS, metrics=list(metrics))
    return model
