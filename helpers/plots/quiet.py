"""Lets Matplotlib say what fails, not where it keeps its lists of fonts."""

import logging

# without a home that can be written it works all the same, and warns twice in every notebook
logging.getLogger("matplotlib").setLevel(logging.ERROR)
