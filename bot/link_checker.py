"""Ask whether pages can still be opened: politely, a bounded number at a time, and never at an address of the house itself."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from knowledge.errors import UnavailableError
from knowledge.link_checks import HOSTS_TO_TELL, Outcome

_USER_AGENT = "Digitaliseringsguiden (checks that linked pages are there)"
_AT_ONCE = 8
_PAUSE_SECONDS = 1.0
_TIMEOUT_SECONDS = 20.0
_MOST_HOPS = 6
_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_FIRST_ERROR = 400

# Hears how one address answered.
Heard = Callable[[Outcome], Awaitable[None]]


class _PrivateAddressError(OSError):
    """A name or an address that leads into a network of one's own."""


class LinkChecker:
    """Asks addresses; `connector` stands in for the network in tests."""

    def __init__(
        self, connector: aiohttp.BaseConnector | None = None, pause: float = _PAUSE_SECONDS, timeout: float = _TIMEOUT_SECONDS
    ) -> None:
        self._connector = connector
        self._pause = pause
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def check(self, urls: Sequence[str], heard: Heard) -> None:
        """Ask every address, one at a time of each host with a pause between, and let `heard` hear of each.

        Nothing is heard of until one host has answered: a machine without a network would find every page broken.

        Raises:
            UnavailableError: the first ten hosts, or all where there are fewer, could not be reached; nothing was heard.
        """
        by_host: dict[str, list[str]] = {}
        for url in urls:
            by_host.setdefault(urlsplit(url).hostname or "", []).append(url)
        network = _Network(min(HOSTS_TO_TELL, len(by_host)), heard)
        connector = self._connector or aiohttp.TCPConnector(resolver=_PublicResolver())
        async with aiohttp.ClientSession(connector=connector, timeout=self._timeout, headers={"User-Agent": _USER_AGENT}) as session:
            try:
                async with asyncio.TaskGroup() as tasks:
                    for host, theirs in by_host.items():
                        tasks.create_task(self._ask_host(session, host, theirs, network))
            except* UnavailableError as errors:
                raise errors.exceptions[0] from None

    async def _ask_host(self, session: aiohttp.ClientSession, host: str, urls: Sequence[str], network: "_Network") -> None:
        for number, url in enumerate(urls):
            if number:
                await asyncio.sleep(self._pause)
            async with self._places:
                outcome = await self._ask(session, url)
            await network.hear(host, outcome)

    async def _ask(self, session: aiohttp.ClientSession, url: str) -> Outcome:
        try:
            return await self._follow(session, url)
        except TimeoutError:
            return Outcome(url, None, "timeout")
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError):
            return Outcome(url, None, "bad_address")
        except aiohttp.ClientConnectorCertificateError:
            return Outcome(url, None, "certificate")
        except (aiohttp.ClientError, OSError) as error:
            is_private = isinstance(error, _PrivateAddressError) or isinstance(error.__cause__, _PrivateAddressError)
            return Outcome(url, None, "private_address" if is_private else "no_connection")

    async def _follow(self, session: aiohttp.ClientSession, url: str) -> Outcome:
        at, first = url, 0
        for _ in range(_MOST_HOPS):
            status, leads_to = await self._status(session, at)
            if not leads_to:
                moved = first in _PERMANENT and status < _FIRST_ERROR
                return Outcome(url, first, moved_to=at) if moved else Outcome(url, status)
            at, first = urljoin(at, leads_to), first or status
        return Outcome(url, None, "redirects")

    async def _status(self, session: aiohttp.ClientSession, url: str) -> tuple[int, str]:
        """Return the status of one address and where it leads; a page is asked for whole only by servers that know nothing shorter."""
        _refuse_private(urlsplit(url).hostname or "")
        async with session.head(url, allow_redirects=False) as response:
            if response.status < _FIRST_ERROR:
                return response.status, _leads_to(response)
        await asyncio.sleep(self._pause)
        async with session.get(url, allow_redirects=False) as response:
            return response.status, _leads_to(response)


class _Network:
    """Holds back what is heard until some host has answered, and gives up when enough hosts have not."""

    def __init__(self, hosts: int, heard: Heard) -> None:
        self._hosts = hosts
        self._heard = heard
        self._held: list[Outcome] = []
        self._silent: set[str] = set()
        self._is_there = False

    async def hear(self, host: str, outcome: Outcome) -> None:
        """Take in how an address answered; raise UnavailableError when the network seems to be away."""
        self._held.append(outcome)
        if outcome.status is not None:
            self._is_there = True
        if self._is_there:
            held, self._held = self._held, []
            for each in held:
                await self._heard(each)
            return
        self._silent.add(host)
        if len(self._silent) >= self._hosts:
            raise UnavailableError("network_away", hosts=len(self._silent))


class _PublicResolver(AbstractResolver):
    """Looks names up as the machine does, and refuses those that lead into a network of one's own."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        for each in found:
            _refuse_private(each["host"])
        return found

    async def close(self) -> None:
        await self._resolver.close()


def _refuse_private(host: str) -> None:
    """Raise _PrivateAddressError when `host` is the address of a machine that the internet does not reach; names are let through."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return
    if not address.is_global or address.is_multicast:
        raise _PrivateAddressError(host)


def _leads_to(response: aiohttp.ClientResponse) -> str:
    return response.headers.get("Location", "") if response.status in _REDIRECTS else ""
