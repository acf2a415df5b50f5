import hashlib
import json
import re
from pathlib import Path

import nbformat
import pytest

from helpers import config
from helpers.tests.notebooks import executed_notebook, notebook
from helpers.tools import execution, publish, publish_model

ROOT = config.course_root()
TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")
HEAD = "dependencies:\n  - python>=3.11,<3.14\n  - pip\n  - pip:\n"


def test_publishing_replaces_dataset_pictures_by_words_and_keeps_the_rest():
    before = executed_notebook()
    ids = [cell.id for cell in before.cells]
    cleaned = publish.cleaned(before)
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
        return {"notebook": name, "kind": "training", "model": "m", "seed": 0, "value": value}

    merged = publish.merged(
        [record("01_a", 1), record("02_b", 2)], [record("02_b", 3), record("01_a", 9)], "02_b"
    )
    assert merged == [record("01_a", 1), record("02_b", 3)]


def test_published_records_of_two_datasets_are_never_mixed(monkeypatch, tmp_path):
    from helpers import results

    def record(dataset, name="01_dense_baseline"):
        return {"notebook": name, "kind": "training", "model": "m", "dataset": dataset} | {
            "test_accuracy": 0.5
        }

    path = notebook(tmp_path / "01_dense_baseline.ipynb", "1")
    before = path.read_bytes()
    done = execution.Outcome(path.stem, "ok", 1.0, path, "")
    monkeypatch.setattr(execution, "execute", lambda *a: done)
    monkeypatch.setattr(execution, "choose_notebooks", lambda _: [path, Path("02_x.ipynb")])
    monkeypatch.setattr(results, "published", lambda: [record("A", "02_x"), record("C", "gone")])
    monkeypatch.setattr(results, "load_records", lambda folder: [record("B")])
    with pytest.raises(SystemExit, match="would mix A and B"):
        publish.publish(path, tmp_path)
    assert path.read_bytes() == before


def test_the_table_goes_between_its_markers():
    begin, end = "<!-- results: begin -->", "<!-- results: end -->"
    readme = f"before\n{begin}\nold\n{end}\nafter"
    replaced = publish.with_part(readme, "results", r"new \1")
    assert replaced == f"before\n{begin}\nnew \\1\n{end}\nafter"
    with pytest.raises(ValueError, match="needs the lines"):
        publish.with_part("no markers", "results", "new")


def test_the_picture_is_drawn_from_the_records_alone():
    def record(model, seed, accuracy):
        numbers = {"seed": seed, "parameter_count": 1_000, "seconds": 1, "val_accuracy": 0.5}
        named = {"notebook": "01_a", "kind": "training", "model": model, "dataset": "digits"} | {
            "profile": "full"
        }
        return named | numbers | {"test_accuracy": accuracy}

    records = [record("b", 0, 0.6), record("b", 1, 0.62), record("a", 0, 0.5)]
    begins = [f"<!-- {part}: begin -->\n<!-- {part}: end -->" for part in ("results", "charts")]
    readme, figures = publish.readme_and_figures("\n".join(begins), records)
    assert publish.readme_and_figures(readme, records) == (readme, figures)
    assert list(figures) == ["ladder.svg"] and figures["ladder.svg"].startswith("<?xml")
    (alt,) = re.findall(r"!\[(.*)\]\(figures/ladder.svg\)", readme)
    assert alt in figures["ladder.svg"]
    assert "a 50.0 % with 1,000 parameters; b 61.0 ± 1.4 %" in alt
    untested = [*records, record("c", 0, None)]
    assert publish.readme_and_figures(readme, untested) == (readme, figures)


def test_only_the_model_of_this_run_is_published(tmp_path, monkeypatch):
    published = tmp_path / "published" / "advanced.keras"
    monkeypatch.setattr(publish_model.config, "published_model", lambda: published)
    saved = tmp_path / "advanced-cifar-10-full.keras"
    saved.write_bytes(b"model")
    record = {"notebook": "05_a", "model": "best", "test_accuracy": 0.5}
    about = {"record": record, "sha256": hashlib.sha256(b"model").hexdigest()}
    saved.with_suffix(".json").write_text(json.dumps(about))
    assert publish_model.model_of(tmp_path, "06_b", [record]) == {}
    with pytest.raises(SystemExit, match="is not of this run"):
        publish_model.model_of(tmp_path, "05_a", [record | {"test_accuracy": 0.6}])
    files = publish_model.model_of(tmp_path, "05_a", [record | {"history": {}}])
    assert files[".keras"] == b"model" and json.loads(files[".json"]) == about
    published.parent.mkdir()
    digest = hashlib.sha256(b"model of another date").hexdigest()
    published.with_suffix(".json").write_text(json.dumps(about | {"sha256": digest}))
    assert publish_model.model_of(tmp_path, "05_a", [record]) == files
    published.write_bytes(b"model of another date")
    assert publish_model.model_of(tmp_path, "05_a", [record]) == {}
    published.write_bytes(b"damaged")
    assert publish_model.model_of(tmp_path, "05_a", [record]) == files
    published.write_bytes(b"model of another date")
    other = about | {"record": record | {"test_accuracy": 0.4}, "sha256": digest}
    published.with_suffix(".json").write_text(json.dumps(other))
    assert publish_model.model_of(tmp_path, "05_a", [record]) == files
    saved.write_bytes(b"another")
    with pytest.raises(SystemExit, match="is not of this run"):
        publish_model.model_of(tmp_path, "05_a", [record])


def test_a_notebook_is_published_beside_the_records_of_the_others(tmp_path):
    from helpers import results

    published = [{"notebook": "01_a", "value": 1}, {"notebook": "02_b", "value": 2}]
    (tmp_path / "old.json").write_text("{}")
    publish.restore(published, "02_b", tmp_path)
    assert results.load_records(tmp_path) == [{"notebook": "01_a", "value": 1}]


def test_the_tables_of_other_notebooks_follow_the_records():
    head = ["| Model | Parameters | Test accuracy | Seeds | Training time (median) |", "|---|"]
    new = ["| dense | 1,000 | 54.0 ± 0.2 % | 3 | 9 s |", "| CNN | 10 | 70.0 % | 1 | 5 s |"]
    before = {"a": "T\n\n| dense | 1,000 | 50.0 % | 1 | 86 s |", "b": "| dense | x"}
    stored = json.dumps(before, ensure_ascii=False)
    once = publish.with_rows(stored, head + new)
    assert json.loads(once) == before | {"a": f"T\n\n{new[0]}"}
    assert publish.with_rows(once, head + new) == once
