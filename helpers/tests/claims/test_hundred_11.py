"""What notebook 11 says of its published run on CIFAR-100, held to the records."""

from helpers import results
from helpers.tests.published import missing
from helpers.tools import readme_file

NAME, DATASET = "11_transfer_learning", "CIFAR-100"


def records() -> list[dict]:
    return [r for r in results.published() if r["notebook"] == NAME and r["dataset"] == DATASET]


def of(kind: str, name: str) -> list[dict]:
    return [r for r in records() if r["kind"] == kind and name in (r.get("name"), r.get("model"))]


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def spread(plan: str) -> str:
    (row,) = of("measurement", f"tuned: {plan}")
    return f"{100 * row['value']:.1f} ± {100 * row['spread']:.1f} %"


def test_a_hundred_classes_reach_what_is_told():
    (tuned,) = of("training", "borrowed and tuned")
    (frozen,) = of("measurement", "frozen, all images, test")
    assert tuned["test_accuracy"] >= 0.72 and tuned["seconds"] <= 3_600
    told = [
        f"right for {percent(frozen['value'])} % of the test images",
        f"for {percent(tuned['test_accuracy'])} %, after {tuned['seconds'] / 60:.0f} minutes",
    ]
    assert not missing(NAME, "test-read", *told)
    said = f"{percent(tuned['test_accuracy'])} % after {tuned['seconds'] / 60:.0f} minutes"
    assert said in readme_file.PATH.read_text(encoding="utf-8")


def test_plans_and_labels_of_a_hundred_classes_are_as_told():
    (random_head,) = of("measurement", "tuned: new head, all")
    told = [
        f"*slower below* has {spread('head, then all, slower below')}",
        f"*head, then all* {spread('head, then all')}",
        f"a random head stays at guessing ({percent(random_head['value'])} %)",
    ]
    (table,) = of("table", "accuracy by images of a class")
    borrowed, _, fast = table["rows"]
    told.append(f"{percent(borrowed[0])} % against {percent(fast[0])} % with ten labels")
    assert not missing(NAME, "test-read", *told)
    (best,) = of("measurement", "tuned: head, then all")
    plans = [r for r in records() if r.get("name", "").startswith("tuned: ")]
    assert best["value"] == max(plan["value"] for plan in plans) and len(plans) == 7
