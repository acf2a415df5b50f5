"""Lists of layers, right and wrong, for the open-ended exercise of notebook 08."""

import keras

layers_of = keras.layers


def stack(filters=32, count=4, units=10, activation="softmax", first=(32, 32, 3), **options):
    """A list of layers: like those of the notebook, small, mean over the places at the end."""
    layers = [keras.Input(first)] if first else []
    layers += [layers_of.Rescaling(1 / 64, offset=-2)]
    layers += [layers_of.Conv2D(24, 2, use_bias=False)]
    kernels = {"padding": "same", "use_bias": False, "activation": "gelu"} | options
    layers += [layers_of.Conv2D(filters, 3, **kernels) for _ in range(count - 1)]
    layers.append(layers_of.GlobalAveragePooling2D())
    return [*layers, layers_of.Dense(units, activation=activation, dtype="float32")]


def first_convolution(**options):
    """Another first convolution in the same list."""
    layers = stack()
    layers[2] = layers_of.Conv2D(**{"filters": 24, "kernel_size": 2, "use_bias": False} | options)
    return layers


def small(*convolutions, behind=()):
    """The same list, with other convolutions behind the first one."""
    return [*stack()[:3], *convolutions, *stack()[-2:], *behind]


def pointwise(activation="gelu"):
    return layers_of.Conv2D(32, 1, activation=activation)


def with_a_small_convolution():
    """Right as well: a convolution of 1 × 1 makes 32 channels 16, and has a bias."""
    layers = stack()
    layers[4] = layers_of.Conv2D(16, 1, activation="gelu")
    return layers


def with_own_scaling():
    """Right as well: `whiten` takes any first layer that gives three channels."""
    layers = stack()
    layers[1] = layers_of.Normalization(mean=[128.0] * 3, variance=[4096.0] * 3)
    return layers


def separable():
    layers = stack()
    layers[4] = layers_of.SeparableConv2D(32, 3, padding="same", use_bias=False)
    return layers


def nested():
    """Right as well: a block of its own, which Keras counts and trains like all else."""
    inner = [layers_of.Conv2D(32, 3, padding="same"), layers_of.BatchNormalization()]
    block = keras.Sequential([keras.Input((31, 31, 32)), *inner, layers_of.Activation("gelu")])
    return [*stack()[:5], block, *stack()[5:]]


class Gate(layers_of.Layer):
    """An own layer without kernels."""

    def call(self, x):
        return x * keras.ops.sigmoid(1.7 * x)


class OwnBlock(layers_of.Layer):
    """An own layer with a kernel inside, which nobody can count."""

    def __init__(self):
        super().__init__()
        self.inside = layers_of.Conv2D(32, 3, padding="same", use_bias=False)

    def call(self, x):
        return keras.ops.relu(self.inside(x))


def gated():
    kernels = [layers_of.Conv2D(32, 3, use_bias=False) for _ in range(3)]
    return small(*[layer for kernel in kernels for layer in (kernel, Gate())])
