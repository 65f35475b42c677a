"""Reading what authors write, and telling them where it went wrong."""

from pathlib import Path

import pytest

from knowledge.areas import area, areas
from knowledge.entry_files import ChallengeFile, Fault, SolutionFile, read_areas, read_folder
from knowledge.errors import ContentError, NotFoundError
from tests.builders import challenge_fields, solution_fields, write_entry
from tests.conftest import WriteContent


def _read(file: Path, text: str | bytes) -> list[Fault]:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_folder(file)[1]


def _where(faults: list[Fault]) -> list[tuple[str, int, str, str]]:
    return [(Path(fault.file).name, fault.line, fault.at, fault.key) for fault in faults]


def test_reads_challenges_and_solutions(content_folder: WriteContent) -> None:
    """A folder's entries are read by the folder they lie in."""
    entries, faults = read_folder(content_folder(challenge_fields(), solution_fields()))

    assert ([ChallengeFile, SolutionFile], []) == ([type(read.entry) for read in entries], faults)


def test_reads_a_single_file(tmp_path: Path) -> None:
    """One file can be read by itself."""
    entries, faults = read_folder(write_entry(tmp_path, challenge_fields(id="en")))

    assert (["en"], []) == ([read.entry.id for read in entries], faults)


def test_remembers_the_lines(tmp_path: Path) -> None:
    """A field is found on the line where it begins, a field that is not written on the line of its nearest parent."""
    (read,) = read_folder(write_entry(tmp_path, challenge_fields()))[0]
    lines = Path(read.file).read_text("utf-8").splitlines()
    expected = [next(n for n, line in enumerate(lines, 1) if line.startswith(f"{name}:")) for name in ("goal", "phrasings", "year")]

    assert [expected[0], expected[1] + 1, expected[2], 1] == [
        read.fault(at, "x").line for at in ("goal", "phrasings.sv", "year.never", "never")
    ]


def test_folder_without_entries(tmp_path: Path) -> None:
    """A folder with no entries is a fault, lest a mistyped path looks like success."""
    assert [(tmp_path.name, 1, "-", "no_files")] == _where(read_folder(tmp_path)[1])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id: a\ntitle: [b\ngoal: c\n", 3),
        ("id: a\ntitle: b\n\tgoal: c\n", 3),
        ("id: a\ntitle: 'b\n", 3),
        ("id: a\ntitle: b\x07c\n", 2),
        ("id: å\u00e4\u00f6\ntitle: b\ngoal: c\x1b[31m\n", 3),
    ],
)
def test_broken_yaml(tmp_path: Path, text: str, line: int) -> None:
    """A file that is not YAML, or holds control characters, is reported with the line where it breaks."""
    assert [("a.yml", line, "-", "not_yaml")] == _where(_read(tmp_path / "challenges" / "a.yml", text))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "bara ord\n"])
def test_yaml_without_fields(tmp_path: Path, text: str) -> None:
    """A file that is YAML but has no fields is reported as such."""
    assert [("a.yml", 1, "-", "not_fields")] == _where(_read(tmp_path / "challenges" / "a.yml", text))


def test_file_that_is_not_text(tmp_path: Path) -> None:
    """A file that is not UTF-8 is reported as unreadable."""
    assert [("a.yml", 1, "-", "unreadable")] == _where(_read(tmp_path / "challenges" / "a.yml", b"id: \xff\xfe\n"))


def test_aliases_that_lead_round_in_a_ring(tmp_path: Path) -> None:
    """A file whose aliases point at themselves gets ordinary faults."""
    faults = _read(tmp_path / "challenges" / "a.yml", "id: a\nkeywords: &k [*k]\n")

    assert ("a.yml", 2, "keywords.0", "invalid") in _where(faults)


def test_byte_order_mark(tmp_path: Path) -> None:
    """The invisible mark that some editors put first in a file does no harm."""
    file = write_entry(tmp_path, challenge_fields())
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert [] == read_folder(file)[1]


def test_field_written_twice(tmp_path: Path) -> None:
    """A field that is written twice is reported on its second line, for one of the two would be lost."""
    file = write_entry(tmp_path, challenge_fields(id="en"))
    file.write_text(file.read_text("utf-8") + "goal: Ett annat mål än det förra.\n", "utf-8")
    last = len(file.read_text("utf-8").splitlines())

    assert [("en.yml", last, "goal", "double_id")] == _where(read_folder(file)[1])


@pytest.mark.parametrize(
    ("wrong", "at", "key"),
    [
        ({"year": "tjugotvå"}, "year", "invalid"),
        ({"year": 1066}, "year", "invalid"),
        ({"title": 12345678}, "title", "invalid"),
        ({"title": "x" * 91}, "title", "too_long"),
        ({"title": "kort"}, "title", "too_short"),
        ({"goal": ...}, "goal", "missing"),
        ({"mål": "x"}, "mål", "unknown_field"),
        ({"keywords": ["a1", "b2"]}, "keywords", "too_few"),
        ({"keywords": [f"ord{n}" for n in range(13)]}, "keywords", "too_many"),
        ({"sources": []}, "sources", "too_few"),
        ({"sources": [{"title": "Sidan", "url": "example.org"}]}, "sources.0.url", "invalid"),
        ({"phrasings": {"sv": ["hej", "x" * 401]}}, "phrasings.sv.1", "too_long"),
        ({"published": "i går"}, "published", "invalid"),
        ({"area": "Äldre omsorg"}, "area", "invalid"),
    ],
)
def test_field_that_breaks_the_schema(tmp_path: Path, wrong: dict[str, object], at: str, key: str) -> None:
    """A wrong, missing or unknown field is reported by its dotted name and what is wrong with it."""
    faults = read_folder(write_entry(tmp_path, challenge_fields(**wrong)))[1]

    assert [(at, key)] == [(fault.at, fault.key) for fault in faults]


def test_fault_stands_on_the_line_of_its_field(tmp_path: Path) -> None:
    """A fault deep in a list is reported on the line of that very item."""
    file = write_entry(tmp_path, challenge_fields(phrasings={"sv": ["hej", "x" * 401]}))
    line = next(n for n, text in enumerate(file.read_text("utf-8").splitlines(), 1) if "xxx" in text)

    assert [line] == [fault.line for fault in read_folder(file)[1]]


def test_id_differs_from_the_file_name(tmp_path: Path) -> None:
    """An entry whose id is not its file's name is reported with the id that was expected."""
    file = write_entry(tmp_path, challenge_fields(id="en")).rename(tmp_path / "challenges" / "annan.yml")
    (fault,) = read_folder(file)[1]

    assert ("id", "id_is_not_file_name", {"expected": "annan"}) == (fault.at, fault.key, fault.details)


def test_every_fault_in_every_file(content_folder: WriteContent) -> None:
    """All faults of all files are reported at once, and the sound files are read."""
    folder = content_folder(
        challenge_fields(id="en", goal=..., who=...), solution_fields(id="tre", stage="klar"), challenge_fields(id="fyra")
    )
    _read(folder / "challenges" / "tva.yml", "id: [")
    entries, faults = read_folder(folder)
    found = {(Path(fault.file).name, fault.at, fault.key) for fault in faults}

    assert ["fyra"] == [read.entry.id for read in entries]
    assert {
        ("en.yml", "goal", "missing"),
        ("en.yml", "who", "missing"),
        ("tva.yml", "-", "not_yaml"),
        ("tre.yml", "stage", "invalid"),
    } == found


def test_fault_reads_as_one_line(tmp_path: Path) -> None:
    """A fault as text begins with file, line and field, which editors make into a link."""
    (fault,) = _read(tmp_path / "challenges" / "a.yml", "- a\n")

    assert f"{tmp_path}/challenges/a.yml:1: -: not_fields" == str(fault)


def test_shipped_areas() -> None:
    """There are 18 municipal areas and 2 optional ones, which come last."""
    assert [False] * 18 + [True] * 2 == [each.optional for each in areas()]


def test_area_labels() -> None:
    """Every area has a label of its own in each language, and Swedish where there is no other."""
    labels = {language: {each.label(language) for each in areas()} for language in ("sv", "en", "fi")}

    assert [20, 20, 20] == [len(labels[language]) for language in ("sv", "en", "fi")]
    assert not labels["sv"] & labels["fi"]
    assert "Förskola och pedagogisk omsorg" == area("forskola").label("de")


def test_unknown_area() -> None:
    """An area that does not exist is refused, with those that do."""
    with pytest.raises(NotFoundError, match=r"area=rymden known=ledning-demokrati, "):
        area("rymden")


@pytest.mark.parametrize(
    "text", ["", "a: b", "- slug: a\n", "- [", "- slug: en\n  sv: ett\n  en: one\n  fi: yksi\n  scb: null\n  words: []\n"]
)
def test_broken_areas(tmp_path: Path, text: str) -> None:
    """An areas file that is empty, broken or incomplete is one error that names the file."""
    file = tmp_path / "areas.yml"
    file.write_text(text, "utf-8")

    with pytest.raises(ContentError, match=r"areas_unreadable path=.*areas\.yml"):
        read_areas(file)


def test_missing_areas(tmp_path: Path) -> None:
    """An areas file that is not there is the same error."""
    with pytest.raises(ContentError, match="areas_unreadable"):
        read_areas(tmp_path / "never.yml")
