"""The page for people at `/`, and the description of all addresses at `/docs`.

Swagger UI (https://github.com/swagger-api/swagger-ui) shows the description. Its files come from
the package fastapi-offline, so that no browser asks another host for them.
"""

import importlib.resources
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)
_FOLDER = Path(__file__).parent / "page"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_SWAGGER = ("swagger-ui-bundle.js", "swagger-ui.css")
# Swagger UI gives its elements styles of their own, and carries small pictures within them
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@router.api_route("/", methods=["GET", "HEAD"])
async def page() -> FileResponse:
    """The page that people use."""
    return FileResponse(_FOLDER / "index.html")


@router.get("/docs")
async def docs() -> FileResponse:
    """All addresses, to read and to try."""
    return FileResponse(_FOLDER / "docs.html", headers={"content-security-policy": _DOCS_POLICY})


@router.get("/page/{name}")
async def part(name: str) -> FileResponse:
    """A part of the two pages."""
    if name in _SWAGGER:
        return FileResponse(
            Path(str(importlib.resources.files("fastapi_offline") / "static" / name))
        )
    files = {path.name: path for path in _FOLDER.iterdir() if path.suffix in _KINDS}
    if name not in files:
        raise HTTPException(404)
    return FileResponse(files[name], media_type=_KINDS[files[name].suffix])
