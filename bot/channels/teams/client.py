"""Teams' REST interface: a message into a conversation, a chat with a person, and the token that both need."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp
from microsoft_teams.api.auth.cloud_environment import PUBLIC
from msal import ConfidentialClientApplication  # type: ignore[import-untyped]

from bot.settings import Settings
from knowledge.errors import UnavailableError

log = logging.getLogger(__name__)

Message = dict[str, Any]
OwnToken = Callable[[], Awaitable[str]]

_SECONDS = 15
# Microsoft's advice for bots: try again after these, later each time.
_AGAIN = {
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_PAUSES = (1.0, 2.0, 4.0)
# Whoever is asked to wait longer leaves it to the outbox, or tells the person.
_LONGEST_PAUSE = 30.0


class TeamsError(Exception):
    """Teams did not do what it was asked: HTTP's status, 0 when there was none, and Teams' own word, which never repeats a text.

    `again_after` is the least wait in seconds before it may go better, None when it will not.
    """

    def __init__(self, status: int, code: str, again_after: float | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.again_after = again_after


class Client:
    """Calls Teams; waits and tries again where Teams asks for patience. `close` gives the connections back."""

    def __init__(self, settings: Settings, own_token: OwnToken, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._client_id = settings.teams_client_id
        self._own_token = own_token
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None

    async def send(self, service_url: str, conversation: str, activity: Message) -> str:
        """Send an activity to a conversation, in a channel's thread with `;messageid=`; return its id, empty for typing.

        Teams knows no message twice: one that is tried again because its answer was lost is shown twice.

        Raises:
            TeamsError: the conversation is gone, or Teams cannot be reached, also after trying again.
        """
        answer = await self._call("POST", service_url, _activities(conversation), activity | self._us("from"))
        return str(answer.get("id") or "")

    async def update(self, service_url: str, conversation: str, message: str, activity: Message) -> None:
        """Put an activity in the place of a message that was sent, for everybody who sees it. Raises as `send`."""
        await self._call("PUT", service_url, f"{_activities(conversation)}/{quote(message, safe='')}", activity | self._us("from"))

    async def open_chat(self, service_url: str, tenant: str, account: str) -> str:
        """Return the id of a person's own chat with the guide; `account` is Teams' id of the person. Raises as `send`."""
        about = {"isGroup": False, "members": [{"id": account}], "tenantId": tenant, "channelData": {"tenant": {"id": tenant}}}
        if not (conversation := (await self._call("POST", service_url, "v3/conversations", about | self._us("bot"))).get("id")):
            raise TeamsError(0, "no conversation")
        return str(conversation)

    async def check(self) -> None:
        """See whether Microsoft gives us a token; raise UnavailableError with Microsoft's word when it does not."""
        try:
            await self._own_token()
        except TeamsError as error:
            raise UnavailableError("teams", cause=error.code) from error

    async def close(self) -> None:
        """Give back the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    def _us(self, name: str) -> Message:
        return {name: {"id": self._client_id}} if self._client_id else {}

    async def _call(self, method: str, service_url: str, path: str, body: Message) -> Message:
        url = f"{service_url.rstrip('/')}/{path}"
        for pause in _PAUSES:
            try:
                return await self._once(method, url, body)
            except TeamsError as error:
                if error.again_after is None or error.again_after > _LONGEST_PAUSE:
                    raise
                log.info("Teams asks for patience: %s", error)
                await self._sleep(max(pause, error.again_after))
        return await self._once(method, url, body)

    async def _once(self, method: str, url: str, body: Message) -> Message:
        token = await self._own_token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with self._http().request(method, url, json=body, headers=headers, allow_redirects=False) as response:
                answer = await _json(response)
                if response.status < HTTPStatus.MULTIPLE_CHOICES:
                    return answer
                again_after = _retry_after(response) if response.status in _AGAIN else None
                raise TeamsError(response.status, _code(answer), again_after)
        except TimeoutError as error:  # it may have been taken: trying again could show it twice
            raise TeamsError(0, "timeout") from error
        except aiohttp.ClientError as error:
            raise TeamsError(0, type(error).__name__, again_after=0) from error

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            # The way out may lead through a proxy of the environment, as it does for what fetches keys and tokens.
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS), trust_env=True)
        return self._session


class MicrosoftToken:
    """Our own token from Microsoft, by MSAL, which keeps and renews it.

    In a thread of its own: making MSAL's application already asks Microsoft, which the SDK does on the loop and without a limit of time.
    """

    def __init__(self, settings: Settings, http_client: Any = None) -> None:
        self._settings = settings
        self._http_client = http_client
        self._application: Any = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="teams-own-token")

    async def __call__(self) -> str:
        """Return a token that is good now, none where we only develop; raise TeamsError with Microsoft's word when none is given."""
        if not self._settings.teams_client_id:
            return ""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._acquire)

    def close(self) -> None:
        """Give back the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _acquire(self) -> str:
        settings = self._settings
        try:
            if self._application is None:
                self._application = ConfidentialClientApplication(
                    settings.teams_client_id,
                    client_credential=settings.teams_client_secret,
                    authority=f"{PUBLIC.login_endpoint}/{settings.teams_tenant}",
                    http_client=self._http_client,
                    timeout=_SECONDS,
                )
            answer = self._application.acquire_token_for_client([PUBLIC.bot_scope])
        except (OSError, ValueError, LookupError) as error:  # not reachable; an unknown directory; somebody else answers
            raise TeamsError(0, type(error).__name__) from None
        if "access_token" not in answer:
            raise TeamsError(0, str(answer.get("error")))
        return str(answer["access_token"])


def _activities(conversation: str) -> str:
    return f"v3/conversations/{quote(conversation, safe=':@;=')}/activities"


async def _json(response: aiohttp.ClientResponse) -> Message:
    try:
        answer = await response.json(content_type=None)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _code(answer: Message) -> str:
    error = answer.get("error")
    return str(error.get("code") or "") if isinstance(error, dict) else ""


def _retry_after(response: aiohttp.ClientResponse) -> float:
    """Return the seconds that Teams asks us to wait, given as seconds or as a time of day; 0 when it does not say."""
    given = response.headers.get("Retry-After", "")
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - time.time())
    except ValueError:
        return 0.0
