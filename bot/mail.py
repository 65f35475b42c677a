"""How a message leaves the program: over SMTP, or as a file in the home folder when no mail server is set."""

import asyncio
import contextlib
import hashlib
import os
import ssl
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formataddr, formatdate
from pathlib import Path
from typing import Self

import aiosmtplib
from email_validator import EmailNotValidError, validate_email

from bot.messages import Rendered, render
from bot.settings import Settings
from knowledge.errors import UnavailableError
from knowledge.outbox import Claimed, UndeliverableError

# With ten messages a round, every one is tried before the lease of the round ends (knowledge/outbox.py LEASE).
A_ROUND = 10
_SECONDS = 25.0
_GOODBYE_SECONDS = 2.0

_MAILTO = "mailto:"
_PERMANENT = 500
_SENDER_NAME = "Digitaliseringsguiden"
_NO_SENDER = "guiden@localhost"


class Mail:
    """Delivers messages; one connection serves as many of them as come in a row. `async with` gives it back."""

    def __init__(self, settings: Settings, seconds: float = _SECONDS) -> None:
        self._settings = settings
        self._seconds = seconds
        self._client: aiosmtplib.SMTP | None = None

    async def __aenter__(self) -> Self:
        """Begin; the connection is made with the first message."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give the connection back."""
        if self._client is not None:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await self._client.quit()
        self._hang_up()

    async def deliver(self, message: Claimed) -> None:
        """Deliver one message of the outbox.

        Raises:
            UndeliverableError: the recipient has no e-mail address, or the mail server will never take a message to it.
            SMTPException, OSError, TimeoutError: it may go better later.
        """
        email = compose(self._settings, message)
        if not self._settings.smtp_host:
            await asyncio.to_thread(_write, self._settings.outbox, message, email)
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._send(email)
        except BaseException:
            # Whatever went wrong, also being stopped: nobody knows what this connection has heard.
            self._hang_up()
            raise

    async def check(self) -> None:
        """Raise UnavailableError unless the mail server lets us in; nothing is sent."""
        try:
            async with asyncio.timeout(self._seconds), self:
                await self._connected()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            host, port = self._settings.smtp_host, self._settings.smtp_port
            raise UnavailableError("mail_server", host=host, port=port, cause=str(error) or type(error).__name__) from error

    async def _send(self, email: EmailMessage) -> None:
        client = await self._connected()
        try:
            await client.send_message(email)
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            raise _judged(refused.code, refused.message, error) from error
        except aiosmtplib.SMTPNotSupported as error:  # an address with å before its @
            raise UndeliverableError(error) from error
        except aiosmtplib.SMTPDataError as error:
            raise _judged(error.code, error.message, error) from error

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is None:
            given = self._settings
            self._client = aiosmtplib.SMTP(
                hostname=given.smtp_host,
                port=given.smtp_port,
                username=given.smtp_username or None,
                password=given.smtp_password or None,
                use_tls=given.smtp_tls == "tls",
                start_tls=given.smtp_tls == "starttls",
                tls_context=ssl.create_default_context() if given.smtp_tls != "none" else None,
                timeout=self._seconds,
            )
            await self._client.connect()
        return self._client

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def compose(settings: Settings, message: Claimed) -> EmailMessage:
    """Return a message of the outbox as an e-mail; raise UndeliverableError when its recipient has no e-mail address."""
    rendered = render(settings, message.kind, message.data)
    address = _ascii(message.recipient)
    email = EmailMessage(policy=SMTP if address.isascii() else SMTPUTF8)
    sender = settings.mail_from or _NO_SENDER
    email["From"] = formataddr((_SENDER_NAME, sender))
    email["To"] = address
    email["Subject"] = rendered.subject
    email["Date"] = formatdate()
    # The same message once more has the same name, so that whoever gets it twice can tell.
    email["Message-ID"] = f"<{_name(message)}@{sender.rpartition('@')[2]}>"
    email["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in reply
    _let_unfollow(email, rendered)
    email.set_content(rendered.body, cte="quoted-printable")
    email["Content-Language"] = rendered.language  # after the content, which takes such headers away
    return email


def _let_unfollow(email: EmailMessage, rendered: Rendered) -> None:
    if rendered.unfollow_url:
        email["List-Unsubscribe"] = f"<{rendered.unfollow_url}>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058


def _ascii(recipient: str) -> str:
    """Return the address as mail servers know it, where å in a domain is spelled otherwise."""
    if not recipient.startswith(_MAILTO):
        raise UndeliverableError("no channel " + recipient.partition(":")[0])
    try:
        valid = validate_email(recipient.removeprefix(_MAILTO), check_deliverability=False)
    except EmailNotValidError as error:
        raise UndeliverableError(error) from error
    return valid.ascii_email or valid.normalized


def _judged(code: int, said: str, error: Exception) -> Exception:
    """Return what a refusal means: a recipient that will never be reached, or a server that may take it later."""
    return UndeliverableError(f"{code} {said}") if code >= _PERMANENT else error


def _name(message: Claimed) -> str:
    return hashlib.sha256(message.key.encode()).hexdigest()[:32]


def _write(folder: Path, message: Claimed, email: EmailMessage) -> None:
    """Write a message as a file under a name of its own; once more, it is the same file. It may hold a code, so it is its owner's."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / f"{message.id:06}-{message.kind}-{_name(message)[:8]}.eml"
        unfinished = file.with_suffix(".part")
        with open(unfinished, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            out.write(email.as_bytes())
        unfinished.replace(file)
    except OSError as error:
        raise UnavailableError("home_not_writable", path=folder, cause=error.strerror) from error
