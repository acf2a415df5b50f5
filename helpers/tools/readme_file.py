"""The README's parts that commands fill, each between two markers."""

import re

from helpers import config

PATH = config.course_root() / "README.md"


def with_part(readme: str, part: str, content: str) -> str:
    """The README with what stands between the two markers of a part replaced.

    Args:
        readme: The whole text.
        part: Name in the markers: `results` (table and ladder), `charts` or `speed`.
        content: What is to stand there.

    Raises:
        ValueError: A marker is missing.
    """
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    if begin not in readme or end not in readme:
        raise ValueError(f"README.md needs the lines {begin} and {end}, around the {part}.")
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    return re.sub(pattern, lambda _: f"{begin}\n{content}\n{end}", readme, flags=re.DOTALL)
