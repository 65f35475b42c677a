"""Each rule for content, kept and broken."""

from typing import Any

import pytest

from knowledge.content_rules import advise, check
from knowledge.entry_files import Fault
from tests.builders import challenge, phrasings, solution

Where = list[tuple[str, str, str]]

_RESULT = {"text": "Väntan blev kortare än tidigare.", "figure": "20 till 5 dagar", "year": 2019, "source": "https://example.org/artikel"}


def _where(faults: list[Fault]) -> Where:
    return [(fault.file, fault.at, fault.key) for fault in faults]


def _details(faults: list[Fault]) -> list[dict[str, object]]:
    return [dict(fault.details) for fault in faults]


def test_entries_that_break_no_rule() -> None:
    """A challenge and its solution that keep every rule are neither stopped nor advised on."""
    entries = [challenge(), solution(results=[_RESULT])]

    assert ([], []) == (check(entries), advise(entries))


def test_double_id() -> None:
    """Two entries with the same id are one too many, and the second says where the first is."""
    faults = check([challenge(id="samma"), solution(id="samma", challenges=["samma"])])

    assert ([("samma.yml", "id", "double_id")], [{"other": "samma.yml"}]) == (_where(faults), _details(faults))


def test_unknown_area() -> None:
    """An area that does not exist is stopped, whether it is the main one or one of the others."""
    faults = check([challenge(area="rymden", areas=["skola", "havet"])])

    assert [{"area": "rymden"}, {"area": "havet"}] == _details(faults)
    assert ["area", "areas.1"] == [fault.at for fault in faults]


def test_link_to_nothing() -> None:
    """A solution may not answer a challenge that does not exist, nor another solution."""
    entries = [challenge(id="en"), solution(id="tva-saker", challenges=["en", "ingen", "tva-saker"])]
    faults = check(entries)

    assert [("challenges.1", "link_to_nothing"), ("challenges.2", "link_to_nothing")] == [(fault.at, fault.key) for fault in faults]


def test_link_to_what_is_stored() -> None:
    """A solution may answer a challenge that is already in the database."""
    assert [] == check([solution(challenges=["lagrad"])], known_challenges={"lagrad"})


def test_result_without_source() -> None:
    """A result must come from one of the entry's own sources."""
    faults = check([challenge(), solution(results=[_RESULT, _RESULT | {"source": "https://example.org/annan"}])])

    assert [("results.1.source", "result_without_source")] == [(fault.at, fault.key) for fault in faults]


@pytest.mark.parametrize(
    ("published", "checked", "next_check", "ordered"),
    [
        ("2026-01-01", "2026-01-01", "2026-01-02", True),
        ("2026-01-01", "2026-02-01", "2026-03-01", True),
        ("2026-01-02", "2026-01-01", "2026-03-01", False),
        ("2026-01-01", "2026-02-01", "2026-02-01", False),
    ],
)
def test_dates_out_of_order(published: str, checked: str, next_check: str, ordered: bool) -> None:  # noqa: FBT001
    """An entry is checked no earlier than it is published, and checked again later than that."""
    faults = check([challenge(published=published, checked=checked, next_check=next_check)])

    expected = [] if ordered else [("next_check", "dates_out_of_order")]

    assert expected == [(fault.at, fault.key) for fault in faults]


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"lessons": "Ring Anna på 070-123 45 67."}, "lessons"),
        ({"keywords": ["pass", "sms", "anna@kommun.se"]}, "keywords.2"),
        ({"phrasings": phrasings("a") | {"sv": ["mannen 850709-9805 ringer", *phrasings("a")["sv"]]}}, "phrasings.sv.0"),
        ({"results": [_RESULT | {"text": "Fråga Anna, anna@kommun.se."}]}, "results.0.text"),
        ({"sources": [{"title": "Samtal 070-123 45 67", "url": "https://example.org/artikel"}]}, "sources.0.title"),
    ],
)
def test_personal_data(fields: dict[str, Any], at: str) -> None:
    """No text of an entry may hold an identity number, a phone number or an e-mail address."""
    faults = check([challenge(), solution(**fields)])

    assert [(at, "personal_data")] == [(fault.at, fault.key) for fault in faults]


def test_digits_in_an_address_on_the_web() -> None:
    """The address of a source may hold digits that look like a phone number."""
    url = "https://example.org/?nummer=070-1234567"

    assert [] == check([challenge(), solution(sources=[{"title": "En artikel", "url": url}], results=[_RESULT | {"source": url}])])


@pytest.mark.parametrize(
    ("url", "lessons", "faulty"),
    [(None, None, True), (None, "Fråga användarna först.", False), ("https://example.org/artikel", None, False)],
)
def test_lessons_of_what_has_ended(url: str | None, lessons: str | None, *, faulty: bool) -> None:
    """Whoever tells first hand of something that has ended tells its lessons too; a page may not say what was learned."""
    faults = check([challenge(), solution(stage="ended", lessons=lessons, sources=[{"title": "Källan", "url": url}])])

    assert ([("lessons", "ended_without_lessons")] if faulty else []) == [(fault.at, fault.key) for fault in faults]


def test_source_that_is_no_page() -> None:
    """What is told first hand may be imported, with its result; the shipped catalogue has pages for sources."""
    entry = solution(sources=[{"title": "Berättat av kommunen", "url": None}], results=[_RESULT | {"source": None}])

    assert ([], ["sources.0.url"]) == (check([challenge(), entry]), [f.at for f in advise([entry]) if f.key == "source_without_page"])


@pytest.mark.parametrize(("language", "fewest"), [("sv", 20), ("en", 4), ("fi", 2), ("company", 4)])
def test_few_phrasings_of_a_challenge(language: str, fewest: int) -> None:
    """A challenge has at least 20 Swedish phrasings, 4 English, 2 Finnish and 4 of companies."""
    said = phrasings("vikarier-kort-varsel")
    faults = advise([challenge(phrasings=said | {language: said[language][: fewest - 1]})])

    assert [(f"phrasings.{language}", {"has": fewest - 1, "fewest": fewest})] == [(fault.at, fault.details) for fault in faults]


def test_few_phrasings_of_a_solution() -> None:
    """A solution has at least 6 Swedish phrasings, 2 English and 1 Finnish, and needs none of companies."""
    enough = {language: [f"{language} {number}" for number in range(count)] for language, count in {"sv": 6, "en": 2, "fi": 1}.items()}
    few = {language: said[1:] for language, said in enough.items()}

    assert [] == advise([solution(phrasings=enough)])
    assert ["phrasings.sv", "phrasings.en", "phrasings.fi"] == [fault.at for fault in advise([solution(phrasings=few)])]


@pytest.mark.parametrize("words", ["nyligen", "senaste tio åren", "för tre år sedan", "I dag", "förra året"])
def test_relative_time(words: str) -> None:
    """Running text that says when only in relation to now is advised against."""
    faults = advise([solution(what=f"Kommunen bytte system {words} och är nöjd.")])

    assert [("what", "relative_time", {"words": words})] == [(fault.at, fault.key, fault.details) for fault in faults]


def test_time_that_is_not_relative() -> None:
    """A year, and words that only contain those of relative time, are fine."""
    assert [] == advise([solution(what="Kommunen bytte system 2019. I dagsläget märks det på fritidsårens kort.")])


def test_abbreviation_not_spelt_out() -> None:
    """An abbreviation that is nowhere spelt out in an entry is advised against, where it first stands."""
    faults = advise([solution(what="Kommunen använder RPA varje natt.", lessons="Med RPA går det fort.")])

    assert [("what", {"short": "RPA", "long": "robot"})] == [(fault.at, fault.details) for fault in faults]


def test_abbreviation_spelt_out() -> None:
    """An abbreviation that is spelt out in another field of the same entry is fine."""
    assert [] == advise([solution(what="Kommunen använder RPA varje natt.", lessons="En mjukvarurobot gör som den är tillsagd.")])


@pytest.mark.parametrize("field", ["title", "problem"])
def test_product_in_a_challenge(field: str) -> None:
    """A challenge names no product and no supplier, neither in its title nor in its text."""
    faults = advise([challenge(**{field: "Vi har fastnat i Treserva varje dag"})])

    assert [(field, "product_in_challenge", {"name": "Treserva"})] == [(fault.at, fault.key, fault.details) for fault in faults]


def test_product_in_a_solution() -> None:
    """A solution may name what was used, and a challenge may use a product's name as an ordinary word."""
    assert [] == advise(
        [solution(what="Kommunen valde Treserva till slut."), challenge(problem="Det tar evolution att zooma ut härifrån.")]
    )


def test_sentence_said_twice_in_two_entries() -> None:
    """A sentence stands in one entry only; the second says which the first is, whatever their fields."""
    sentence = "Personalen ringer runt till alla vikarier varje morgon."
    faults = advise([challenge(problem=sentence), solution(lessons=f"Så var det. {sentence}")])

    assert [("kommunen-bokar-med-sms.yml", "lessons", "said_twice")] == _where(faults)
    assert [{"other": "vikarier-kort-varsel"}] == _details(faults)


@pytest.mark.parametrize("other", ["problem", "who"])
def test_sentence_said_twice_in_one_entry(other: str) -> None:
    """A sentence stands once in an entry, in the same field as well as in another."""
    sentence = "Personalen ringer runt till alla vikarier varje morgon."
    fields = {"problem": sentence} | {other: f"{sentence} {sentence}" if other == "problem" else sentence}

    assert [(other, "said_twice")] == [(fault.at, fault.key) for fault in advise([challenge(**fields)])]


def test_short_sentences_may_come_again() -> None:
    """A few words may stand in several entries."""
    assert [] == advise([challenge(problem="Det tar lång tid."), solution(lessons="Det tar lång tid.")])


def test_phrasing_said_twice() -> None:
    """A phrasing belongs to one entry only, capital letters and question mark aside."""
    said = phrasings("kommunen-bokar-med-sms")
    doubled = said | {"sv": ["Hur får andra tag på vikarier på morgonen?", *said["sv"]]}
    first = phrasings("vikarier-kort-varsel")
    faults = advise(
        [challenge(phrasings=first | {"sv": [*first["sv"], "hur får andra tag på vikarier på morgonen"]}), solution(phrasings=doubled)]
    )

    assert [("kommunen-bokar-med-sms.yml", "phrasings.sv.0", "said_twice")] == _where(faults)
    assert [{"other": "vikarier-kort-varsel"}] == _details(faults)
