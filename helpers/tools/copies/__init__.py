"""Copies of the notebooks: for students, for handing out, with solutions, for Colab.

`editing` is what all copies share, `student` and `colab` make theirs.
May import the other tools; what stands in a copy comes from the notebook, never from here.
New: another kind of copy is a room with a function from a notebook to its copy.
"""

from helpers.tools.copies.colab import colab_copy
from helpers.tools.copies.colab import main as make_colab
from helpers.tools.copies.editing import emptied, tagged, write
from helpers.tools.copies.student import main as make_student

__all__ = ["colab_copy", "emptied", "make_colab", "make_student", "tagged", "write"]
