"""What notebook 06 says about the published run, held to its records."""

from helpers.tests.published import published_measurement, published_table

NAME = "06_external_images"


def measured(name: str) -> float:
    return published_measurement(NAME, name)


def test_only_the_prepared_cat_is_a_cat():
    answers, labels = published_table(NAME, "answers to the cat photo")
    best = [labels[k] for k in answers.argmax(axis=1)]
    assert best[0] == "cat" and "cat" not in best[1:] and len(best) == 5
    assert answers[0].max() < 0.5 and labels[answers[0].argsort()[-2]] == "dog"


def test_the_horse_is_found():
    answers, labels = published_table(NAME, "answers to the folder")
    order = ["astronaut", "cat", "coffee", "flower", "horse", "motorcycles", "rocket", "temple"]
    assert labels[answers[order.index("horse")].argmax()] == "horse" and len(answers) == len(order)


def test_objects_have_to_be_large_and_the_crop_helps():
    def accuracy(per_cent, way="middle square cut out"):
        return measured(f"accuracy at {per_cent} of the height, {way}")

    assert accuracy("12.5%") < 0.15 and accuracy("50.0%") < 0.4 < 0.8 < accuracy("100.0%")
    assert accuracy("100.0%") - accuracy("100.0%", "whole scene") > 0.1


def test_confidence_and_its_threshold():
    assert 0.05 < measured("outside pictures with confidence above 0.9") < 0.2
    assert measured("temperature") < 0.9
    before, after, luck = (
        measured(f"calibration error{end}") for end in ("", " with temperature", " by luck")
    )
    assert before > 3 * after and after < 1.5 * luck
    assert 0.6 < measured("threshold 0.9, answered") < 0.72
    assert measured("threshold 0.9, right") > 0.95
    assert 0.12 < measured("threshold 0.9, squares answered") < 0.28
