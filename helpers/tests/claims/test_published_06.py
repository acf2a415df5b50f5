"""What notebook 06 says about the published run, held to its records, and the published model."""

import re

import keras
import nbformat
import numpy as np
import pytest
from skimage import data as skimage_photos
from sklearn.datasets import load_sample_image

from helpers import models
from helpers import photos as pictures
from helpers.photos.decoding import SUPPORTED
from helpers.tests.published import missing, published_measurement, published_table
from helpers.tools import execution

NAME = "06_external_images"
PASS = {"grass": 11, "coins": 5, "brick": 2, "gravel": 1, "page": 1, "galaxies": 1}
PASS |= {"coffee": 0, "moon": 0, "retina": 0}


def measured(name: str) -> float:
    return published_measurement(NAME, name)


def cell(cell_id: str, notebook: str = NAME):
    source = nbformat.read(execution.NOTEBOOKS / f"{notebook}.ipynb", as_version=4)
    (found,) = [c for c in source.cells if c.id == cell_id]
    return found


def printed(cell_id: str) -> str:
    outputs = cell(cell_id).outputs
    return "".join(o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in outputs)


@pytest.fixture(scope="module")
def model():
    return keras.models.load_model(models.PUBLISHED, compile=False, safe_mode=True)


@pytest.fixture(scope="module")
def notebook():
    """The names that some cells define: those which need neither a dataset nor a training."""
    names = {"np": np, "pictures": pictures, "skimage_photos": skimage_photos}
    names |= {"load_sample_image": load_sample_image}
    exec("from PIL import Image", names)
    for name in ("by-hand", "cat", "folder", "outside", "temperature"):
        exec(cell(name).source, names)
    return names


@pytest.fixture(scope="module")
def squares(model, notebook):
    """The published model's answers to the squares, by photo."""
    return {
        name: np.asarray(model.predict(some, verbose=0))
        for name, some in notebook["squares"].items()
    }


def test_only_the_prepared_cat_is_a_cat():
    answers, labels = published_table(NAME, "answers to the cat photo")
    best = [labels[k] for k in answers.argmax(axis=1)]
    assert best[0] == "cat" and "cat" not in best[1:] and len(best) == 5
    assert answers[0].max() < 0.5 and labels[answers[0].argsort()[-2]] == "dog"
    assert not missing(
        NAME,
        "cat-read",
        "called a cat, with a confidence of less than a half: the dog comes second",
        "Each of the four mistakes alone gives another answer",
    )


def test_the_horse_is_found():
    answers, labels = published_table(NAME, "answers to the folder")
    order = ["astronaut", "cat", "coffee", "flower", "horse", "motorcycles", "rocket", "temple"]
    assert labels[answers[order.index("horse")].argmax()] == "horse" and len(answers) == len(order)
    assert not missing(NAME, "folder-read", "the horse, only a black outline on white, is found")


def test_the_sample_photos_are_answered_alike_on_every_machine(model, notebook):
    ways = np.stack(list(notebook["ways"].values()))
    folder = np.stack([pictures.prepare(p) for _, p in sorted(notebook["samples"].items())])
    for name, photos in {"answers to the cat photo": ways, "answers to the folder": folder}.items():
        answers, _ = published_table(NAME, name)
        assert np.abs(model.predict(photos, verbose=0) - answers).max() < 0.005


def test_all_kinds_of_files_are_named():
    assert not missing(NAME, "prepare-idea", *SUPPORTED)


def test_objects_have_to_be_large_and_the_crop_helps():
    def accuracy(per_cent, way="middle square cut out"):
        return measured(f"accuracy at {per_cent} of the height, {way}")

    assert accuracy("12.5%") < 0.15 and accuracy("50.0%") < 0.4 < 0.8 < accuracy("100.0%")
    assert accuracy("50.0%") - 0.1 < (accuracy("100.0%") - 0.1) / 4
    assert accuracy("100.0%") - accuracy("100.0%", "whole scene") > 0.1
    assert not missing(
        NAME,
        "size-read",
        "an object that fills half of the height is mostly lost, and one of an eighth is guessed",
        "without the crop even an object of full height loses accuracy",
    )


def test_the_squares_before_the_temperature(squares):
    counts = {name: int((answers.max(axis=1) > 0.9).sum()) for name, answers in squares.items()}
    sizes = [len(answers) for answers in squares.values()]
    assert (len(sizes), sum(sizes), max(sizes)) == (9, 100, 12)
    assert (counts["grass"], len(squares["grass"]), sum(counts.values())) == (6, 12, 10)
    assert measured("outside pictures with confidence above 0.9") == 0.1
    assert set(squares["grass"].argmax(axis=1)) == {6}  # frog
    assert "validation images: median 0.87, 44% > 0.9" in printed("outside-confidence")
    assert not missing(
        NAME,
        "outside-read",
        "more than 90 % sure on 44 % of the validation images, and on 10 % of these squares",
        'it is sure on half of the squares of grass. On all twelve of them it says "frog"',
        "100 squares of nine photos",
    )


def test_the_surest_squares_are_those_in_the_picture(squares):
    sure = {
        f"{name} {k + 1}": answer.max()
        for name, answers in squares.items()
        for k, answer in enumerate(answers)
    }
    shown = re.findall(r"(\w+ \d+): \w+ (\d+)%", printed("outside-surest"))
    assert [int(share) for _, share in shown] == sorted(map(int, dict(shown).values()))[::-1]
    assert {name for name, _ in shown} == set(sorted(sure, key=sure.get)[-9:])


def test_grass_passes_the_threshold(squares, notebook):
    temperature = measured("temperature")
    after = {n: notebook["with_temperature"](a, temperature) for n, a in squares.items()}
    counts = {name: int((answers.max(axis=1) >= 0.9).sum()) for name, answers in after.items()}
    assert counts == PASS and sum(counts.values()) == 21
    assert measured("threshold 0.9, squares answered") == 0.21
    told = re.findall(r"(\w+): +(\d+) of +(\d+) squares pass 0.9", printed("threshold-sources"))
    assert told == [(name, str(PASS[name]), str(len(squares[name]))) for name in squares]
    assert not missing(
        NAME,
        "threshold-read",
        "Of the squares 21 in 100 pass, twice as many as in section 6",
        "Of the 12 squares of grass 11 pass; without the temperature it was 6",
        "Of the coins 5 of 12 pass, of the bricks 2; gravel, the page and the galaxies have one "
        "square each, and coffee, the moon and the retina none",
    )


def test_confidence_and_its_threshold():
    assert measured("temperature") < 0.9
    before, after, luck = (
        measured(f"calibration error{end}") for end in ("", " with temperature", " by luck")
    )
    assert before > 3 * after and after < 1.5 * luck
    assert 0.6 < measured("threshold 0.9, answered") < 0.72
    assert measured("threshold 0.9, right") > 0.95
    assert not missing(
        NAME,
        "threshold-read",
        "about two thirds of the images pass, and more than 95 % of them are answered rightly",
    )


def test_in_nearly_all_bins_more_is_right_than_it_says():
    trained = re.search(r"as trained: (.+?); temperature", printed("temperature-chart"))[1]
    bins = [tuple(map(float, pair.split(" → "))) for pair in trained.split(", ")]
    assert sum(right > sure for sure, right in bins) == len(bins) - 1 == 8
    assert not missing(NAME, "temperature-read", "in nearly all bins more answers are right")


def test_what_the_recipes_of_notebook_05_are():
    recipe = cell("better-recipe", "05_advanced_cnn").source
    assert "label_smoothing=0.1" in recipe and round(0.9 + 0.1 / 10, 2) == 0.91
    assert not missing(NAME, "temperature-read", "want 0.91 for the right class")
    plain = cell("recipe", "05_advanced_cnn").source
    assert '"sparse_categorical_crossentropy"' in plain  # no smoothing


def test_the_temperatures_tried_are_those_of_the_text(notebook):
    assert "np.geomspace(0.1, 10, 461)" in cell("temperature-fit").source
    assert not missing(NAME, "temperature-fit-idea", "461 temperatures from 0.1 to 10")
    example = notebook["with_temperature"](np.array([[0.6, 0.4]]), 0.6)
    assert round(float(example[0, 0]), 2) == 0.66
