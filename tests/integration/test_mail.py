"""Messages reach a real mail server over TLS, once each, whatever happens on the way; without a server they lie as files."""

import ssl
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from bot.mail import A_ROUND, Mail
from bot.settings import Settings
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.interest_tables import OutboxRow
from knowledge.interests import Interests
from knowledge.outbox import Claimed, Message, Outbox, enqueue
from tests.interest_world import ANNA, CHALLENGE, Clock, add_challenge, company, count, form, last_code, notices, register
from tests.mail_server import HOST, Mailbox, mail_server, make_certificate, server_tls

# The server's library warns of an attribute of its own whenever somebody logs in.
pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning")

FACTS = {"number": "2026-000123", "challenge": CHALLENGE, "title": "Vikarier", "at": "2026-12-01T09:00:00+00:00", "language": "sv"}

Configure = Callable[..., Settings]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return server_tls(certificate)


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine trusts the server's certificate, as an administrator would have seen to."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    def settings(port: int = 0, **values: Any) -> Settings:
        if port:
            values = {"smtp_host": HOST, "smtp_port": port, "mail_from": "guiden@kommunen.se", **values}
        return Settings(home=tmp_path / "home", database_url="", **values)

    return settings


@pytest.fixture
def outbox(database: Database, clock: Clock) -> Outbox:
    return Outbox(database, clock, lambda: 0.5)


async def deliver(outbox: Outbox, settings: Settings) -> tuple[int, int]:
    """Deliver everything that is due, in rounds as the program does; return how many were delivered and failed."""
    delivered = failed = 0
    while True:
        async with Mail(settings, seconds=5) as mail:
            done = await outbox.deliver_due(mail.deliver, A_ROUND)
        delivered, failed = delivered + done.delivered, failed + done.failed
        if done.delivered + done.failed == 0:
            return delivered, failed


def write(database: Database, clock: Clock, *addresses: str) -> None:
    with database.transaction() as session:
        enqueue(session, [Message(f"receipt:{each}", "interest.receipt", f"mailto:{each}", FACTS) for each in addresses], clock())


def states(outbox: Outbox) -> dict[str, str]:
    return {each.recipient.removeprefix("mailto:"): each.state for each in outbox.list()}


@pytest.mark.usefixtures("trusted")
async def test_company_gets_code_and_receipt(
    database: Database, clock: Clock, outbox: Outbox, configure: Configure, tls: ssl.SSLContext
) -> None:
    """A company's code and receipt reach its mailbox over TLS and after login, and the code is what confirms the registration."""
    add_challenge(database)
    mailbox = Mailbox()
    interests = Interests(database, clock)
    async with mail_server(mailbox, tls, password="hemligt") as port:
        settings = configure(port, smtp_username="guiden", smtp_password="hemligt")
        number = interests.register(ANNA, CHALLENGE, form(), notices()).number
        code = last_code(database, "anna@bolaget.se")
        assert (1, 0) == await deliver(outbox, settings)
        assert code in mailbox.mails[0].get_content()

        assert interests.confirm(ANNA, number, code).confirmed
        assert (1, 0) == await deliver(outbox, settings)

    receipt = mailbox.mails[1]
    assert ({True}, 2) == (mailbox.encrypted, len(mailbox.to("anna@bolaget.se")))
    assert f"Kvitto {number}" in receipt["Subject"]
    assert ("auto-generated", "sv", "Digitaliseringsguiden <guiden@kommunen.se>") == (
        receipt["Auto-Submitted"],
        receipt["Content-Language"],
        receipt["From"],
    )


@pytest.mark.usefixtures("trusted")
async def test_server_down_then_up(database: Database, clock: Clock, outbox: Outbox, configure: Configure, tls: ssl.SSLContext) -> None:
    """While the server is down everything waits; when it is up again each message arrives, and none a second time."""
    add_challenge(database)
    interests = Interests(database, clock)
    async with mail_server(Mailbox(), tls) as port:
        pass  # the port is known, and nobody listens there
    settings = configure(port)
    for number in range(25):
        register(interests, database, *company(number))
    written = count(database, OutboxRow)

    for _ in range(6):
        assert (await deliver(outbox, settings))[0] == 0
        clock.move(minutes=10)
    mailbox = Mailbox()
    async with mail_server(mailbox, tls, port):
        while count(database, OutboxRow, state="delivered") < written:
            await deliver(outbox, settings)
            clock.move(minutes=10)
        assert (0, 0) == await deliver(outbox, settings)

    assert (50, 50, 50) == (written, len(mailbox.mails), len({mail["Message-ID"] for mail in mailbox.mails}))


@pytest.mark.usefixtures("trusted")
async def test_server_hangs_up(database: Database, clock: Clock, outbox: Outbox, configure: Configure, tls: ssl.SSLContext) -> None:
    """When the server hangs up in the middle, the message it did not take comes later and the others are not sent again."""
    addresses = [f"info@bolag{number}.se" for number in range(8)]
    write(database, clock, *addresses)
    mailbox = Mailbox(breaks_after=3)
    async with mail_server(mailbox, tls) as port:
        assert (7, 1) == await deliver(outbox, configure(port))
        clock.move(minutes=10)
        assert (1, 0) == await deliver(outbox, configure(port))

    assert sorted(addresses) == sorted(mail["To"] for mail in mailbox.mails)


@pytest.mark.usefixtures("trusted")
async def test_refused_recipients(database: Database, clock: Clock, outbox: Outbox, configure: Configure, tls: ssl.SSLContext) -> None:
    """A recipient that does not exist strands at once, one whose mailbox is busy is tried again, and neither stops the others."""
    write(database, clock, "borta@b.se", "upptagen@b.se", "anna@b.se")
    mailbox = Mailbox(refusals={"borta@b.se": "550 no such user", "upptagen@b.se": "450 busy"})
    async with mail_server(mailbox, tls) as port:
        assert (1, 2) == await deliver(outbox, configure(port))
        assert {"borta@b.se": "dead", "upptagen@b.se": "waiting", "anna@b.se": "delivered"} == states(outbox)
        mailbox.refusals.clear()
        outbox.retry()
        clock.move(minutes=10)
        assert (2, 0) == await deliver(outbox, configure(port))

    assert ["anna@b.se", "borta@b.se", "upptagen@b.se"] == sorted(mail["To"] for mail in mailbox.mails)


@pytest.mark.usefixtures("trusted")
async def test_wrong_password_strands_nothing(
    database: Database, clock: Clock, outbox: Outbox, configure: Configure, tls: ssl.SSLContext
) -> None:
    """A wrong password is the administrator's to mend: the messages wait, and the check says why without the password."""
    write(database, clock, "anna@b.se")
    mailbox = Mailbox()
    async with mail_server(mailbox, tls, password="hemligt") as port:
        wrong = configure(port, smtp_username="guiden", smtp_password="gammalt")
        assert (0, 1) == await deliver(outbox, wrong)
        with pytest.raises(UnavailableError, match="mail_server") as caught:
            await Mail(wrong, seconds=5).check()
        clock.move(minutes=10)
        right = configure(port, smtp_username="guiden", smtp_password="hemligt")
        await Mail(right, seconds=5).check()
        assert (1, 0) == await deliver(outbox, right)

    assert "gammalt" not in f"{caught.value} {outbox.list()}"
    assert len(mailbox.mails) == 1


async def test_certificate_that_nobody_trusts(
    database: Database, clock: Clock, outbox: Outbox, configure: Configure, tls: ssl.SSLContext
) -> None:
    """Nothing is sent to a server whose certificate cannot be verified."""
    write(database, clock, "anna@b.se")
    mailbox = Mailbox()
    async with mail_server(mailbox, tls) as port:
        assert (0, 1) == await deliver(outbox, configure(port))

    assert ([], "waiting") == (mailbox.mails, states(outbox)["anna@b.se"])


async def test_server_without_tls(database: Database, clock: Clock, outbox: Outbox, configure: Configure) -> None:
    """Nothing is sent in the clear unless the administrator has said so."""
    write(database, clock, "anna@b.se")
    mailbox = Mailbox()
    async with mail_server(mailbox, None) as port:
        assert (0, 1) == await deliver(outbox, configure(port))
        clock.move(minutes=10)
        assert (1, 0) == await deliver(outbox, configure(port, smtp_tls="none"))

    assert {False} == mailbox.encrypted


@pytest.mark.usefixtures("trusted")
async def test_swedish_letters(database: Database, clock: Clock, outbox: Outbox, configure: Configure, tls: ssl.SSLContext) -> None:
    """Addresses with å, in the domain and before the @, and titles with å reach their mailbox."""
    write(database, clock, "info@åker.se", "åsa@åker.se")
    mailbox = Mailbox()
    async with mail_server(mailbox, tls) as port:
        assert (2, 0) == await deliver(outbox, configure(port))

    assert ["info@xn--ker-tla.se", "åsa@åker.se"] == sorted(mail["To"] for mail in mailbox.mails)
    assert all("intresse för «Vikarier»" in mail["Subject"] for mail in mailbox.mails)


async def test_channel_that_is_not_there(database: Database, clock: Clock, outbox: Outbox, configure: Configure) -> None:
    """A message to a chat that this installation does not have strands, and says so."""
    with database.transaction() as session:
        enqueue(session, [Message("a", "interest.receipt", "slack:T1:U1", FACTS)], clock())

    assert (0, 1) == await deliver(outbox, configure())
    assert [("dead", "undeliverable cause=no channel slack")] == [(each.state, each.error) for each in outbox.list()]


async def test_files_without_mail_server(database: Database, clock: Clock, outbox: Outbox, configure: Configure) -> None:
    """Without a mail server each message lies as a file that only its owner may read, in the home folder."""
    settings = configure(contact="guiden@kommunen.se")
    write(database, clock, "anna@b.se", "bo@b.se")

    assert (2, 0) == await deliver(outbox, settings)
    files = sorted(settings.outbox.iterdir())
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    assert [("anna@b.se", ".eml", 0o600), ("bo@b.se", ".eml", 0o600)] == [
        (mail["To"], file.suffix, file.stat().st_mode & 0o777) for mail, file in zip(mails, files, strict=True)
    ]
    assert "Frågor: guiden@kommunen.se" in mails[0].get_content()  # type: ignore[attr-defined]


async def test_same_message_is_the_same_file(configure: Configure) -> None:
    """A message that is delivered once more, after the program died, is not there twice."""
    claimed = Claimed("a", "interest.receipt", "mailto:anna@b.se", FACTS, 1, 1)
    for _ in range(2):
        await Mail(configure()).deliver(claimed)

    assert len(list(configure().outbox.iterdir())) == 1


async def test_folder_that_cannot_be_written(configure: Configure) -> None:
    """When the folder cannot be made, the message is tried again later."""
    configure().home.parent.mkdir(exist_ok=True)
    configure().home.write_text("not a folder")

    with pytest.raises(UnavailableError, match="home_not_writable"):
        await Mail(configure()).deliver(Claimed("a", "interest.receipt", "mailto:anna@b.se", FACTS, 1, 1))


@pytest.mark.usefixtures("trusted")
async def test_unfollow_in_one_click(database: Database, clock: Clock, outbox: Outbox, configure: Configure, tls: ssl.SSLContext) -> None:
    """A follower's mail tells mail programs how to end it in one click, where the service has an address."""
    with database.transaction() as session:
        data = {**FACTS, "before": "published", "after": "pilot", "why": "Vi provar", "unfollow": "TOKEN"}
        enqueue(session, [Message("a", "challenge.stage", "mailto:bo@b.se", data)], clock())
    mailbox = Mailbox()
    async with mail_server(mailbox, tls) as port:
        await deliver(outbox, configure(port, public_url="https://guiden.kommunen.se/"))

    mail = mailbox.mails[0]
    link = "https://guiden.kommunen.se/unfollow/TOKEN?language=sv"
    assert (f"<{link}>", "List-Unsubscribe=One-Click") == (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"])
    assert f"Sluta följa: {link}" in mail.get_content()
