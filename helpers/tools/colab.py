"""Makes upload-ready copies: `python -m helpers.tools.colab`, see `copies.colab`."""

from helpers.tools.copies import make_colab

if __name__ == "__main__":
    make_colab()
