"""The page behind the link of an invitation: static files of ours, and a policy that lets nothing else run on it."""

from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.late import LateRoute
from dems.settings import Settings

router = APIRouter(include_in_schema=False, route_class=LateRoute)

_FOLDER = Path(__file__).parents[1] / "page"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
_START = "index.html"
_AGAIN = "again.html"


def _files() -> dict[str, tuple[bytes, str]]:
    """By name; a name that is not here is not looked for anywhere."""
    return {p.name: (p.read_bytes(), _KINDS[p.suffix]) for p in sorted(_FOLDER.iterdir()) if p.suffix in _KINDS}


_PAGE = _files()


@router.get("/i")
def invitation_page(request: Request) -> Response:
    """The page itself. What is after the # of its address never comes here: the browser keeps it."""
    return _answer(request, _START)


@router.get("/i/{name}")
def part_of_the_page(name: str, request: Request) -> Response:
    """Its style and programs."""
    return _answer(request, name) if name in _PAGE else _nothing_there(request, name)


@router.get("/i{rest:path}")
def link_that_was_changed(rest: str, request: Request) -> Response:
    """A link whose # was escaped by a program on its way: then the browser sent us what it should have kept."""
    return _nothing_there(request, rest)


def _nothing_there(request: Request, rest: str) -> Response:
    """In words for people who follow such a link, who are told nothing of what it held; else as for every address."""
    if "#" not in rest and "%23" not in rest:
        raise HTTPException(404)
    return _answer(request, _AGAIN, status=404, cached="no-store")


def _answer(request: Request, name: str, *, status: int = 200, cached: str = "no-cache") -> Response:
    """By `cached` the newest comes with every visit: an old program must not meet a new API."""
    body, media_type = _PAGE[name]
    headers = {
        "Content-Security-Policy": _policy(request.app.state.settings),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": cached,
    }
    return Response(body, status, headers, media_type)


def _policy(settings: Settings) -> str:
    """Programs and style from here only, none inside the document; data to us and, for evidence, to the store."""
    where = " ".join(["'self'", *_store(settings)])
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src {where}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types dems-hashing"
    )


def _store(settings: Settings) -> list[str]:
    address = settings.s3.public_endpoint or settings.s3.endpoint
    if address is None:
        return [
            f"https://{settings.s3.buckets.evidence}.s3.{settings.s3.region}.amazonaws.com",
            "https://s3.amazonaws.com",
        ]
    parts = urlsplit(address)
    return [f"{parts.scheme}://{parts.netloc}"]
