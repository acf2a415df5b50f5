import dataclasses

import keras
import numpy as np
import pytest

from helpers import evaluation, training
from helpers.tests.tiny import fit, network


def test_evaluation_agrees_with_keras(data, settings):
    run = fit(network(), data, settings)
    _, expected = run.model.evaluate(training.batches(data.x_val, data.y_val), verbose=0)
    assert evaluation.accuracy(run, data.x_val, data.y_val) == pytest.approx(expected)
    confusions = evaluation.confusions(run, data.x_val, data.y_val)
    assert confusions.sum() == 40 and np.trace(confusions) == round(40 * expected)
    per_class = evaluation.class_accuracies(run, data.x_val, data.y_val)
    assert per_class.mean() == pytest.approx(expected)


def test_predictions_are_kept_by_weights_and_images(data, settings, monkeypatch):
    run = fit(network(), data, settings)
    before = evaluation.probabilities(run, data.x_val)
    with monkeypatch.context() as patched:
        patched.setattr(keras.Model, "predict", lambda *a, **k: pytest.fail("computed twice"))
        assert np.array_equal(evaluation.probabilities(run, data.x_val), before)
    assert not np.array_equal(evaluation.probabilities(run, data.x_test[:40]), before)
    run.model.set_weights([w * 0 for w in run.model.get_weights()])
    assert np.allclose(evaluation.probabilities(run, data.x_val), 0.1)


def test_the_model_is_tested_on_the_data_it_belongs_to(data, settings):
    run = fit(network(), data, settings)
    other = dataclasses.replace(data, x_test=data.x_test[::-1])
    with pytest.raises(ValueError, match="another dataset"):
        evaluation.final_test(run, other)
