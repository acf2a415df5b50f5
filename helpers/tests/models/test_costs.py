import keras
import nbformat

from helpers.models import costs
from helpers.tools import execution
from helpers.tools.bench import networks


def test_a_stack_is_counted_layer_by_layer():
    network = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(8, 5, strides=2, padding="same"),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    assert costs.multiply_adds(network) == 16 * 16 * 5 * 5 * 3 * 8 + 16 * 16 * 8 * 10


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
