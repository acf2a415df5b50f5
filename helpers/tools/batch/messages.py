"""What a kernel of a batch tells its client, whatever a cell prints."""

import json

from jupyter_client.jsonutil import json_clean, json_default
from jupyter_client.session import json_packer


def packed(message: object) -> bytes:
    """A message as JSON in UTF-8; a half emoji (a lone surrogate) in it becomes `?`.

    Jupyter's own packer raises there, in the thread that sends all outputs. That thread may then
    wait for ever, and every output after it is lost.

    Args:
        message: A part of a Jupyter message, as `jupyter_client.session.Session.packer` gets it.
    """
    try:
        return json_packer(message)
    except UnicodeEncodeError:
        options = {"default": json_default, "ensure_ascii": False, "allow_nan": False}
        return json.dumps(json_clean(message), **options).encode(errors="replace")
