"""Right and wrong answers to the exercises of notebook 07."""

import numpy as np


def more(counts, k, factor):
    changed = counts.astype(float)
    changed[k] *= factor
    return as_it_is(changed, k)


def as_it_is(counts, k, factor=1):
    return counts[k, k] / counts[k].sum(), counts[k, k] / counts[:, k].sum()


def in_the_matrix(counts, k, factor):
    counts = np.asarray(counts, "float64")
    counts[k] = counts[k] * factor
    return as_it_is(counts, k)


def more_answers(counts, k, factor):
    return more(counts.T, k, factor)[::-1]


def whole_factors(counts, k, factor):
    counts = counts.astype("int64")
    counts[k] *= int(max(factor, 1))
    return as_it_is(counts, k)


def found_only(counts, k, factor):
    changed = counts.astype(float)
    changed[k, k] *= factor
    return as_it_is(changed, k)


def hide(picture, heat, count, colour, best=None):
    """Hides pixel by pixel; `best` says which of the numbered pixels, hottest first."""
    order = sorted(range(heat.size), key=lambda k: -heat.flat[k])
    for k in (best or (lambda order: order[:count]))(order):
        picture[divmod(k, heat.shape[1])] = colour
    return picture


def hide_in_a_copy(picture, heat, count, colour):
    return hide(picture.copy(), heat, count, colour)


def by_threshold(picture, heat, count, colour):
    smallest = np.sort(heat, axis=None)[heat.size - count] if count else np.inf
    return np.where((heat >= smallest)[..., None], colour, picture)


def by_share(picture, heat, count, colour):
    picture[heat >= (1 - count / heat.size) * heat.max()] = colour
    return picture


def exchanged(picture, heat, count, colour):
    flat = picture.reshape(-1, 3)
    flat[np.argsort(heat.T, axis=None)[::-1][:count]] = colour
    return picture


def first_channel(picture, heat, count, colour):
    done = hide(picture.copy(), heat, count, colour)
    done[..., 1:] = picture[..., 1:]
    return done


def grad_cam(maps, gradients):
    weights = gradients.mean(axis=(1, 2), keepdims=True)
    return np.maximum((weights * maps).sum(axis=-1), 0)


def brightest(maps, gradients):
    return maps.max(axis=-1)


def one_for_all(maps, gradients):
    return np.repeat(maps.mean(axis=(0, 3))[None], len(maps), axis=0)


def with_the_others(maps, gradients):
    return maps.mean(axis=-1) + maps.mean(axis=(0, 3))


def by_batch(maps, gradients):
    heat = maps.mean(axis=-1)
    return heat / heat.max()


def occlusion(side=8, step=4, colour=127, whole=None, compare=np.subtract, down=None):
    """An occlusion test: asks with squares of one colour, steps of `down` from row to row."""

    def test(ask, picture):
        tops, lefts = range(0, 33 - side, down or step), range(0, 33 - side, step)
        covered = np.stack([picture] * len(tops) * len(lefts))
        for number, copy in enumerate(covered):
            i, j = divmod(number, len(lefts))
            copy[tops[i] : tops[i] + side, lefts[j] : lefts[j] + side] = colour
        after = ask(covered)
        before = ask(picture[None])[0] if whole is None else whole(after)
        return compare(before, after).reshape(len(tops), len(lefts))

    return test


def noise(side):
    return np.random.default_rng(1).integers(0, 256, (side, side, 3))


def one_by_one(ask, picture):
    heat = np.zeros((8, 8))
    for i, j in np.ndindex(8, 8):
        covered = picture.astype(float)
        covered[4 * i : 4 * i + 4, 4 * j : 4 * j + 4] = 100
        heat[i, j] = float(ask(picture[None])[0]) - float(ask(covered[None])[0])
    return np.maximum(heat, 0)


def in_place(ask, picture):
    heat = occlusion()(ask, picture)
    picture[:] = 0
    return heat


def largest_of_all(ask, picture):
    ask(picture[None])
    return occlusion(whole=np.max)(ask, picture)


def too_curious(ask, picture):
    ask(np.stack([picture] * 2_100))
    return occlusion()(ask, picture)


def always_the_corner(ask, picture):
    heat = ask(picture[None]) * np.zeros((8, 8))
    heat[0, 0] = 1
    return heat


def scaled(ask, picture):
    heat = occlusion()(ask, picture)
    return heat / max(heat.max(), 1e-9)


def rooted(before, after):
    return np.sqrt(np.maximum(before - after, 0))


def not_to_ask(ask, picture):
    return occlusion()(ask, picture) * np.nan


RIGHT = {
    "07.1": [more, lambda c, k, factor: np.array(more(c, k, factor)), in_the_matrix],
    "07.2": [
        hide_in_a_copy,
        by_threshold,
        lambda p, h, n, c: by_threshold(p, h, n, c).astype(float),
    ],
    "07.3": [
        lambda m, g: m.mean(axis=-1),
        brightest,
        lambda m, g: (m**2).sum(axis=-1),
        lambda m, g: m[..., 0],
        by_batch,
    ],
    "07.4": [
        occlusion(),
        occlusion(4, 2, 0),
        occlusion(6, 2, 255),
        occlusion(16, 4),
        occlusion(8, 3, down=4),
        *(occlusion(side, 2, noise(side)) for side in (8, 12, 16)),
        in_place,
        one_by_one,
    ],
}
STUBS = {
    "07.1": lambda counts, k, factor: None,
    "07.2": lambda picture, heat, count, colour: None,
    "07.3": lambda maps, gradients: None,
    "07.4": lambda ask, picture: None,
}
WRONG = [
    ("07.1", lambda c, k, f: more(c, k, f)[::-1], "exchanged"),
    ("07.1", as_it_is, "as it is"),
    ("07.1", lambda c, k, f: as_it_is(c * f, k), "which don't"),
    ("07.1", more_answers, "You made the column grow"),
    ("07.1", found_only, "Those that are missed"),
    ("07.1", lambda c, k, f: (as_it_is(c, k)[0], f * as_it_is(c, k)[1]), "its sum grows"),
    ("07.1", lambda c, k, f: tuple(f * np.array(as_it_is(c, k))), "You multiplied a share"),
    ("07.1", lambda c, k, f: tuple(100 * np.array(more(c, k, f))), "per cent"),
    ("07.1", whole_factors, "It is right for"),
    ("07.1", lambda c, k, f: c[k, k], "2 numbers"),
    ("07.1", lambda c, k, f: (0.5, 0.4), "a row, or a column"),
    ("07.2", hide, "Work on a copy"),
    ("07.2", lambda p, h, n, c: hide(p, -h, n, c), "*coldest*"),
    ("07.2", lambda p, h, n, c: hide(p, h, n, c, lambda order: order[n:]), "the only ones left"),
    ("07.2", lambda p, h, n, c: hide(p, h, n, c, lambda order: order[: n + 1]), "too many"),
    ("07.2", lambda p, h, n, c: hide(p, h, n, 0), "they are black"),
    ("07.2", lambda p, h, n, c: hide(p, h, 2, c), "It is right for"),
    ("07.2", first_channel, "one of the three channels"),
    ("07.2", by_share, "exactly `count` pixels"),
    ("07.2", exchanged, "heat[i, j] belongs to"),
    ("07.2", lambda p, h, n, c: hide(p, h, n, c, lambda order: range(n)), "however hot"),
    ("07.2", lambda p, h, n, c: p, "Nothing is hidden"),
    ("07.2", lambda p, h, n, c: hide(p, h, n, c).tolist(), "expected an array"),
    ("07.2", lambda p, h, n, c: hide(p, h, n, c).mean(-1), "expected (2, 3, 3)"),
    ("07.2", lambda p, h, n, c: p + 1.0, "Which two pixels of the example"),
    ("07.3", grad_cam, "still depends on the gradients"),
    ("07.3", lambda m, g: np.ones(m.shape[:3]), "doesn't depend on the maps"),
    ("07.3", lambda m, g: m.mean(-1) - 1, "0 or more"),
    ("07.3", lambda m, g: m, "expected (n, rows, columns)"),
    ("07.3", lambda m, g: m.mean(-1).transpose(0, 2, 1), "expected (n, rows, columns)"),
    ("07.3", lambda m, g: np.ones(m.shape[:3]) * m.mean((1, 2, 3), keepdims=True)[..., 0], "no pl"),
    ("07.3", one_for_all, "All pictures get the same heat"),
    ("07.3", lambda m, g: np.repeat(m[:1].mean(-1), len(m), 0), "All pictures get the same heat"),
    ("07.3", with_the_others, "the other pictures beside it"),
    ("07.3", lambda m, g: m.mean(-1)[::-1], "the other pictures beside it"),
    ("07.3", lambda m, g: m.mean(-1) * np.random.default_rng().random(), "Called twice alike"),
    ("07.4", lambda *given: 100 * occlusion()(*given), "not a multiple of it"),
    ("07.4", lambda *given: occlusion()(*given) / 64, "not a multiple of it"),
    ("07.4", occlusion(compare=lambda before, after: after - before), "costs least"),
    ("07.4", occlusion(compare=lambda before, after: before / after), "before minus after"),
    ("07.4", occlusion(compare=lambda before, after: 1 - after / before), "Don't divide"),
    ("07.4", occlusion(compare=lambda before, after: np.log(before / after)), "Don't divide"),
    ("07.4", scaled, "Don't divide"),
    ("07.4", occlusion(compare=lambda before, after: np.abs(before - after)), "makes the answer"),
    ("07.4", occlusion(compare=lambda before, after: 1 - after), "has to be 0"),
    ("07.4", occlusion(compare=lambda before, after: (before - after) ** 2), "makes the answer"),
    ("07.4", occlusion(compare=rooted), "that falls by 0.3"),
    ("07.4", occlusion(whole=np.max), "never asks about the picture as it is"),
    ("07.4", occlusion(whole=lambda after: 0), "never asks about the picture as it is"),
    ("07.4", largest_of_all, "not with the largest of all"),
    ("07.4", lambda ask, picture: occlusion()(ask, picture).T, "exchanged"),
    ("07.4", too_curious, "are allowed"),
    ("07.4", always_the_corner, "not where covering costs most"),
    ("07.4", lambda ask, picture: occlusion()(ask, picture).max(), "expected (rows, columns)"),
    ("07.4", lambda ask, picture: ask(picture), "it takes (n, 32, 32, 3)"),
    ("07.4", not_to_ask, "nan or infinite"),
]
