"""Makes the copies for a class: `python -m helpers.tools.student`, see `copies.student`."""

from helpers.tools.copies import make_student

if __name__ == "__main__":
    make_student()
