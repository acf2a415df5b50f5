"""Takes out of a submission what only Colab can do, and what would change this machine's packages.

Colab and its users add such lines anywhere: `drive.mount`, `%tensorflow_version`, `!pip install`.
"""

import ast
import re
from collections.abc import Iterator

NOTE = "# not run in a batch:"
_INSTALLS = r"(?:(?:python3?|sudo)\s+(?:-m\s+)?)*(?:pip3?|apt(?:-get)?|conda|mamba|uv|npm)\b"
_COMMAND = re.compile(
    rf"(?P<indent>\s*)(?:[!%]\s*{_INSTALLS}|%tensorflow_version\b|%(?:re)?load_ext\s+google\.colab|"
    r"[!%]\s*cd\s+[\"']?/content\b|%shell\b|!\s*(?:google-drive-ocamlfuse|fusermount)\b)"
)
_CELL = re.compile(r"\s*%%(?:shell|bigquery)\b")
_MAGIC = re.compile(r"(\s*)(?:%%?|!).*")


def without(sources: list[str]) -> list[str]:
    """The code cells of a notebook without those lines; each leaves a comment in its place.

    Args:
        sources: The cells' texts, in order: what one imports from `google.colab`, another one uses.
    """
    names: set[str] = set()
    return [_statements(_commands(source), names) for source in sources]


def _commands(source: str) -> str:
    """A cell without commands for a shell and magics that only Colab has, or that install."""
    if _CELL.match(source):
        return "\n".join(f"{NOTE} {line}" for line in source.splitlines())
    lines, goes_on = [], False
    for line in source.splitlines():
        found = _COMMAND.match(line)
        if found:
            lines.append(f"{found['indent']}pass  {NOTE} {line.strip()}")
        elif goes_on:
            lines.append(f"{NOTE} {line.strip()}")
        else:
            lines.append(line)
        goes_on = bool(found or goes_on) and line.rstrip().endswith("\\")
    return source if "\n".join(lines) == source.rstrip("\n") else "\n".join(lines)


def _statements(source: str, names: set[str]) -> str:
    """A cell without imports of `google.colab`, and without what is called by those names."""
    if "google.colab" not in source and not any(name in source for name in names):
        return source
    masked = "\n".join(_MAGIC.sub(r"\1pass", line) for line in source.split("\n"))
    try:
        found = list(_colabs(ast.parse(masked), names))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    lines = [line.encode() for line in source.split("\n")]
    for one in sorted(found, key=lambda s: (s.lineno, s.col_offset), reverse=True):
        start, stop = one.lineno - 1, one.end_lineno - 1
        behind = lines[stop][one.end_col_offset :]
        told = f"  {NOTE} {ast.unparse(one)}".encode() if not behind.strip() else b""
        lines[start : stop + 1] = [lines[start][: one.col_offset] + b"pass" + behind + told]
    return b"\n".join(lines).decode()


def _colabs(tree: ast.Module, names: set[str]) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _is_colab(node.module or ""):
            names.update(alias.asname or alias.name for alias in node.names)
            yield node
        elif isinstance(node, ast.Import) and all(_is_colab(alias.name) for alias in node.names):
            names.update(alias.asname for alias in node.names if alias.asname)
            yield node
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Expr | ast.Assign) else None
        called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
        if _is_colab(called) or called.split(".")[0] in names:
            yield node


def _is_colab(module: str) -> bool:
    return module == "google.colab" or module.startswith("google.colab.")
