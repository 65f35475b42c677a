"""Telling somebody's own distress from what staff have to deal with."""

import pytest

from knowledge.sensitive import is_sensitive

DISTRESS = [
    "jag vill dö",
    "Jag vill bara dö.",
    "vill inte leva längre",
    "jag orkar inte leva",
    "jag  orkar\ninte   leva",
    "jag tänker ta mitt liv",
    "hon sa att jag ska ta livet av mig och jag tänker försöka ta livet av mig",
    "jag har självmordstankar",
    "mina självmordstankar blir värre på nätterna",
    "min dotter skär sig och jag vet inte vad jag ska göra",
    "min son har självmordstankar",
    "min mormor vill inte leva mer",
    "jag skär mig själv",
    "min man slår mig",
    "mitt ex hotar barnen",
    "min pappa misshandlar oss",
    "jag blir misshandlad hemma",
    "han slår mig när han har druckit",
    "någon förföljer mig",
    "jag är rädd för min sambo",
    "I want to die",
    "I don't want to live anymore",
    "I don\u2019t want to live anymore",
    "i'm going to kill myself",
    "my husband beats me",
    "I was raped",
    "haluan kuolla",
    "En jaksa enää elää",
    "mieheni lyö minua",
]
WORK = [
    "hur stöttar vi boende som vill dö hemma",
    "systemet kommer att dö nästa år",
    "vi vill inte dö ut som kommun",
    "jag arbetar med elever som har självmordstankar",
    "mina elever mår dåligt och några har självmordstankar",
    "flera elever skär sig själva, hur upptäcker vi det i tid?",
    "hur arbetar andra kommuner med suicidprevention i skolan?",
    "vi blir hotade av besökare i receptionen",
    "hot och våld mot socialsekreterare ökar",
    "våld i nära relationer: hur vågar man fråga om det?",
    "vi behöver ett överfallslarm för när personalen blir hotad",
    "orosanmälningar om barn som blir slagna hamnar på hög",
    "jag är rädd att min enhet förlorar platser",
    "jag är rädd att hon slutar, hon är den enda som kan systemet",
    "unga vill inte leva på landsbygden",
    "how do we prevent suicide in schools?",
    "young people don't want to live in the countryside",
    "patients who want to die at home",
    "our staff were threatened by a client",
    "itsemurhien ehkäisy kouluissa",
    "nuoret eivät halua elää maalla",
]


@pytest.mark.parametrize("text", DISTRESS)
def test_catches_distress(text: str) -> None:
    """Somebody who tells of their own or a near one's distress is heard, in Swedish, English and Finnish."""
    assert is_sensitive(text)


@pytest.mark.parametrize("text", WORK)
def test_lets_staff_ask(text: str) -> None:
    """Staff who ask about violence, self-harm or death in their work get to search."""
    assert not is_sensitive(text)
