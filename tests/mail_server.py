"""A mail server of one's own on loopback, with TLS by a certificate of its own, for tests of delivery."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"


@dataclass
class Mailbox:
    """What a mail server has taken, and how it answers.

    `refusals` maps an address to the answer it gets; after `breaks_after` messages the server hangs up on the next one.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: set[bool] = field(default_factory=set)
    refusals: dict[str, str] = field(default_factory=dict)
    breaks_after: int | None = None
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802
        """Take or refuse a recipient."""
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message, or hang up without an answer."""
        if self.breaks_after is not None and len(self.mails) >= self.breaks_after:
            self.breaks_after = None
            server.transport.close()
            return "451 gone"
        self.encrypted.add(session.ssl is not None)
        self.mails.append(cast("EmailMessage", message_from_bytes(envelope.content, policy=default)))
        self.came.set()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the messages to an address."""
        return [mail for mail in self.mails if mail["To"] == address]


@asynccontextmanager
async def mail_server(mailbox: Mailbox, tls: ssl.SSLContext | None, port: int = 0, password: str = "") -> AsyncIterator[int]:
    """Serve a mailbox until the block ends; `tls` offers STARTTLS and takes nothing without it, `password` is asked for."""

    def authenticate(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == password.encode(), handled=False)

    open_connections: list[SMTP] = []

    def connection() -> SMTP:
        protocol = SMTP(
            mailbox,
            tls_context=tls,
            require_starttls=tls is not None,
            auth_required=bool(password),
            authenticator=authenticate,
            enable_SMTPUTF8=True,
            hostname=HOST,
        )
        open_connections.append(protocol)
        return protocol

    server = await asyncio.get_running_loop().create_server(connection, HOST, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for each in open_connections:
            if each.transport is not None:
                each.transport.close()
        await server.wait_closed()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for the loopback address and its key, and return their files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail of the tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "mail.crt", folder / "mail.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return files


def server_tls(files: tuple[Path, Path]) -> ssl.SSLContext:
    """Return the server's side of TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    return context
