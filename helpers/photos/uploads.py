"""An upload button, in JupyterLab and in Colab."""

from IPython.display import display


def ask(accept: str = "image/*", words: str = "Pictures") -> object:
    """Shows an upload button; returns what `received` takes.

    In Colab the cell waits until files were chosen. In JupyterLab it goes on at once: choose the
    files, then run the cell with `received`.

    Args:
        accept: Which files the button offers, as in HTML; Colab offers all.
        words: What stands on the button in JupyterLab.
    """
    try:
        from google.colab import files
    except ImportError:
        import ipywidgets

        button = ipywidgets.FileUpload(accept=accept, multiple=True, description=words)
        display(button)
        return button
    return files.upload()


def received(box: object) -> dict[str, bytes]:
    """The uploaded files by name; none if there is no upload, or nothing was chosen yet.

    Args:
        box: What `ask` returned, or None.
    """
    if box is None:
        return {}
    if isinstance(box, dict):
        return dict(box)
    return {file["name"]: bytes(file["content"]) for file in box.value}
