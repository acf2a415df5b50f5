"""What Jupyter's own libraries say when a notebook ends, in words that a teacher can pass on."""

import re

TYPED = (
    "a cell asks for something typed (input, getpass or a debugger), and in a batch nobody types; "
    "write the value into the cell"
)
COLAB = "which only Colab has; take the line out"
DIED = (
    "the kernel died: Python was ended by the cell itself (exit, os._exit), crashed in a library, "
    "or had no memory left"
)
BUSY = "no Python was ready for the notebook in time; run fewer at a time (WORKERS)"
NO_START = "no Python could be started for the notebook; try `make setup`, then the batch again"
WORDS = {  # by what `Name: message` begins with, as a pattern
    "StdinNotImplementedError": TYPED,
    "EOFError: EOF when reading a line": TYPED,
    "ValueError: IPython won't let you open fd=0": TYPED,
    r"UsageError: (?:Line|Cell) magic (?:function )?`(?P<what>%+\w+)` not found": (
        "a cell begins with {what}, which is not known here; take the line out"
    ),
    "UsageError: Line magic function `%tensorflow_version`": (
        f"a cell begins with %tensorflow_version, {COLAB}"
    ),
    r"(?:ModuleNotFound|Import)Error: No module named '(?P<what>google(?:\.colab.*?)?)'": (
        f"a cell imports {{what}}, {COLAB}"
    ),
    r"\w+Error: '(?P<what>.+?)' is not a recognised GUI loop": (
        "a cell asks for figures by %matplotlib {what}, which is not installed here; take it out"
    ),
    r"RuntimeError: asyncio\.run\(\) cannot be called": (
        "a cell calls asyncio.run, which no notebook can; write await instead"
    ),
    "RuntimeError: Kernel died before replying": NO_START,
    r"RuntimeError: Kernel didn't respond": BUSY,
    "TimeoutError: Timeout waiting for": BUSY,
    "DeadKernelError": DIED,
    "CellTimeoutError": "a cell was not done in time",
    "NoSuchKernel: No such kernel named (?P<what>.+)": (
        "Jupyter has no kernel named {what} here; try `make setup`, then the batch again"
    ),
}


def plain(name: str, message: str) -> str:
    """One line about an error: in plain words if it is one of Jupyter's, else as Python tells it.

    Args:
        name: The error's class, as in `"ValueError"`.
        message: What it says; the first line counts.
    """
    lines = (message or "").strip().splitlines() or [""]
    told = f"{name}: {lines[0]}"[:500].rstrip(": ")
    matches = ((re.match(pattern, told), words) for pattern, words in WORDS.items())
    found = [words.format(**match.groupdict()) for match, words in matches if match]
    return found[-1] if found else told
