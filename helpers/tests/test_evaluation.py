import dataclasses

import keras
import numpy as np
import pytest

from helpers import evaluation, results, training
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


def mirrored_too(model):
    image = keras.Input((32, 32, 3))
    both = [model(image), model(keras.ops.flip(image, axis=2))]
    return keras.Model(image, keras.layers.Average(dtype="float32")(both))


def test_a_second_look_at_the_test_images_is_told_and_recorded(data, settings, capsys):
    run = fit(network(), data, settings)
    capsys.readouterr()
    first = evaluation.final_test(run, data)
    assert capsys.readouterr().out == "" and "test_looks" not in results.read(run.record)
    assert evaluation.final_test(run, data) == first
    assert capsys.readouterr().out.startswith("This is test number 2 of this model.")
    evaluation.final_test(run, data)
    assert results.read(run.record)["test_looks"] == 3
    again = fit(network(), data, settings)
    capsys.readouterr()
    evaluation.final_test(again, data)
    assert "test number" not in capsys.readouterr().out


def test_a_model_asked_in_another_way_has_a_row_of_its_own(data, settings):
    run = fit(network(), data, settings)
    evaluation.final_test(run, data)
    before = results.read(run.record)
    asked = evaluation.asked_otherwise(run, mirrored_too(run.model), data, name="asked twice")
    images = data.x_val, np.ascontiguousarray(data.x_val[:, :, ::-1])
    expected = np.mean([evaluation.probabilities(run, x) for x in images], axis=0)
    assert np.allclose(evaluation.probabilities(asked, data.x_val), expected, atol=1e-3)
    right = (expected.argmax(axis=1) == data.y_val).mean()
    record = results.read(asked.record)
    assert record["val_accuracy"] == pytest.approx(right)
    assert record["model"] == "asked twice" and record["test_accuracy"] is None
    assert "history" not in record and record["recipe"] == before["recipe"]
    assert evaluation.final_test(asked, data) == results.read(asked.record)["test_accuracy"]
    assert results.read(run.record) == before


def test_a_model_with_other_weights_is_refused(data, settings):
    run = fit(network(), data, settings)
    with pytest.raises(ValueError, match="other weights"):
        evaluation.asked_otherwise(run, network(), data, name="another")
