"""Whether pages can be opened is asked politely, remembered, and only said when it is certain."""

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.answers import details, speaker
from bot.link_checker import LinkChecker
from knowledge.catalogue import Catalogue
from knowledge.content_import import import_content
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.link_checks import LinkChecks, Outcome
from tests.builders import challenge_fields
from tests.conftest import WriteContent
from tests.interest_world import CHALLENGE, Clock

PAGE = "https://example.org/rapport"
AWAY = "borta"


class Site:
    """Pages on this machine, under any name but those that begin with `borta`, which nothing answers for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[tuple[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.closing = asyncio.Event()

    def url(self, path: str, host: str = "en.example") -> str:
        """Return the address of a page under a name."""
        return f"http://{host}:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as the path says."""
        self.asked.append((request.method, request.path))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if request.path == "/hang":
            await self.closing.wait()
        if request.path == "/moved":
            raise web.HTTPMovedPermanently("/ok")
        if request.path == "/login":
            raise web.HTTPFound("/ok")
        if request.path == "/round":
            raise web.HTTPFound("/round")
        if request.path == "/inside":
            raise web.HTTPFound("http://169.254.169.254/secret")
        if request.path == "/only-get" and request.method == "HEAD":
            raise web.HTTPMethodNotAllowed("HEAD", ["GET"])
        return web.Response(status=int(request.path[1:]) if request.path[1:].isdigit() else 200)


class _Here(AbstractResolver):
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - the base class's own
    ) -> list[ResolveResult]:
        if host.startswith(AWAY):
            raise OSError("no such name")
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Do nothing."""


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A web server of the test's own."""
    found = Site(0)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.answer)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.port = runner.addresses[0][1]
    yield found
    found.closing.set()
    await runner.cleanup()


async def outcomes(*urls: str, patience: float = 5) -> list[Outcome]:
    """Ask addresses without a pause; return what was heard, in order of address."""
    heard: list[Outcome] = []

    async def hear(outcome: Outcome) -> None:
        heard.append(outcome)

    await LinkChecker(aiohttp.TCPConnector(resolver=_Here()), pause=0, timeout=patience).check(urls, hear)
    return sorted(heard, key=lambda each: urls.index(each.url))


@pytest.mark.parametrize(
    ("path", "status", "is_failure"),
    [("/ok", 200, False), ("/404", 404, True), ("/410", 410, True), ("/500", 500, True), ("/403", 403, False), ("/429", 429, False)],
)
async def test_status(site: Site, path: str, status: int, *, is_failure: bool) -> None:
    """A page that is gone is a failure; one that only refuses machines is not."""
    (found,) = await outcomes(site.url(path))

    assert (status, is_failure) == (found.status, found.is_failure)


async def test_asks_for_as_little_as_can_be(site: Site) -> None:
    """A page is not fetched when its head says enough, and is when the server has no head."""
    (found, _) = await outcomes(site.url("/only-get"), site.url("/ok"))

    assert ([("HEAD", "/only-get"), ("GET", "/only-get"), ("HEAD", "/ok")], 200) == (site.asked, found.status)


async def test_moved(site: Site) -> None:
    """A permanent redirect is followed and told; a passing one is only followed."""
    moved, login = await outcomes(site.url("/moved"), site.url("/login"))

    assert (301, site.url("/ok"), False) == (moved.status, moved.moved_to, moved.is_failure)
    assert (200, "") == (login.status, login.moved_to)


@pytest.mark.parametrize(
    ("path", "host", "cause"),
    [
        ("/round", "en.example", "redirects"),
        ("/inside", "en.example", "private_address"),
        ("/ok", "127.0.0.1", "private_address"),
        ("/ok", "[::1]", "private_address"),
        ("/ok", f"{AWAY}.example", "no_connection"),
    ],
)
async def test_no_answer(site: Site, path: str, host: str, cause: str) -> None:
    """An address that leads nowhere, round in circles or into a network of one's own is a failure with its cause."""
    _, found = await outcomes(site.url("/ok", "annan.example"), site.url(path, host))

    assert (None, cause, True) == (found.status, found.cause, found.is_failure)


async def test_hangs(site: Site) -> None:
    """A page that never comes is given up."""
    _, found = await outcomes(site.url("/ok", "annan.example"), site.url("/hang"), patience=0.3)

    assert "timeout" == found.cause


async def test_names_of_the_house_are_refused() -> None:
    """A name that leads to this machine is not asked, when nothing stands in for the network."""
    with pytest.raises(UnavailableError, match="network_away"):
        await LinkChecker(pause=0).check(["http://localhost:9/"], _never)


async def test_network_away() -> None:
    """When the first ten hosts cannot be reached nothing is heard of any page, and the rest is not asked."""
    with pytest.raises(UnavailableError, match="network_away hosts=10"):
        await LinkChecker(aiohttp.TCPConnector(resolver=_Here()), pause=0).check([f"http://{AWAY}{n}.example/" for n in range(30)], _never)


async def test_one_answer_is_enough(site: Site) -> None:
    """When one host answers, the others that do not are heard of, also those before it."""
    found = await outcomes(*(f"http://{AWAY}{n}.example/" for n in range(9)), site.url("/ok"))

    assert 9 == sum(each.is_failure for each in found)


async def test_one_at_a_time(site: Site) -> None:
    """A host is asked one thing at a time."""
    await outcomes(*(site.url(f"/ok/{n}") for n in range(6)))

    assert (6, 1) == (len(site.asked), site.most_at_once)


async def _never(outcome: Outcome) -> None:
    pytest.fail(f"heard of {outcome}")


@pytest.fixture
def checks(database: Database, content_folder: WriteContent, clock: Clock) -> LinkChecks:
    """Checks of a catalogue whose one challenge rests on one page."""
    import_content(database, content_folder(challenge_fields()), "anna")
    return LinkChecks(database, clock)


def _fail(checks: LinkChecks, clock: Clock, times: int, **apart: float) -> None:
    for _ in range(times):
        checks.record([Outcome(PAGE, 404)])
        clock.move(**apart)


def _states(checks: LinkChecks) -> list[str]:
    return [each.state for each in checks.report()]


def test_due(checks: LinkChecks, clock: Clock) -> None:
    """A page is asked when it never was, and again when its days have passed; one that failed is asked the day after."""
    assert [PAGE] == checks.due(30)
    checks.record([Outcome(PAGE, 200)])
    clock.move(days=29)
    assert [] == checks.due(30)
    clock.move(days=1)
    assert [PAGE] == checks.due(30)
    checks.record([Outcome(PAGE, 404)])
    clock.move(days=1)
    assert [PAGE] == checks.due(30)


def test_few_are_asked_with_others(checks: LinkChecks, database: Database, content_folder: WriteContent) -> None:
    """Where few pages are due, those of other hosts are asked with them, up to ten: so a dead page is told from a dead network."""
    sources = [{"title": f"Sida {n}", "url": f"https://h{n}.example/", "year": None} for n in range(20)]
    import_content(database, content_folder(challenge_fields(sources=sources)), "anna")
    checks.record([Outcome(each["url"], 200) for each in sources[1:]])

    assert (10, "https://h0.example/") == (len(checks.due(30)), checks.due(30)[0])


@pytest.mark.parametrize(("times", "apart", "expected"), [(2, 24, ["failing"]), (3, 24, ["broken"]), (5, 1, ["failing"])])
def test_broken(checks: LinkChecks, clock: Clock, times: int, apart: float, expected: list[str]) -> None:
    """A page is broken when it failed three times in a row on days of their own; failures on one day are one."""
    _fail(checks, clock, times, hours=apart)

    assert expected == _states(checks)


def test_mended(checks: LinkChecks, clock: Clock) -> None:
    """A page that answers again is fine."""
    _fail(checks, clock, 3, days=1)
    checks.record([Outcome(PAGE, 200)])

    assert [] == _states(checks)


@pytest.mark.parametrize(
    ("outcome", "state"), [(Outcome(PAGE, 301, moved_to="https://ny.example/"), "moved"), (Outcome(PAGE, 403), "unsure")]
)
def test_report(checks: LinkChecks, outcome: Outcome, state: str) -> None:
    """The report has pages that have moved and those that refuse machines, with the entries that rest on them."""
    checks.record([outcome])
    (found,) = checks.report()

    assert (state, (CHALLENGE,), outcome.moved_to) == (found.state, found.entries, found.cause)


@pytest.mark.parametrize(("times", "expected"), [(2, False), (3, True)])
def test_said_on_the_entry(checks: LinkChecks, clock: Clock, database: Database, times: int, *, expected: bool) -> None:
    """An entry says of a broken page, and only of that, that it could not be opened."""
    _fail(checks, clock, times, days=1)
    card = details(speaker("sv"), Catalogue(database).challenge(CHALLENGE), [], 0)

    assert [expected] == ["gick inte att öppna" in link.text for link in card.links]
