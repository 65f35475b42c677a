"""The commands that look after companies' interest, as an administrator runs them: each a process of its own."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.cli import app
from knowledge.following import Following
from knowledge.interest_tables import OutboxRow
from knowledge.interests import Interests
from knowledge.outbox import Outbox, UndeliverableError
from knowledge.people import Person
from knowledge.questions import Questions
from knowledge.tables import AuditRow
from tests.integration.command import Guiden, Ran, outcome
from tests.interest_world import ANNA, CHALLENGE, OWNER_ADDRESS, add_challenge, company, count, form, opened, register, sent

HARM = "Priset gör att en konkurrent kan bjuda under oss."
LATER = str(datetime.now(UTC).date() + timedelta(days=60))


@pytest.fixture
def guiden(tmp_path: Path) -> Guiden:
    """A home folder with one open challenge and two companies: one with a secret, and one sole trader."""
    home = tmp_path / "home"
    with opened(f"sqlite:///{home / 'guiden.db'}") as database:
        database.upgrade()
        add_challenge(database)
        interests = Interests(database)
        register(interests, database, ANNA, form(company="=HYPERLINK(1)", message="Hemligt pris", secrecy={"message": HARM}))
        register(interests, database, *company(2))
    return Guiden(home)


def url(guiden: Guiden) -> str:
    return f"sqlite:///{guiden.home / 'guiden.db'}"


def done(ran: Ran) -> str:
    """Return what a command wrote that did what it was asked."""
    assert (0, "") == (ran.returncode, ran.stderr), outcome(ran)
    return ran.stdout


def refused(ran: Ran, code: int = 1) -> str:
    """Return the line that a command was refused with."""
    assert (code, "", 1) == (ran.returncode, ran.stdout, ran.stderr.count("\n")), outcome(ran)
    return ran.stderr


def listed(guiden: Guiden, *more: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done(guiden("interest", "list", CHALLENGE, "--json", *more)).splitlines()]


@pytest.mark.parametrize("noun", ["interest", "challenge", "role", "outbox"])
def test_help_has_an_example(noun: str) -> None:
    """Each command says in Swedish what it does, with an example."""

    def help_of(*words: str) -> str:
        return CliRunner().invoke(app, [*words, "-h"]).stdout

    commands = [line.split()[1] for line in help_of(noun).splitlines() if line.startswith("│ ") and line[2] not in " -"]

    assert len(commands) > 1
    assert [] == [name for name in commands if f"guiden {noun} {name}" not in help_of(noun, name)]


def test_interest_list(guiden: Guiden) -> None:
    """The registrations are counted for every challenge, and listed for one with what secrecy is asked for."""
    assert f"{CHALLENGE}  öppen utmaning  2 räknas, 0 återkallade" in done(guiden("interest", "list"))
    lines = done(guiden("interest", "list", CHALLENGE)).splitlines()
    assert (2, True, False) == (len(lines), "sekretess begärd för: meddelande" in lines[0], "sekretess" in lines[1])
    assert [["message"], []] == [each["marked"] for each in listed(guiden)]
    assert "finns inte" in refused(guiden("interest", "list", "ingen-sadan"))


def test_interest_show(guiden: Guiden) -> None:
    """One registration is shown with every field and the harm that is feared, in the administrator's language."""
    number = listed(guiden)[0]["number"]

    assert f"Begärd sekretess och skada: Meddelande: {HARM}" in done(guiden("interest", "show", number))
    assert "Status: counted" in done(guiden("interest", "show", number, GUIDEN_LANGUAGE="en"))
    assert "2026-999999x" in refused(guiden("interest", "show", "2026-999999x"))


def test_export(guiden: Guiden, tmp_path: Path) -> None:
    """The list goes to the screen, to CSV that a spreadsheet reads, or to a workbook; no cell of it is a formula."""
    screen = list(csv.reader(io.StringIO(done(guiden("interest", "export", CHALLENGE)))))
    file, book = tmp_path / "a.csv", tmp_path / "a.xlsx"
    done(guiden("interest", "export", CHALLENGE, "-o", str(file)))
    done(guiden("interest", "export", CHALLENGE, "-o", str(book)))
    sheet: Any = load_workbook(book).active

    assert (b"\xef\xbb\xbf", 0o600) == (file.read_bytes()[:3], file.stat().st_mode & 0o777)
    assert screen == list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    assert "'=HYPERLINK(1)" in screen[1]
    assert ["räknas", "har något som finns"] == [screen[1][screen[0].index(column)] for column in ("Status", "Slag")]
    assert not any(cell.data_type == "f" for row in sheet for cell in row)


def test_release_copy(guiden: Guiden) -> None:
    """The copy to release hides what secrecy is asked for and who a sole trader is, and the audit trail knows who took it out."""
    copy = done(guiden("interest", "export", CHALLENGE, "--release", USER="karin"))

    assert [] == [secret for secret in ("Hemligt pris", HARM, "Bolag 2", "info@bolag2.se") if secret in copy]
    assert (True, True) == ("[sekretess begärd]" in copy, "[personuppgift]" in copy)
    with opened(url(guiden)) as database:
        assert count(database, AuditRow, action="interest.release_copy", channel="cli", actor="-/karin") == 1


def test_export_refusals(guiden: Guiden, tmp_path: Path) -> None:
    """A file of another kind is wrong usage, and one that cannot be written is a failure; each on one line."""
    assert ".xlsx" in refused(guiden("interest", "export", CHALLENGE, "-o", "a.pdf"), 2)
    assert "nowhere" in refused(guiden("interest", "export", CHALLENGE, "-o", str(tmp_path / "nowhere" / "a.csv")))
    assert "-h" in refused(guiden("interest", "export"), 2)


def test_life_of_a_challenge(guiden: Guiden) -> None:
    """An owner answers a question, changes the text, moves the challenge on and closes it; the annex tells it all in order."""
    done(guiden("challenge", "owner", CHALLENGE, OWNER_ADDRESS))
    with opened(url(guiden)) as database:
        question = Questions(database).ask(ANNA, CHALLENGE, "Hur många pass?")
    assert f"Fråga {question} väntar på svar: Hur många pass?" in done(guiden("challenge", "show", CHALLENGE))
    done(guiden("challenge", "answer", str(question), "Sjuttio."))
    assert "redan besvarad" in refused(guiden("challenge", "answer", str(question), "Åttio."))
    assert "version 2" in done(guiden("challenge", "text", CHALLENGE, "--set", "goal=Ingen ska behöva ringa runt.", "--why", "Tydligare"))
    done(guiden("challenge", "promise", CHALLENGE, LATER))
    assert "annonsen" in refused(guiden("challenge", "stage", CHALLENGE, "procurement", "--why", "Vi köper"))
    moved = done(guiden("challenge", "stage", CHALLENGE, "procurement", "--why", "Vi köper", "--announcement", "https://example.org/a"))
    assert "har nu läget «upphandling pågår»" in moved
    done(guiden("challenge", "stage", CHALLENGE, "closed", "--why", "Klart", "--outcome", "Avtal.", "--lessons", "Fråga först."))

    annex = done(guiden("challenge", "dialogue", CHALLENGE))
    told = ["Tydligare", LATER, "till: upphandling pågår", "https://example.org/a", "Avtal.", "### 1. Hur många pass?", "> Sjuttio."]
    assert sorted(map(annex.index, told)) == [annex.index(each) for each in told]
    table = list(csv.reader(io.StringIO(done(guiden("challenge", "dialogue", CHALLENGE, "--format", "csv")))))
    assert ["Tid", "Händelse"] != table[0]
    assert len(table) == 6
    with opened(url(guiden)) as database:
        assert ["anna@bolaget.se", "info@bolag2.se"] == sorted(sent(database, "challenge.outcome"))


def test_challenge_list(guiden: Guiden) -> None:
    """Every challenge is listed with its stage and promise, those that readers do not see too, or only those with a broken promise."""
    with opened(url(guiden)) as database:
        add_challenge(database, "utkast", "draft")
    unpromised = done(guiden("challenge", "list", "--without-promise")).splitlines()
    assert [(True, True)] == [(line.startswith(CHALLENGE), line.endswith("inget besked utlovat")) for line in unpromised]
    done(guiden("challenge", "promise", CHALLENGE, LATER))
    assert "Inga utmaningar." in done(guiden("challenge", "list", "--without-promise"))

    lines = done(guiden("challenge", "list")).splitlines()
    assert [("utkast  utkast" in lines[0], f"nästa besked senast {LATER}" in lines[1])] == [(True, True)]
    assert "Inga utmaningar." in done(guiden("challenge", "list", "--overdue"))
    assert ["draft"] == [json.loads(line)["stage"] for line in done(guiden("challenge", "list", "--stage", "draft", "--json")).splitlines()]


def test_publishing(guiden: Guiden) -> None:
    """A challenge is published only with a promise of when the next update comes, and its followers hear of it."""
    with opened(url(guiden)) as database:
        add_challenge(database, "ny", "in_review")
        Following(database).follow(Person("slack", "T1", "U1"), area="aldreomsorg", told="at_once")
    assert "vilket datum" in refused(guiden("challenge", "stage", "ny", "published", "--why", "Granskad"))
    assert "kan inte gå" in refused(guiden("challenge", "stage", "ny", "pilot", "--why", "Granskad"))
    done(guiden("challenge", "stage", "ny", "published", "--why", "Granskad", "--next-update", LATER))

    with opened(url(guiden)) as database:
        assert ["slack:T1:U1"] == sent(database, "challenge.new")


def test_counter_and_last_day(guiden: Guiden) -> None:
    """The counter is a band that can be switched off, and interest can be given a last day."""
    assert "Har visat intresse: 1-4" in done(guiden("challenge", "show", CHALLENGE))
    done(guiden("challenge", "open", CHALLENGE, "--no-counter", "--until", LATER))

    shown = done(guiden("challenge", "show", CHALLENGE))
    assert (False, True) == ("Har visat intresse" in shown, f"Intresse till och med: {LATER}" in shown)
    assert "har passerat" in refused(guiden("challenge", "open", CHALLENGE, "--until", str(date(2020, 1, 1))))


def test_text_refusals(guiden: Guiden) -> None:
    """A change of text needs a reason and a field that may be changed; without any, the versions are shown."""
    assert "Skriv varför" in refused(guiden("challenge", "text", CHALLENGE, "--set", "goal=Ingen ska behöva ringa."))
    assert "phrasings" in refused(guiden("challenge", "text", CHALLENGE, "--set", "phrasings=x", "--why", "y"))
    refused(guiden("challenge", "text", CHALLENGE, "--set", "goal", "--why", "y"), 2)
    assert "version 1" in done(guiden("challenge", "text", CHALLENGE))


def test_roles(guiden: Guiden) -> None:
    """A role is given once, for one thing or everything, listed, and taken back."""
    grant = ("role", "grant", "slack:T1:U1", "owner", "--challenge", CHALLENGE)

    assert "har nu rollen" in done(guiden(*grant))
    assert "har redan rollen" in done(guiden(*grant))
    assert f"slack:T1:U1  owner  challenge {CHALLENGE}" in done(guiden("role", "list", "owner"))
    assert "har inte rollen" in refused(guiden("role", "revoke", "slack:T1:U1", "owner"))
    done(guiden("role", "revoke", *grant[2:]))
    assert "Ingen har den rollen." in done(guiden("role", "list"))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("slack:T1", "owner"), 2),
        (("slack:T1:U1", "chef"), 2),
        (("slack:T1:U1", "owner", "--area", "skola", "--challenge", CHALLENGE), 2),
        (("slack:T1:U1", "owner", "--area", "ingen"), 1),
        (("slack:T1:U1", "owner", "--challenge", "ingen"), 1),
    ],
)
def test_role_refusals(guiden: Guiden, arguments: tuple[str, ...], code: int) -> None:
    """A person, a role or a scope that is none is refused on one line."""
    refused(guiden("role", "grant", *arguments), code)


def test_outbox(guiden: Guiden) -> None:
    """Messages are listed without their codes, stranded ones with the cause, and can be tried again."""
    with opened(url(guiden)) as database:
        outbox = Outbox(database)
        message = outbox.claim(1)[0]
        outbox.failed(message, UndeliverableError("550 no such user"))
        code = message.data["code"]

    everything = done(guiden("outbox", "list"))
    assert ("Ingen mejlserver är vald" in everything, str(guiden.home / "outbox") in everything, code in everything) == (True, True, False)
    dead = done(guiden("outbox", "list", "--state", "dead", GUIDEN_SMTP_HOST="127.0.0.1", GUIDEN_MAIL_FROM="guiden@kommunen.se"))
    assert [f"{message.id}  strandat  kod att bekräfta intresse med  till anna@bolaget.se"] == [dead.split(",")[0]]
    assert "nummer 999" in refused(guiden("outbox", "retry", "999"))
    assert "1 meddelanden" in done(guiden("outbox", "retry", str(message.id)))
    with opened(url(guiden)) as database:
        assert count(database, OutboxRow, state="dead") == 0
    assert [] == [line for line in done(guiden("outbox", "list", "--json")).splitlines() if code in line]


def test_contact(guiden: Guiden) -> None:
    """A contact is noted for the owner's eyes: in the internal log, and not in the annex."""
    done(guiden("interest", "contact", listed(guiden)[0]["number"], "Ringde, visar lösningen i mars."))

    assert "visar lösningen" not in done(guiden("challenge", "dialogue", CHALLENGE))
    assert "visar lösningen" in done(guiden("challenge", "dialogue", CHALLENGE, "--internal"))
