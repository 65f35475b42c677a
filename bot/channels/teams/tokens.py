"""Whether a request comes from Teams: its token is checked off the loop, with keys that were fetched before they are needed."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
from microsoft_teams.api.auth.cloud_environment import CloudEnvironment
from microsoft_teams.apps.auth import TokenValidator

log = logging.getLogger(__name__)

# Many who have no token can fill these threads, and nobody else's.
_THREADS = 4
# Teams gives up on a request after some ten seconds.
_SECONDS = 8.0
_FETCH_SECONDS = 10.0
# Microsoft: the keys may be kept long, and should be fetched anew at least once a day.
_KEPT_SECONDS = 24 * 3600.0
_RENEWED_SECONDS = 3600.0
_AGAIN_SECONDS = 5.0


class Validator:
    """Takes the place of the SDK's own validator, which fetches Microsoft's keys on the loop and waits 30 seconds for them.

    It takes tokens from Teams alone. The SDK also takes those of Agent 365, which do not say where they come from, so that our own
    token would be sent to whatever address a request names.
    """

    def __init__(self, client_id: str, cloud: CloudEnvironment) -> None:
        self._inner = TokenValidator.for_service(client_id, cloud=cloud)
        self._keys = jwt.PyJWKClient(self._inner.options.jwks_uri, lifespan=_KEPT_SECONDS, timeout=_FETCH_SECONDS)
        self._inner._jwks_client = self._keys  # noqa: SLF001  # a test fails when the SDK calls it something else
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="teams-tokens")
        self._has_keys = asyncio.Event()

    async def validate_token(self, raw_token: str, service_url: str | None = None) -> dict[str, Any]:
        """Return what a token claims.

        Raises:
            InvalidTokenError, PyJWKClientError: it is not from Teams, not for us, or for another service URL.
            TimeoutError: so many are checked that it is not this one's turn.
        """

        def validate() -> dict[str, Any]:
            return asyncio.run(self._inner.validate_token(raw_token, service_url))

        try:
            async with asyncio.timeout(_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(self._threads, validate)
        except (jwt.PyJWTError, TimeoutError) as error:  # their words repeat the token's
            log.warning("Refused: a request with a token that is not right (%s)", type(error).__name__)
            raise

    async def keep_keys(self) -> None:
        """Fetch Microsoft's keys, and then anew every hour, until cancelled; those that are had are kept while no others can be."""
        told = False
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(self._threads, self._keys.get_jwk_set, True)
            except (jwt.PyJWTError, OSError, ValueError) as error:
                if not told:
                    log.error("The keys that tokens from Teams are signed with cannot be fetched: %s", type(error).__name__)
                told = True
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                told = False
                self._has_keys.set()
                await asyncio.sleep(_RENEWED_SECONDS)

    async def is_ready(self) -> bool:
        """Wait for the first keys, but no longer than Teams would; tell whether they are here."""
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._has_keys.wait()
        except TimeoutError:
            return False

    def close(self) -> None:
        """Give back the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
