"""What the service takes and gives, as its own description (OpenAPI) says it."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1.0001)]


def _whole(value: object) -> object:
    """A number such as 21.0 is an integer in JSON Schema; Pydantic's strict `int` refuses it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str = Field(description="One sentence.")


class Answer(BaseModel):
    """What the network says about one picture."""

    model_config = ConfigDict(protected_namespaces=())

    class_id: int = Field(ge=0, description="Place of the class in the list of /info.")
    class_name: str
    confidence: Share = Field(description="Probability of that class.")
    probabilities: dict[str, Share] = Field(description="Probability of each class.")
    filters_applied: list[str] = Field(description="Fixed filters that the network begins with.")
    calibrated: Share | None = Field(
        description="The confidence after the model's temperature; null if none was fitted."
    )
    model_version: str = Field(description="First twelve digits of the model's SHA-256.")


class Answers(BaseModel):
    """What the network says about several pictures, in their order."""

    results: list[Answer | Problem]


class Health(BaseModel):
    """Whether the service lives, and whether it can answer."""

    live: bool
    ready: bool
    reason: str | None = Field(description="Why it can't answer.")


class Information(BaseModel):
    """Which model answers, what it was trained on and what it needs."""

    model_config = ConfigDict(protected_namespaces=())

    classes: list[str]
    model_version: str
    sha256: str
    preprocessing: str
    filters_applied: list[str]
    input: dict[str, Any]
    dataset: str
    profile: str
    temperature: float | None
    record: dict[str, Any]
    versions: dict[str, str]
    hardware: str
    training_allowed: bool


class Wish(BaseModel):
    """A training that is asked for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    epochs: Whole = Field(ge=1, le=10_000, description="Passes over the training images.")


class Job(BaseModel):
    """A training, and how far it is."""

    id: str
    state: str = Field(description="running, taken over, not better, failed or stopped")
    epochs: int
    epochs_done: int
    val_accuracy_before: float | None = None
    val_accuracy: float | None = None
    model_version: str | None = Field(None, description="The version that it has made.")
    detail: str | None = Field(None, description="One sentence on how it ended.")

    model_config = ConfigDict(protected_namespaces=())


def body(field: str, several: bool = False) -> dict[str, Any]:
    """The description of a form with pictures in one field."""
    file = {"type": "string", "format": "binary"}
    listed = {"type": "array", "items": file, "minItems": 1, "maxItems": 32}
    schema = {
        "type": "object",
        "description": "Beside it at most eight fields without a file, which play no part.",
        "required": [field],
        "properties": {field: listed if several else file},
    }
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that an address may answer with, each with one sentence."""
    return {status: {"model": Problem} for status in statuses}


def sentence(words: str) -> str:
    """Words with a capital letter and a full stop."""
    words = words.strip()
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '!', '?')) else '.'}"
