import numpy as np
import pytest

from helpers.plots import kernels

RNG = np.random.default_rng(0)
KERNELS = RNG.normal(0, 1, (3, 2, 3, 8))
MAPS = np.zeros((6, 6, 8))
MAPS[0, 5, :], MAPS[2:, :, 3] = 2, 1


def drawn(figure) -> dict[str, np.ndarray]:
    """By title, what is drawn in each axes."""
    return {a.get_title(): np.asarray(a.images[0].get_array()) for a in figure.axes if a.images}


def test_six_numbered_pairs_of_kernel_and_map():
    figure, alt = kernels.drawn_pairs(KERNELS, MAPS, alt="Six.")
    found = drawn(figure)
    assert list(found) == [f"{kind} {k}" for k in range(6) for kind in ("kernel", "map")]
    assert found["kernel 4"].shape == (3, 2, 3) and found["map 4"].shape == (6, 6)
    weights = KERNELS[..., 4]
    expected = np.clip((127.5 + 127.5 * weights / abs(weights).max()).round(), 0, 255)
    assert np.array_equal(found["kernel 4"], expected.astype("uint8"))
    assert found["map 3"].max() == found["map 3"][0, 5] == 255 and found["map 3"][5, 0] == 128
    assert alt.startswith("Six. Pairs of kernel and feature map: 0: weights −")
    assert alt.count("97% of the map black, brightest upper right") == 5
    assert "31% of the map black, brightest upper right" in alt


def test_picked_pairs_have_their_numbers_and_titles():
    figure, alt = kernels.drawn_pairs(
        KERNELS[:, :, :1], MAPS, picks=[7, 0], titles=["a", "b"], alt="Two."
    )
    found = drawn(figure)
    assert list(found) == ["kernel 7", "map 7 a", "kernel 0", "map 0 b"]
    assert found["kernel 7"].shape == (3, 2, 3) and "7 a: weights" in alt


def test_kernels_before_and_after_stand_above_each_other_with_one_scale():
    after = KERNELS.copy()
    after[..., 2] *= 3
    after[..., 5] = 0
    figure, alt = kernels.drawn_compared(KERNELS, after, picks=[2, 5, 0], title="T")
    upper, lower = figure.axes[:3], figure.axes[3:]
    assert [axes.get_title() for axes in upper] == ["2", "5", "0"]
    assert [axes.get_ylabel() for axes in (upper[0], lower[0])] == ["untrained", "trained"]
    reach = [abs(a.images[0].get_array().astype(float) - 127.5).max() for a in (*upper, *lower)]
    assert reach[0] == pytest.approx(127.5 / 3, abs=1) and reach[3] == 127.5
    assert reach[1] == 127.5 and reach[4] == 0.5 and reach[2] == reach[5]
    assert "3 kernels of 3×2 weights, untrained above trained, T." in alt
    assert "median 100%, least of 0 (0%), most of 2 (200%)." in alt


def test_all_kernels_are_compared_in_bands():
    many = RNG.normal(0, 1, (2, 2, 1, 20))
    figure, alt = kernels.drawn_compared(many, many + 1, names=("a", "b"), title="T")
    numbers = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert numbers == [str(k) for k in range(20)] and "20 kernels" in alt and "a above b" in alt
    assert len(figure.axes) == 4 * 16


@pytest.mark.parametrize(
    ("some", "maps", "options", "message"),
    [
        (KERNELS[0], MAPS, {}, "kernels have shape"),
        (np.ones((3, 3, 8, 8)), MAPS, {}, "1 or 3 channels"),
        (KERNELS, MAPS[..., :7], {}, "a map each"),
        (KERNELS, MAPS[None], {}, "a map each"),
        (KERNELS, MAPS, {"picks": [8]}, "some of 0 to 7"),
        (KERNELS, MAPS, {"picks": []}, "some of 0 to 7"),
        (KERNELS, MAPS, {"titles": ["a"]}, "1 titles for 6 pairs"),
    ],
)
def test_pairs_that_do_not_fit_are_refused(some, maps, options, message):
    with pytest.raises(ValueError, match=message):
        kernels.drawn_pairs(some, maps, alt="x", **options)


def test_kernels_of_two_shapes_are_refused():
    with pytest.raises(ValueError, match="expected the same"):
        kernels.drawn_compared(KERNELS, KERNELS[..., :3], title="T")


def test_both_are_shown_with_alt_text(monkeypatch):
    kept = []
    monkeypatch.setattr(kernels, "show", lambda figure, alt: kept.append(alt))
    kernels.kernel_pairs(KERNELS, MAPS, alt="Six.")
    kernels.kernels_compared(KERNELS, KERNELS + 1, title="T")
    assert kept[0].startswith("Six.") and kept[1].startswith("8 kernels")
