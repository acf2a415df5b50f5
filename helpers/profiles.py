"""How much of everything each profile uses: images, epochs, seeds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """How much of everything one profile uses.

    Attributes:
        train, val, test: Images in the three parts of the dataset.
        part: Training images of an experiment that needs many trainings.
        seeds: Training seeds, one training each.
        repeats: Seeds of an experiment that compares seeds.
        ablation_seeds: Seeds of an experiment whose single trainings are long.
        epochs: Passes over the training images, by kind of model.
    """

    train: int
    val: int
    test: int
    part: int
    seeds: tuple[int, ...]
    repeats: int
    ablation_seeds: int
    epochs: dict[str, int]


# passes over the training images in smoke, class and full, by kind of experiment
EPOCHS = {
    "dense": (2, 8, 40),
    "one_conv": (2, 6, 16),
    "two_conv": (2, 5, 16),
    "kernel": (1, 2, 16),
    "advanced": (2, 2, 35),
    "better": (2, 2, 32),
    "unregularised": (1, 1, 32),
    "part": (1, 2, 8),
    "ablation": (1, 1, 8),
    "fast": (1, 2, 6),
    "rung": (1, 1, 3),
    "digits": (1, 3, 2),
    "depth": (1, 5, 15),
    "mix_short": (1, 2, 6),
    "mix_long": (1, 6, 40),
    "residual": (1, 3, 40),
    "hundred": (1, 4, 10),
    "vgg": (1, 8, 16),
    "hundred_residual": (1, 5, 24),
    "hundred_short": (1, 5, 6),
    "tuned": (1, 3, 3),
    "tuned_short": (1, 2, 2),
    "search": (2, 4, 6),
    "service": (1, 8, 24),
}
PROFILES = {
    "smoke": Profile(  # tests: seconds
        train=1_000,
        val=200,
        test=200,
        part=400,
        seeds=(0, 1),
        repeats=2,
        ablation_seeds=1,
        epochs={kind: numbers[0] for kind, numbers in EPOCHS.items()},
    ),
    "class": Profile(  # a lesson: minutes
        train=5_000,
        val=1_000,
        test=1_000,
        part=1_500,
        seeds=(0, 1, 2),
        repeats=6,
        ablation_seeds=1,
        epochs={kind: numbers[1] for kind, numbers in EPOCHS.items()},
    ),
    "full": Profile(  # the published numbers
        train=45_000,
        val=5_000,
        test=10_000,
        part=6_000,
        seeds=(0, 1, 2),
        repeats=8,
        ablation_seeds=3,
        epochs={kind: numbers[2] for kind, numbers in EPOCHS.items()},
    ),
}
