"""The page where the link «stop following» of an e-mail leads; opening it changes nothing, for mail programs open links by themselves."""

import asyncio
import html
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.settings import LANGUAGES
from bot.texts import DEFAULT, text
from knowledge.errors import NotFoundError, UnavailableError
from knowledge.following import Following

Handler = Callable[[web.Request], Awaitable[web.Response]]

_CHANNEL = "mail"
_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title></head><body><main><h1>{title}</h1>{content}</main></body></html>"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
}


def add_to(router: web.UrlDispatcher, following: Following) -> None:
    """Serve the page; a button on it, or a mail program's own one click (RFC 8058), ends the follow."""

    async def ask(request: web.Request) -> web.Response:
        language = _language(request)
        button = f'<form method="post"><button>{_say(language, "button")}</button></form>'
        return _page(language, f"<p>{_say(language, 'question')}</p>{button}")

    async def unfollow(request: web.Request) -> web.Response:
        language = _language(request)
        try:
            await asyncio.to_thread(following.unfollow_by, request.match_info["token"], _CHANNEL)
        except NotFoundError as error:
            return _page(language, f"<p>{_error(language, error)}</p>")
        except UnavailableError as error:
            return _page(language, f"<p>{_error(language, error)}</p>", status=503)
        return _page(language, f"<p>{_say(language, 'done')}</p>")

    router.add_get("/unfollow/{token}", ask)
    router.add_post("/unfollow/{token}", unfollow)


def _language(request: web.Request) -> str:
    asked = request.query.get("language", DEFAULT)
    return asked if asked in LANGUAGES else DEFAULT


def _say(language: str, key: str) -> str:
    return html.escape(text(language, f"unfollow.{key}"))


def _error(language: str, error: NotFoundError | UnavailableError) -> str:
    return html.escape(text(language, f"error.{error.key}", **error.details))


def _page(language: str, content: str, status: int = 200) -> web.Response:
    page = _PAGE.format(language=language, title=_say(language, "title"), content=content)
    return web.Response(text=page, content_type="text/html", status=status, headers=_HEADERS)
