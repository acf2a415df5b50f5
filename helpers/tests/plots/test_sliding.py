import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers import convolution
from helpers.plots import grids, sliding

IMAGE = np.array([[1, 2, 0, 3], [4, 1, 1, 0], [0, 5, 2, 7]])
KERNEL = np.array([[1, 0], [-1, 2]])


def numbers(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def frames(figure: Figure, colour: str) -> list[tuple[float, float]]:
    """Column and row of the upper left corners of frames in a colour."""
    wanted = [p for p in figure.axes[0].patches if not p.get_fill()]
    wanted = [p for p in wanted if grids.mpl.colors.to_hex(p.get_edgecolor()).upper() == colour]
    return [(round(float(p.get_x()), 6), round(float(p.get_y()), 6)) for p in wanted]


def test_the_kernel_lies_at_the_first_second_and_last_place():
    figure, alt = sliding.drawn_sliding(IMAGE, KERNEL)
    step = 4 + sliding.GAP
    corners = [(0, 0), (step + 1, 0), (2 * step + 2, 1)]
    assert frames(figure, grids.KERNEL) == [pytest.approx(c) for c in corners]
    found = convolution.conv2d(IMAGE[None, ..., None], KERNEL[..., None, None], padding="valid")
    first, second, last = (found[0, r, c, 0] for r, c in ((0, 0), (0, 1), (1, 2)))
    assert (first, second, last) == (-1, 3, 13)
    assert "A grid of 3×4 numbers, and a 2×2 kernel lying on it at 3 places, stride 1." in alt
    assert (
        "Result of 2×3 numbers; place 1 (row 1, column 1): −1; place 2 (row 1, column 2): 3" in alt
    )
    assert alt.endswith("last place (row 2, column 3): 13.")
    shown = numbers(figure)
    assert "1·1 + 2·0 +\n4·(−1) + 1·2\n= −1" in shown and shown.count("×−1") == 3
    assert shown.count("13") == 1 and [t for t in shown if "place" in t] == [
        *("place 1 of 6", "place 2 of 6", "last place of 6")
    ]


def test_the_result_is_shown_as_far_as_it_is_found():
    figure, _ = sliding.drawn_sliding(np.full((1, 3), 9.0), np.array([[100.0]]))
    assert [numbers(figure).count(text) for text in ("900", "9")] == [1 + 2 + 3, 9]


def test_padding_is_a_frame_of_zeros_and_a_stride_skips_places():
    figure, alt = sliding.drawn_sliding(IMAGE[:, :3], np.ones((3, 3)), padding="same", stride=2)
    assert "with 16 zeros around it" in alt and "stride 2" in alt and "2×2 numbers" in alt
    grey = [p for p in figure.axes[0].patches if p.get_fill() and p.get_facecolor()[:3] == (
        grids.mpl.colors.to_rgb(grids.ZEROS)) and p.get_alpha() is None]  # fmt: skip
    assert len(grey) == 3 * 16
    corners = [corner[0] % (5 + sliding.GAP) for corner in frames(figure, grids.KERNEL)]
    assert corners == pytest.approx([0, 2, 2])


def test_a_wide_image_is_drawn_twice_and_many_products_are_only_counted():
    figure, alt = sliding.drawn_sliding(np.ones((5, 9)), np.ones((5, 5)))
    assert "at 2 places" in alt and "sum of 25 products = 25" in numbers(figure)
    assert "at 1 place," in sliding.drawn_sliding(np.ones((3, 3)), np.ones((3, 3)))[1]


@pytest.mark.parametrize(
    ("image", "kernel", "options", "message"),
    [
        (np.ones((3, 3, 3)), np.ones((2, 2)), {}, "image: the shape"),
        (np.ones((3, 13)), np.ones((2, 2)), {}, "1 to 12"),
        (np.ones((0, 3)), np.ones((2, 2)), {}, "1 to 12"),
        (np.ones((3, 3)), np.ones(2), {}, "kernel: the shape"),
        (np.full((3, 3), np.nan), np.ones((2, 2)), {}, "nan"),
        (np.ones((3, 3)), np.ones((4, 4)), {}, "doesn't fit"),
        (np.ones((3, 3)), np.ones((2, 2)), {"padding": "some"}, "padding is 'some'"),
        (np.ones((3, 3)), np.ones((2, 2)), {"stride": 0}, "stride is 0"),
        (np.ones((12, 12)), np.ones((3, 3)), {"padding": "same"}, "with its padding"),
    ],
)
def test_what_cannot_be_drawn_is_refused(image, kernel, options, message):
    with pytest.raises(ValueError, match=message):
        sliding.drawn_sliding(image, kernel, **options)


def test_each_channel_has_its_slice_and_the_products_are_added_up():
    image = np.arange(24.0).reshape(3, 4, 2)
    kernel = np.array([[[1, 0], [0, -1]]])
    figure, alt = sliding.drawn_channels(image, kernel, place=(2, 1))
    assert "2 channels of 3×4 numbers, each with a slice of 1×2 weights" in alt
    assert "at row 3, column 2. Sums of products by channel: 1: 18, 2: −21. Together −3" in alt
    shown = numbers(figure)
    assert {"= 18", "= −21", "sum −3", "channel 1", "channel 2"} <= set(shown)
    assert frames(figure, grids.KERNEL) == [(1, 2), (1, 2 + 4)]


@pytest.mark.parametrize(
    ("image", "kernel", "place", "message"),
    [
        (np.ones((3, 3, 2)), np.ones((2, 2, 3)), (0, 0), "as many channels"),
        (np.ones((3, 3)), np.ones((2, 2)), (0, 0), "expected"),
        (np.ones((3, 3, 2)), np.ones((2, 2, 2)), (2, 0), "lies outside 3×3"),
        (np.ones((3, 3, 2)), np.ones((2, 2, 2)), (0, -1), "lies outside"),
    ],
)
def test_channels_that_do_not_fit_are_refused(image, kernel, place, message):
    with pytest.raises(ValueError, match=message):
        sliding.drawn_channels(image, kernel, place=place)


def test_a_pooling_gives_one_number_a_window_and_leaves_the_border_out():
    figure, alt = sliding.drawn_pooling(IMAGE)
    assert "windows of 2×2" in alt and "row by row: 4, 3. 4 numbers at the border" in alt
    assert frames(figure, "#000000") == [(0, 0), (2, 0)]
    bold = [t.get_text() for t in figure.axes[0].texts if t.get_fontweight() == "bold"]
    assert bold == ["3", "4", "4", "3"]
    colours = [p.get_facecolor() for p in figure.axes[0].patches if p.get_alpha() == 0.35]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    _, alt = sliding.drawn_pooling(IMAGE[:2], kind="mean")
    assert "the mean of each window in its colour, row by row: 2, 1." in alt and "border" not in alt


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (IMAGE, {"kind": "min"}, "kind is 'min'"),
        (IMAGE[0], {}, "the shape"),
        (IMAGE, {"size": 5}, "doesn't fit"),
    ],
)
def test_a_pooling_that_cannot_be_drawn_is_refused(image, options, message):
    with pytest.raises(ValueError, match=message):
        sliding.drawn_pooling(image, **options)


def test_all_three_are_shown_with_their_alt_text(figure_shown, monkeypatch):
    sliding.sliding_kernel(IMAGE, KERNEL)
    assert figure_shown().startswith("A grid of 3×4 numbers")
    kept = []
    monkeypatch.setattr(sliding, "show", lambda figure, alt: kept.append(alt))
    sliding.kernel_channels(IMAGE[..., None], KERNEL[..., None])
    sliding.pooling(IMAGE)
    assert [alt.split()[0] for alt in kept] == ["1", "A"]
