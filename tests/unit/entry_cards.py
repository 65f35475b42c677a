"""An entry as an answer shows it: a challenge with two solutions, and the source of one."""

from bot.replies import Card, Fact, Link

SOURCE = Link(text="Nattillsyn via kamera (Söderköpings kommun)", url="https://soderkoping.example/nattillsyn?a=1&b=2")
SOLUTION = Card(
    title="Söderköping låter kamera vara förstahandsvalet",
    subtitle="Söderköpings kommun · lösning · i bruk",
    facts=(Fact(label="Resultat", value="färre störda nätter"),),
    links=(SOURCE,),
)
CHALLENGE = Card(
    title="1. Nattens besök väcker dem vi ska titta till",
    subtitle="Flera kommuner · öppen utmaning",
    text="Lättväckta personer störs.",
    facts=(Fact(label="Varför", value="det står: «väckta»"),),
    cards=(SOLUTION, SOLUTION),
)
