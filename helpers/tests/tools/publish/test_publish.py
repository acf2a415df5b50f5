import hashlib
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers import config, results
from helpers.tests.notebooks import executed_notebook, notebook
from helpers.tools import execution, readme_file
from helpers.tools.publish import command, merging, model_file, outputs

ROOT = config.course_root()
TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")
HEAD = "dependencies:\n  - python>=3.11,<3.14\n  - pip\n  - pip:\n"


def test_publishing_replaces_dataset_pictures_by_words_and_keeps_the_rest():
    before = executed_notebook()
    ids = [cell.id for cell in before.cells]
    cleaned = outputs.cleaned(before)
    first, second = cleaned.cells
    assert [o.text for o in first.outputs] == ["Run this cell to see: Eighty cats.\n"]
    assert "image/png" not in nbformat.writes(cleaned)
    assert second.outputs[0].text == "1\n" and "tags" not in second.metadata
    assert [cell.execution_count for cell in cleaned.cells] == [1, 2]
    assert [cell.id for cell in cleaned.cells] == ids
    assert cleaned.metadata == {"language_info": {"name": "python"}}
    assert "papermill" not in nbformat.writes(cleaned)


def test_publishing_one_notebook_keeps_the_records_of_the_others():
    def record(name, value):
        named = {"notebook": name, "dataset": "digits", "kind": "training", "model": "m"}
        return named | {"seed": 0, "value": value}

    merged = merging.merged(
        [record("01_a", 1), record("02_b", 2)], [record("02_b", 3), record("01_a", 9)], "02_b"
    )
    assert merged == [record("01_a", 1), record("02_b", 3)]


def test_one_name_for_two_sets_of_images_is_refused(monkeypatch, tmp_path):
    def record(fingerprint, name="01_dense_baseline", dataset="CIFAR-10"):
        named = {"notebook": name, "kind": "training", "model": "m", "dataset": dataset}
        return named | {"test_accuracy": 0.5, "dataset_fingerprint": fingerprint}

    path = notebook(tmp_path / "01_dense_baseline.ipynb", "1")
    before = path.read_bytes()
    done = execution.Outcome(path.stem, "ok", 1.0, path, "")
    monkeypatch.setattr(execution, "execute", lambda *a: done)
    monkeypatch.setattr(execution, "choose_notebooks", lambda _: [path, Path("02_x.ipynb")])
    monkeypatch.setattr(results, "published", lambda: [record("A", "02_x"), record("C", "gone")])
    monkeypatch.setattr(results, "load_records", lambda folder: [record("B")])
    with pytest.raises(SystemExit, match="CIFAR-10 would be the name of two different sets"):
        command.publish(path, tmp_path)
    assert path.read_bytes() == before


def test_the_table_goes_between_its_markers():
    begin, end = "<!-- results: begin -->", "<!-- results: end -->"
    readme = f"before\n{begin}\nold\n{end}\nafter"
    replaced = readme_file.with_part(readme, "results", r"new \1")
    assert replaced == f"before\n{begin}\nnew \\1\n{end}\nafter"
    with pytest.raises(ValueError, match="needs the lines"):
        readme_file.with_part("no markers", "results", "new")


def test_the_picture_is_drawn_from_the_records_alone():
    def record(model, seed, accuracy):
        numbers = {"seed": seed, "parameter_count": 1_000, "seconds": 1, "val_accuracy": 0.5}
        named = {"notebook": "01_a", "kind": "training", "model": model, "dataset": "digits"} | {
            "profile": "full"
        }
        return named | numbers | {"test_accuracy": accuracy}

    records = [record("b", 0, 0.6), record("b", 1, 0.62), record("a", 0, 0.5)]
    begins = [f"<!-- {part}: begin -->\n<!-- {part}: end -->" for part in ("results", "charts")]
    readme, figures = command.readme_and_figures("\n".join(begins), records)
    assert command.readme_and_figures(readme, records) == (readme, figures)
    assert list(figures) == ["ladder.svg"] and figures["ladder.svg"].startswith("<?xml")
    (alt,) = re.findall(r"!\[(.*)\]\(figures/ladder.svg\)", readme)
    assert alt in figures["ladder.svg"]
    assert "a 50.0 % with 1,000 parameters; b 61.0 ± 1.4 %" in alt
    untested = [*records, record("c", 0, None)]
    assert command.readme_and_figures(readme, untested) == (readme, figures)


def test_only_the_model_of_this_run_is_published(tmp_path, monkeypatch):
    published = tmp_path / "published" / "advanced.keras"
    monkeypatch.setattr(model_file.config, "published_model", lambda: published)
    saved = tmp_path / "advanced-cifar-10-full.keras"
    saved.write_bytes(b"model")
    record = {"notebook": "05_a", "model": "best", "test_accuracy": 0.5}
    about = {"record": record, "sha256": hashlib.sha256(b"model").hexdigest()}
    saved.with_suffix(".json").write_text(json.dumps(about))
    assert model_file.model_of(tmp_path, "06_b", [record]) == {}
    with pytest.raises(SystemExit, match="is not of this run"):
        model_file.model_of(tmp_path, "05_a", [record | {"test_accuracy": 0.6}])
    files = model_file.model_of(tmp_path, "05_a", [record | {"history": {}}])
    assert files[".keras"] == b"model" and json.loads(files[".json"]) == about
    published.parent.mkdir()
    digest = hashlib.sha256(b"model of another date").hexdigest()
    published.with_suffix(".json").write_text(json.dumps(about | {"sha256": digest}))
    assert model_file.model_of(tmp_path, "05_a", [record]) == files
    published.write_bytes(b"model of another date")
    assert model_file.model_of(tmp_path, "05_a", [record]) == {}
    published.write_bytes(b"damaged")
    assert model_file.model_of(tmp_path, "05_a", [record]) == files
    published.write_bytes(b"model of another date")
    other = about | {"record": record | {"test_accuracy": 0.4}, "sha256": digest}
    published.with_suffix(".json").write_text(json.dumps(other))
    assert model_file.model_of(tmp_path, "05_a", [record]) == files
    older = tmp_path / "advanced-cifar-10-copy-full.keras"
    older.write_bytes(b"older")
    older.with_suffix(".json").write_text(json.dumps(other))
    assert model_file.model_of(tmp_path, "05_a", [record]) == files
    older.unlink()
    saved.write_bytes(b"another")
    with pytest.raises(SystemExit, match="is not of this run"):
        model_file.model_of(tmp_path, "05_a", [record])


def test_a_notebook_is_published_beside_the_records_of_the_others(tmp_path):
    published = [{"notebook": "01_a", "value": 1}, {"notebook": "02_b", "value": 2}]
    (tmp_path / "old.json").write_text("{}")
    merging.restore(published, "02_b", tmp_path)
    assert results.load_records(tmp_path) == [{"notebook": "01_a", "value": 1}]


def test_the_tables_of_other_notebooks_follow_the_records_of_their_dataset():
    head = "| Model | Parameters | Test accuracy | Seeds | Training time (median) |\n|---|\n"
    old = "| dense | 1,000 | 50.0 % | 1 | 86 s |"
    text = f"**CIFAR-10, profile `full`**\n\n{head}{old}\n\n"
    text += f"**Not run here; from the published run (digits, profile `full`)**\n\n{head}{old}"
    data = {"text/markdown": text, "text/plain": "| dense | x"}
    output = new_output("display_data", data)
    cells = [new_code_cell("1", outputs=[output]), new_code_cell("2")]
    stored = nbformat.writes(new_notebook(cells=cells)) + "\n"
    new = "| dense | 1,000 | 54.0 ± 0.2 % | 3 | 9 s |\n| CNN | 10 | 70 % | 1 | 5 s |"
    tables = {
        "CIFAR-10": head + new,
        "CIFAR-100": f"{head}| dense | 1,000 | 1.0 % | 1 | 1 s |",
        "digits": f"{head}| dense | 1,000 | 90 % | 1 | 1 s |\n| CNN | 10 | 70 % | 1 | 5 s |",
    }
    once = outputs.with_tables(stored, tables)
    (after,) = nbformat.reads(once, as_version=4).cells[0].outputs
    own, other = after.data["text/markdown"].split("**Not run here")
    assert own == f"**CIFAR-10, profile `full`**\n\n{head}{new}\n\n"
    assert other.endswith(f"{head}| dense | 1,000 | 90 % | 1 | 1 s |")
    assert after.data["text/plain"] == "| dense | x"
    assert outputs.with_tables(once, tables) == once
    assert outputs.with_tables(stored, {}) == stored


def test_a_notebook_shows_its_models_and_earlier_ones():
    shown = {"kind": "training", "dataset": "d", "seed": 0, "test_accuracy": 0.5, "seconds": 1}
    shown |= {"val_accuracy": 0.5, "parameter_count": 10}
    records = [shown | {"notebook": name, "model": name} for name in ("01_a", "02_b", "03_c")]
    table = merging.tables_of("02_b", records)["d"]
    assert "01_a" in table and "02_b" in table and "03_c" not in table


def test_each_dataset_has_a_table_and_charts_of_its_own():
    def record(dataset, model, accuracy):
        numbers = {"seed": 0, "parameter_count": 10, "seconds": 1, "val_accuracy": 0.5}
        named = {"notebook": "01_a", "kind": "training", "model": model, "dataset": dataset}
        return named | numbers | {"profile": "full", "test_accuracy": accuracy}

    records = [record("CIFAR-100", "b", 0.3), record("CIFAR-10", "a", 0.6)]
    begins = [f"<!-- {part}: begin -->\n<!-- {part}: end -->" for part in ("results", "charts")]
    readme, figures = command.readme_and_figures("\n".join(begins), records)
    assert list(figures) == ["ladder.svg", "ladder_cifar_100.svg"]
    first, second = readme.split("**CIFAR-100, profile `full`**")
    assert "**CIFAR-10, profile `full`**" in first and "| a | 10 | 60.0 % |" in first
    assert "| b |" not in first and "| b | 10 | 30.0 % |" in second and "| a |" not in second
    assert "](figures/ladder.svg)" in first and "](figures/ladder_cifar_100.svg)" in second


def test_publishing_on_another_dataset_leaves_the_others_alone():
    def record(dataset, value, notebook="01_a"):
        return {"notebook": notebook, "dataset": dataset, "kind": "measurement"} | {
            "name": "n",
            "value": value,
        }

    before = [record("CIFAR-10", 1), record("digits", 2), record("CIFAR-10", 3, "02_b")]
    after = merging.merged(before, [record("digits", 4), record("digits", 5, "02_b")], "01_a")
    assert after == [record("CIFAR-10", 1), record("digits", 4), record("CIFAR-10", 3, "02_b")]
    copy = merging.merged(before, [record("CIFAR-10 (JPEG copy)", 6)], "01_a")
    assert copy[:2] == [record("CIFAR-10 (JPEG copy)", 6), record("digits", 2)]


def test_on_another_set_the_records_are_stored_and_the_outputs_stay(monkeypatch, tmp_path):
    path = notebook(tmp_path / "11_a.ipynb", "target = None")
    before, asked = path.read_bytes(), {}

    def execute(source, target, environment, tick, parameters):
        asked.update(environment | parameters)
        return execution.Outcome(source.stem, "ok", 1.0, path, "")

    new = {"notebook": "11_a", "kind": "measurement", "name": "n", "dataset": "CIFAR-100"}
    root = tmp_path / "course"
    monkeypatch.setattr(execution, "execute", execute)
    monkeypatch.setattr(execution, "choose_notebooks", lambda _: [path])
    monkeypatch.setattr(results, "published", lambda: [new | {"dataset": "CIFAR-10"}])
    monkeypatch.setattr(results, "load_records", lambda folder: [new])
    monkeypatch.setattr(results, "PUBLISHED", root / "results", raising=False)
    monkeypatch.setattr(command, "FIGURES", root)
    monkeypatch.setattr(command, "readme_and_figures", lambda text, records: ("published", {}))
    monkeypatch.setattr(command.readme_file, "PATH", root / "README.md")
    root.mkdir()
    command.readme_file.PATH.write_text("before")
    command.publish(path, tmp_path / "hundred", "cifar100")
    assert asked["target"] == asked["COURSE_DATASET"] == "cifar100"
    assert asked["CIFAR100_DIR"] == str(tmp_path / "hundred") and "CIFAR10_DIR" not in asked
    assert path.read_bytes() == before
    stored = json.loads((root / "results" / "11_a.json").read_text())["records"]
    assert [record["dataset"] for record in stored] == ["CIFAR-10", "CIFAR-100"]
    del asked["target"]
    command.publish(path, tmp_path, "cifar10")  # its own set, after all
    assert asked["COURSE_DATASET"] == "cifar10" and "target" not in asked
    assert path.read_bytes() != before


def test_only_a_notebook_with_a_target_runs_on_another_set(tmp_path):
    title = "#@title Parameters\n"
    with_it = notebook(tmp_path / "11_a.ipynb", f"{title}target = None")
    command.refuse_targetless([with_it], "cifar100")
    other = notebook(tmp_path / "09_b.ipynb", f"{title}my_target = None")
    with pytest.raises(SystemExit, match="09_b has no parameter `target`"):
        command.refuse_targetless([other], "cifar100")
