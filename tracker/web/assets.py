"""Static files: read once, addressed by the hash of their content, cached for ever.

They are few and small, so they stay in memory with a compressed copy; a request names a file by
looking it up, so no path of the disk can be reached.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request, url_for

FOLDER = Path(__file__).resolve().parent.parent.parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
COMPRESSIBLE = {"text/css", "text/html", "text/javascript", "image/svg+xml", "application/json"}
LEAST_BYTES = 1024
"""Smaller answers are sent as they are."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file."""

    content: bytes
    compressed: bytes
    media_type: str
    digest: str


def read_assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Every file under the folder, by its path within it."""
    assets: dict[str, Asset] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            content = path.read_bytes()
            assets[path.relative_to(folder).as_posix()] = Asset(
                content=content,
                compressed=gzip.compress(content, 9, mtime=0),
                media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
                digest=hashlib.sha256(content).hexdigest()[:16],
            )
    return assets


def register(app: Flask) -> None:
    """Serve static files and compress text answers."""
    assets = read_assets()

    @app.get("/static/<digest>/<path:name>", endpoint="static")
    def static(digest: str, name: str) -> Response:
        asset = assets.get(name)
        if asset is None:
            abort(404)
        response = Response(asset.content, content_type=_with_charset(asset.media_type))
        if _takes_gzip() and asset.media_type in COMPRESSIBLE:
            response.set_data(asset.compressed)
            response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        # A page from before an update may ask for a digest that is gone: it gets the new file once.
        response.headers["Cache-Control"] = FOR_EVER if digest == asset.digest else "no-cache"
        return response

    @app.template_global()
    def asset(name: str) -> str:
        """The address of a static file; a name that is not there raises KeyError."""
        return url_for("static", digest=assets[name].digest, name=name)

    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if (
        response.is_streamed
        or response.direct_passthrough
        or response.mimetype not in COMPRESSIBLE
        or "Content-Encoding" in response.headers
        or not _takes_gzip()
    ):
        return response
    content = response.get_data()
    if len(content) >= LEAST_BYTES:
        response.set_data(gzip.compress(content, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response


def _takes_gzip() -> bool:
    return request.accept_encodings["gzip"] > 0


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type in COMPRESSIBLE else media_type
