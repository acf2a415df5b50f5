"""What checks ask of a network: by what it computes, whatever it is made of."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from helpers import training
from helpers.checks import own_losses
from helpers.checks.calling import Hint, told, with_article
from helpers.checks.judging import Judge
from helpers.checks.linear import answers_in_training, is_linear, pictures, readable

CONVOLUTIONS = {"Conv2D", "DepthwiseConv2dNative"}  # TensorFlow's operations
WRONG_METRICS = {"Accuracy", "BinaryAccuracy", "CategoricalAccuracy"}
CLOSE = 2e-2  # bfloat16 holds two to three digits


def open_ended(
    largest: int, also: Callable[[keras.Model], None] = lambda model: None, **limits: int
) -> Judge:
    """A judge of an open-ended exercise: is the network that a function makes ready to train?

    Args:
        largest: Parameters it may have.
        also: What else is asked of it; raises `Hint`.
        **limits: As `check` takes them.
    """

    def judge(answer: Callable[[], keras.Model]) -> None:
        model = answer()
        check(model, largest, **limits)
        also(model)

    judge.praise = "ready to train."
    return judge


def check(
    model: object,
    largest: int,
    *,
    fewest: int = 0,
    most: int | None = None,
    widest: int = 2,
    classes: int = 10,
) -> None:
    """Checks that something is a classifier of the course, within limits and ready to train.

    Args:
        model: What a student's function returned.
        largest: Parameters it may have.
        fewest: Convolutions it must have.
        most: Convolutions it may have; None doesn't limit them.
        widest: Side that the largest kernel must have at least, if convolutions are asked for.
        classes: How many probabilities it answers with.

    Raises:
        Hint: Something is missing, or can't work.
    """
    if not isinstance(model, keras.Model):
        raise Hint(f"It returns {with_article(type(model).__name__)}; expected a Keras model.")
    _check_shapes(model, classes)
    count = len(kernels(model))
    if count < fewest or (most is not None and count > most):
        expected = str(fewest) if fewest == most else f"{fewest} or more"
        if most == 0:
            expected = "none yet: they come in the next notebook"
        raise Hint(f"It has {counted(count)}; expected {expected}.")
    side = max((max(kernel) for kernel in kernels(model)), default=0)
    if fewest and side == 1:
        raise Hint("Its kernels are 1 × 1: they see no neighbours. Give one a larger size.")
    if fewest and side < widest:
        raise Hint(f"Its largest kernel is {side} × {side}; expected {widest} × {widest}.")
    if model.count_params() > largest:
        raise Hint(f"{model.count_params():,} parameters; at most {largest:,} are allowed.")
    try:
        _check_compiled(model, classes)
    except Hint:
        raise
    except Exception as error:  # Keras looks at some names only when they are used
        raise Hint(f"Keras can't read what the model is compiled with: {told(error)}") from error
    check_answers(model)
    _check_end(model, classes)


def counted(count: int) -> str:
    """A number of convolutions in words: `1 convolution`, `2 convolutions`."""
    return f"{count} convolution" + ("" if count == 1 else "s")


def _check_shapes(model: keras.Model, classes: int) -> None:
    if not model.built:
        try:
            if isinstance(model, keras.Sequential):
                model.build((None, 32, 32, 3))
            model(np.zeros((1, 32, 32, 3), np.uint8))
        except Exception as error:
            raise Hint(f"It doesn't take images of shape (32, 32, 3): {told(error)}") from error
    shape = getattr(model, "input_shape", None) or (None, 32, 32, 3)
    if shape != (None, 32, 32, 3):
        raise Hint(f"The input shape is {shape}; expected (None, 32, 32, 3).")
    answers = model(np.zeros((2, 32, 32, 3), np.uint8))
    if not keras.ops.is_tensor(answers):
        raise Hint(f"It answers with {with_article(type(answers).__name__)}; expected one tensor.")
    found = tuple(answers.shape[1:])
    if found != (classes,):
        expected = (None, classes)
        raise Hint(f"The output shape is {(None, *found)}; expected {expected}, one for a class.")


def kernels(model: keras.Model) -> list[tuple[int, int]]:
    """Height and width of the kernel of each convolution that a network computes, in order.

    They are read from the operations that TensorFlow traces: models inside models, subclassed
    ones and wrapped layers count like all others.
    """
    return [tuple(op.inputs[1].shape[:2]) for op in operations(model, CONVOLUTIONS)]


def operations(model: keras.Model, kinds: set[str]) -> list[tf.Operation]:
    """TensorFlow's operations of some kinds that a network computes while it trains, in order."""
    call = tf.function(lambda images: model(images, training=True))
    graph = call.get_concrete_function(tf.TensorSpec((None, 32, 32, 3), tf.uint8)).graph
    return [op for op in _all(graph) if op.type in kinds]


def _all(graph: tf.Graph) -> list[tf.Operation]:
    """The operations of a graph, those of functions that it calls included."""
    found = []
    for op in graph.get_operations():
        called = op.node_def.attr["f"].func.name if "f" in op.node_def.attr else ""
        inner = graph._get_function(called) if called else None
        found += _all(inner.graph) if inner is not None else [op]
    return found


def _check_compiled(model: keras.Model, classes: int) -> None:
    if not model.compiled:
        raise Hint("The model is not compiled. Give it an optimizer, a loss and metrics.")
    if not training.reports_accuracy(model):
        raise Hint("The model doesn't report its accuracy. Compile it with metrics=['accuracy'].")
    for name in WRONG_METRICS & _metrics(model):
        raise Hint(
            f"keras.metrics.{name} doesn't compare probabilities with one label; "
            "metrics=['accuracy'] chooses the one that does."
        )
    loss = loss_of(model)
    if own_losses.is_own(loss):
        own_losses.check(loss, classes)
    elif not takes_integers(loss):
        raise Hint("The labels are integers: loss='sparse_categorical_crossentropy' takes them.")
    rate = model.optimizer.get_config().get("learning_rate")
    if isinstance(rate, int | float) and not 0 < rate < np.inf:  # a schedule is a dictionary
        raise Hint(f"The learning rate is {rate:g}: with that nothing is learned.")
    if not model.trainable_variables:
        raise Hint("Nothing in it is trainable.")


def _metrics(model: keras.Model) -> set[str]:
    """Names of the classes of the metrics that a model is compiled with as objects."""
    named = keras.tree.flatten(model.get_compile_config().get("metrics"))
    return {name for name in named if isinstance(name, str)}


def _check_end(model: keras.Model, classes: int) -> None:
    """Checks what stands behind the probabilities: another softmax, or what changes in training.

    Raises:
        Hint: They are spoiled there.
    """
    softmax = operations(model, {"Softmax"})
    ends = [op for op in softmax if op.outputs[0].shape[1:] == (classes,)]
    if len(ends) > 1:
        raise Hint("It has two softmax at its end. One makes probabilities, two flatten them.")
    if from_logits(loss_of(model)):
        return
    if not np.allclose(answers_in_training(model, pictures(128)).sum(1), 1, atol=CLOSE):
        raise Hint("While it trains its answers don't sum to 1. What stands behind the softmax?")


def loss_of(model: keras.Model) -> keras.losses.Loss | object:
    """The loss that a model is compiled with, taken out of a list of one."""
    loss = model.loss
    if isinstance(loss, list | tuple) and len(loss) == 1:
        loss = loss[0]
    return keras.losses.get(loss)


def takes_integers(loss: object) -> bool:
    """Whether a loss is the cross-entropy of integer labels, as a function or as an object."""
    function = keras.losses.sparse_categorical_crossentropy
    return loss is function or isinstance(loss, keras.losses.SparseCategoricalCrossentropy)


def from_logits(loss: object) -> bool:
    """Whether a loss makes the probabilities itself."""
    config = loss.get_config() if isinstance(loss, keras.losses.Loss) else {}
    return bool(config.get("from_logits"))


def check_answers(model: keras.Model) -> None:
    """Checks a network's answers to made-up pictures, together with the loss if it is compiled.

    Raises:
        Hint: They are no probabilities where the loss expects them, or probabilities where it
            expects logits; or the network is linear.
    """
    answers = readable(model)
    if not np.isfinite(answers).all():
        raise Hint("Some of its answers are nan or infinite.")
    sure = (answers >= 0).all() and np.allclose(answers.sum(1), 1, atol=CLOSE)
    logits = model.compiled and from_logits(loss_of(model))
    if sure and logits:
        raise Hint("It ends with a softmax, and the loss takes logits: one of the two is too much.")
    if not sure and not logits:
        raise Hint("The outputs don't sum to 1. Which activation makes probabilities?")
    if is_linear(model, answers, sure):
        raise Hint("It has no activation between its layers: all together is one linear map.")
