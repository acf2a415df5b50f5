"""What a service may do and how much of everything: all its limits in one place."""

from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 10_000_000
MOST_PICTURES = 32
OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Choices:
    """The settings of one service.

    Attributes:
        model: The `.keras` file that it serves; None serves none.
        host: The address that it listens at. Only this machine reaches 127.0.0.1.
        port: 0 takes one that is free.
        hosts: Names that a request may ask for in its `Host` header; a page of another site, whose
            name was made to mean this machine, is refused by it.
        allow_training: Whether `POST /train` is switched on, for everybody who reaches it.
        most_epochs: The longest training that can be asked for.
        wait_ms: Milliseconds that a picture waits for others, so that the network is asked once
            for all of them; 0 asks for each picture alone.
        most_bytes: Bytes of one request.
        silence: Seconds in which the next part of a request must come.
        patience: Seconds in which a request must be here as a whole.
        most_connections: Connections at a time; more are told to come back.
    """

    model: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    hosts: tuple[str, ...] = OWN_HOSTS
    allow_training: bool = False
    most_epochs: int = 20
    wait_ms: float = 5.0
    most_bytes: int = MOST_BYTES
    silence: float = 5.0
    patience: float = 20.0
    most_connections: int = 200
