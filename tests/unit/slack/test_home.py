"""The home tab."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.slack.home import Home, Item, Preference, render_home
from bot.replies import Choice
from tests.unit.slack.payloads import shown_words, view_faults

_SHOW = Choice(label="Visa", intent="show_one", id="id-show")
_LANGUAGES = Preference([Choice(label="Svenska", intent="language", id="id-sv"), Choice(label="English", intent="language", id="id-en")], 1)
_AREAS = Preference([Choice(label="Skola", intent="area", id="id-skola")])
_EMPTY = Home("sv", (), (), (), (), _LANGUAGES, _AREAS)

_choices = st.builds(Choice, label=st.text(max_size=100), intent=st.just("show_one"), id=st.from_regex(r"[a-z]{12}", fullmatch=True))
_items = st.lists(
    st.builds(
        Item,
        title=st.one_of(st.text(max_size=400), st.just("<!channel> *fet* :smile:")),
        line=st.text(max_size=400),
        choice=st.one_of(st.none(), _choices),
    ),
    max_size=8,
)
_preferences = st.builds(Preference, st.lists(_choices, min_size=1, max_size=120), st.one_of(st.none(), st.just(0)))
_homes = st.builds(
    Home,
    language=st.sampled_from(["sv", "en", "fi"]),
    start=st.lists(_choices, max_size=5),
    follows=_items,
    interests=_items,
    open_challenges=_items,
    languages=_preferences,
    areas=_preferences,
    queue=st.one_of(st.none(), _items),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(home=_homes)
def test_slack_takes_any_home(home: Home) -> None:
    """Whatever is in the lists, the home tab is one that Slack takes, and no title mentions anybody."""
    view = render_home(home)

    assert [] == view_faults(view)
    assert not any(
        "<" in words for words in shown_words([block["text"] for block in view["blocks"] if block.get("text", {}).get("type") == "mrkdwn"])
    )


def test_an_empty_list_says_how_to_fill_it() -> None:
    """Who follows nothing is told how to."""
    assert any("följ den" in words for words in shown_words(render_home(_EMPTY)))


def test_only_who_reviews_sees_the_queue() -> None:
    """The queue is there for reviewers, also when it is empty, and for nobody else."""
    heading = "Att granska"

    assert heading not in list(shown_words(render_home(_EMPTY)))
    assert heading in list(shown_words(render_home(Home("sv", (), (), (), (), _LANGUAGES, _AREAS, queue=()))))


def test_shows_the_first_five() -> None:
    """A long list shows its first five, each with its button, and says how many more there are and what to write to see them."""
    items = [Item(f"Utmaning {number}", "öppen", _SHOW) for number in range(7)]
    blocks = render_home(Home("sv", (), (), (), items, _LANGUAGES, _AREAS))["blocks"]

    buttons = [block["accessory"] for block in blocks if block.get("accessory", {}).get("type") == "button"]
    assert ["id-show"] * 5 == [button["value"] for button in buttons]
    assert "Öppna utmaningar (7)" in list(shown_words(blocks))
    assert "2 till. Skriv «öppna utmaningar» för att se alla." in list(shown_words(blocks))


def test_shows_what_is_set() -> None:
    """The language that holds is the one shown, and an area that is not set is left to choose."""
    areas, languages = render_home(_EMPTY)["blocks"][-2:]

    assert "id-en" == languages["accessory"]["initial_option"]["value"]
    assert "initial_option" not in areas["accessory"]
