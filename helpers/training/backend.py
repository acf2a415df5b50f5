"""What Keras computes with, whatever its own settings say: TensorFlow, channels last, float32."""

import json
import os
from pathlib import Path

from helpers.errors import PlainError

OURS = {
    "backend": "tensorflow",
    "image_data_format": "channels_last",
    "floatx": "float32",
    "epsilon": 1e-7,
}


class BackendError(PlainError):
    """Keras can't be used as the course needs it; the message says why, and what to do."""


def settings_file() -> Path:
    """Where Keras keeps its settings, whether the file is there or not."""
    home = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    return Path(home) / "keras.json"


def unreadable(error: Exception) -> BackendError:
    """The error that is told where Keras stops at its own settings as it is imported."""
    return BackendError(
        f"Keras can't be imported: {error}\nLook into {settings_file()}, or name another folder "
        "with KERAS_HOME; without that file Keras takes its defaults."
    )


def settle(keras) -> None:
    """Gives Keras the course's settings; call it before a layer is made.

    Args:
        keras: The module.

    Raises:
        BackendError: Keras was imported earlier, with another backend.
    """
    if keras.config.backend() != OURS["backend"]:
        raise BackendError(
            f"Keras was imported with the backend {keras.config.backend()}, before the course's "
            "helpers; the course needs tensorflow. Restart the kernel, and run the cells from the "
            "top: `from helpers import training` comes before `import keras`."
        )
    keras.config.set_image_data_format(OURS["image_data_format"])
    keras.config.set_floatx(OURS["floatx"])
    keras.config.set_epsilon(OURS["epsilon"])


def set_aside() -> str:
    """Which of Keras' settings on this machine don't count, in one line; empty if all fit."""
    named = os.environ.get("COURSE_SET_ASIDE")
    found = [named] if named else []
    foreign = {name: value for name, value in _written().items() if value != OURS[name]}
    if foreign:
        listed = ", ".join(f"{name} {value}" for name, value in foreign.items())
        found.append(f"{listed} in {settings_file().name}")
    if not found:
        return ""
    ours = f"{OURS['backend']}, {OURS['image_data_format']}, {OURS['floatx']}"
    return f"Keras' settings on this machine are set aside ({'; '.join(found)}): here it is {ours}."


def _written() -> dict[str, object]:
    """What Keras' settings file says about what the course decides; nothing if it is damaged."""
    try:
        written = json.loads(settings_file().read_text(encoding="utf-8"))
        return {name: written[name] for name in OURS if name in written}
    except (OSError, ValueError, TypeError):
        return {}
