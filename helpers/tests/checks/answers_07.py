"""Right and wrong answers to the exercises of notebook 07."""

import numpy as np


def more(counts, k, times):
    changed = counts.astype(float)
    changed[k] *= times
    return as_it_is(changed, k)


def as_it_is(counts, k, times=1):
    return counts[k, k] / counts[k].sum(), counts[k, k] / counts[:, k].sum()


def more_answers(counts, k, times):
    return more(counts.T, k, times)[::-1]


def in_the_matrix(counts, k, times):
    counts[k] *= int(max(times, 1))
    return as_it_is(counts, k)


def means(gradients):
    return gradients.mean(axis=(1, 2), keepdims=True)


def both(signed):
    return np.maximum(signed, 0), np.maximum(-signed, 0)


def heats(maps, gradients):
    return both((means(gradients) * maps).sum(axis=-1))


def by_einsum(maps, gradients):
    signed = np.einsum("nrck,nk->nrc", maps, gradients.mean(axis=(1, 2)))
    return np.stack([signed.clip(0), (-signed).clip(0)])


def scaled(maps, gradients):
    return [heat / heat.max(axis=(1, 2), keepdims=True) for heat in heats(maps, gradients)]


def brightest(maps, gradients):
    return maps.max(axis=-1)


def occlusion(side=8, step=4, colour=127, sign=1, whole=None):
    """An occlusion test: asks with squares of one colour."""

    def test(ask, picture):
        corners = range(0, 33 - side, step)
        covered = np.stack([picture] * len(corners) ** 2)
        for number, copy in enumerate(covered):
            top, left = (corners[k] for k in divmod(number, len(corners)))
            copy[top : top + side, left : left + side] = colour
        before = ask(picture[None]) if whole is None else whole
        return sign * (before - ask(covered)).reshape(len(corners), -1)

    return test


def noise(side):
    return np.random.default_rng(1).integers(0, 256, (side, side, 3))


def in_place(ask, picture):
    heat = occlusion()(ask, picture)
    picture[:] = 0
    return heat


def too_curious(ask, picture):
    ask(np.stack([picture] * 2_100))
    return occlusion()(ask, picture)


def always_the_corner(ask, picture):
    heat = np.zeros((8, 8))
    heat[0, 0] = 1
    return heat


RIGHT = {
    "07.1": [more, lambda c, k, times: np.array(more(c, k, times))],
    "07.2": [heats, by_einsum],
    "07.3": [lambda m, g: m.mean(axis=-1), brightest, lambda m, g: (m**2).sum(axis=-1)],
    "07.4": [
        occlusion(),
        occlusion(4, 2, 0),
        occlusion(6, 2, 255),
        occlusion(16, 4),
        *(occlusion(side, 2, noise(side)) for side in (8, 12, 16)),
    ],
}
STUBS = {
    "07.1": lambda counts, k, times: None,
    "07.2": lambda maps, gradients: None,
    "07.3": lambda maps, gradients: None,
    "07.4": lambda ask, picture: None,
}
WRONG = [
    ("07.1", lambda c, k, t: more(c, k, t)[::-1], "exchanged"),
    ("07.1", as_it_is, "its *row* grows"),
    ("07.1", more_answers, "You made the column grow"),
    ("07.1", lambda c, k, t: tuple(100 * np.array(more(c, k, t))), "per cent"),
    ("07.1", in_the_matrix, "work on a copy"),
    ("07.1", lambda c, k, t: c[k, k], "two numbers"),
    ("07.1", lambda c, k, t: (0.5, 0.4), "Row k holds"),
    ("07.2", lambda m, g: heats(m, g)[::-1], "*for* comes first"),
    ("07.2", lambda m, g: (heats(m, g)[0], -heats(m, g)[1]), "Turn the sign"),
    ("07.2", lambda m, g: ((means(g) * m).sum(-1), -(means(g) * m).sum(-1)), "in both"),
    ("07.2", lambda m, g: both((g * m).sum(-1)), "one weight a map"),
    ("07.2", lambda m, g: np.array(heats(m, g)) / m.shape[-1], "took their mean"),
    ("07.2", lambda m, g: np.array(heats(m, g)) * 20, "not the sum"),
    ("07.2", lambda m, g: np.array(both(means(g) * m)).sum(-1), "then cut off"),
    ("07.2", lambda m, g: heats(m, g.mean(0, keepdims=True)), "weights of its own"),
    ("07.2", scaled, "but for the scale"),
    ("07.2", lambda m, g: heats(m, g)[0], "expected two heats"),
    ("07.2", lambda m, g: (m[..., 0], m[..., 1]), "Means over axes 1 and 2"),
    ("07.3", lambda m, g: heats(m, g)[0], "still depends on the gradients"),
    ("07.3", lambda m, g: np.ones(m.shape[:3]), "doesn't depend on the maps"),
    ("07.3", lambda m, g: m.mean(-1) - 1, "0 or more"),
    ("07.3", lambda m, g: m, "expected (n, rows, columns)"),
    ("07.3", lambda m, g: np.ones(m.shape[:3]) * m.mean((1, 2, 3), keepdims=True)[..., 0], "no pl"),
    ("07.4", occlusion(sign=-1), "costs least"),
    ("07.4", occlusion(whole=0), "has to be 0 where"),
    ("07.4", occlusion(whole=1), "has to be 0 where"),
    ("07.4", in_place, "cover a copy"),
    ("07.4", too_curious, "are allowed"),
    ("07.4", always_the_corner, "not where covering costs most"),
    ("07.4", lambda ask, picture: occlusion()(ask, picture).max(), "expected (rows, columns)"),
    ("07.4", lambda ask, picture: ask(picture), "it takes (n, 32, 32, 3)"),
    ("07.4", lambda ask, picture: np.full((8, 8), np.nan), "nan or infinite"),
]
