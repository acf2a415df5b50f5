"""A model as Amazon SageMaker's TensorFlow Serving container takes it: `model.tar.gz`.

`archive` packs it; `inference.py` and `requirements.txt` are what is packed beside the model, and
run there alone, without the course. Nothing here has an account or sends anything anywhere.
"""

from helpers.models.sagemaker.archive import pack

__all__ = ["pack"]
