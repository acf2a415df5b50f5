"""Optimizers' steps in single kernels: what `speed` puts in their place while a model trains.

For the weight decay Keras looks up the learning rate once for each variable; where it follows a
schedule, that is a fifth of what TensorFlow traces of a deep network. Here it is looked up once.

Kernels: `ResourceApplyAdam` and `ResourceApplyKerasMomentum`,
https://www.tensorflow.org/api_docs/python/tf/raw_ops
"""

from collections.abc import Callable

import keras
import tensorflow as tf


def step_of(optimizer: keras.Optimizer | None) -> Callable | None:
    """What to put in the place of an optimizer's `update_step`; None leaves Keras' own."""
    if type(optimizer) is keras.optimizers.SGD:
        return _momentum_step if optimizer.momentum else None
    if type(optimizer) in (keras.optimizers.Adam, keras.optimizers.AdamW):
        return None if optimizer.amsgrad else _adam_step
    return None


def decay_of(optimizer: keras.Optimizer | None) -> Callable | None:
    """What to put in the place of an optimizer's weight decay; None leaves Keras' own."""
    if getattr(optimizer, "weight_decay", None) is None:
        return None
    plain = type(optimizer)._apply_weight_decay is keras.Optimizer._apply_weight_decay
    return _decay if plain else None


def _momentum_step(optimizer, gradient, variable, rate):
    tf.raw_ops.ResourceApplyKerasMomentum(
        var=variable.handle,
        accum=_slot(optimizer.momentums, optimizer, variable),
        lr=tf.cast(rate, variable.dtype),
        grad=tf.cast(gradient, variable.dtype),
        momentum=optimizer.momentum,
        use_nesterov=optimizer.nesterov,
    )


def _adam_step(optimizer, gradient, variable, rate):
    step = tf.cast(optimizer.iterations + 1, variable.dtype)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=_slot(optimizer._momentums, optimizer, variable),
        v=_slot(optimizer._velocities, optimizer, variable),
        beta1_power=tf.pow(tf.constant(optimizer.beta_1, variable.dtype), step),
        beta2_power=tf.pow(tf.constant(optimizer.beta_2, variable.dtype), step),
        lr=tf.cast(rate, variable.dtype),
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        epsilon=optimizer.epsilon,
        grad=tf.cast(gradient, variable.dtype),
    )


def _decay(optimizer, variables):
    """Weight decay as Keras does it, which looks up the learning rate for each variable anew."""
    rate = optimizer.learning_rate
    values = [v.value if isinstance(v, keras.Variable) else v for v in variables]
    for value in filter(optimizer._use_weight_decay, values):
        share = tf.cast(optimizer.weight_decay, value.dtype)
        value.assign_sub(value * share * tf.cast(rate, value.dtype))


def _slot(slots, optimizer, variable):
    """The handle of what an optimizer keeps for one variable."""
    return slots[optimizer._get_variable_index(variable)].value.handle
