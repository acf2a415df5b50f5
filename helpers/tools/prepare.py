"""Prepares a folder of pictures for the course's networks: 32×32 pixels, RGB, as PNG.

    python -m helpers.tools.prepare SOURCE TARGET [--size 32] [--whole]

A picture that can't be used is reported and skipped; the exit status is 1 if there was one. Texts,
films and what systems put into a folder are passed over, in one line, and are no failure.
"""

import argparse
import errno
import io
import sys
from pathlib import Path

from helpers.tools import setup

_OF_A_NAME = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ)  # of one file, not of the folder


def main() -> None:
    """Checks the folders, prepares the pictures, reports."""
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.prepare", description=__doc__)
    parser.add_argument("source", type=Path, help="folder with pictures")
    parser.add_argument("target", type=Path, help="folder for the prepared ones; it is made")
    parser.add_argument("--size", type=int, default=32, help="rows and columns (32)")
    parser.add_argument("--whole", action="store_true", help="no crop: the proportions change")
    options = parser.parse_args()
    setup.ensure()
    sys.exit(run(options.source, options.target, options.size, None if options.whole else "center"))


def run(source: Path, target: Path, size: int = 32, crop: str | None = "center") -> int:
    """Prepares all pictures of `source` into `target`; returns the exit status."""
    from helpers import photos

    if target.resolve() == source.resolve() or (target.exists() and not target.is_dir()):
        print(f"{target} is not a folder of its own; name another one.", file=sys.stderr)
        return 2
    refused = 0
    try:
        files, others = photos.sorted_out(source)
        if others:
            print(f"passed over, no pictures: {', '.join(map(photos.shown, others))}")
        for path in files:
            try:
                _write(photos.prepare(path, size, crop), target / f"{path.name}.png")
            except photos.ImageError as error:
                refused += 1
                print(f"skipped: {error}", file=sys.stderr)
            except OSError as error:
                if error.errno not in _OF_A_NAME:
                    raise
                refused += 1
                name = photos.shown(path)
                print(
                    f"skipped: {name[:60]}… is a name that can't be written in {target} with .png "
                    f"behind it ({error.strerror}); choose another one.",
                    file=sys.stderr,
                )
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{target} can't be written: {error.strerror}.", file=sys.stderr)
        return 2
    done = len(files) - refused
    print(f"{done} pictures of {size} × {size} in {target}, {refused} skipped")
    return 1 if refused else 0


def _write(picture, path: Path) -> None:
    """Writes a picture as PNG, whole or not at all."""
    from PIL import Image

    from helpers import storage

    content = io.BytesIO()
    Image.fromarray(picture).save(content, "PNG")
    storage.write_whole(path, content.getvalue())


if __name__ == "__main__":
    main()
