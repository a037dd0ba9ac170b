"""What can be asked and told about invented places, people, firms, landscapes and events.

KINDS holds pairs: what there is of a kind, and its attributes. An attribute is (questions, statements); {x} is the thing, other names
in braces are drawn from VALUES. Every question of an attribute asks for what all its statements tell.
"""

from __future__ import annotations

from benchmark.data.grammar.lexicon import phrases

Attribute = tuple[tuple[str, ...], tuple[str, ...]]


def attributes(text: str) -> tuple[Attribute, ...]:
    """Attributes from a text block: a line of questions starts with `?`, the lines of statements that follow it with `-`."""
    asked: list[tuple[list[str], list[str]]] = []
    for line in text.strip().splitlines():
        mark, rest = line.split(maxsplit=1)
        if mark == "?":
            asked.append(([], []))
        asked[-1][mark == "-"].extend(phrases(rest))
    return tuple((tuple(questions), tuple(statements)) for questions, statements in asked)


NAMES = phrases(
    """
    Halvern|Torrick|Ashmere|Bellwood|Carrow|Dunmarsh|Elsgate|Farrowby|Gantry|Hollin|Istmoor|Jarrow Hill|Kelstone|Lindale|Marwick|
    Norbury|Oxley|Penhallow|Quarrel|Rushford|Selwick|Thornbeck|Ulverd|Vexley|Wansford|Yarrowdale|Zellmark|Brindle|Corvane|Dresden Row|
    Eastmere|Fallow|Grenfold|Harbeck|Ingleby|Kestrel|Lowmoor|Millbrook|Netherby|Orwen|Pellgate|Ravensby|Stanmere|Tolland|Underhay|
    Verrin|Westhope|Applegarth|Birkdale|Castor
    """
)
PEOPLE = phrases(
    """
    Ada Brunner|Tomas Ilves|Mirela Kostov|Jonas Field|Ruth Abara|Henrik Solberg|Clara Duval|Samuel Okoro|Ines Calder|Viktor Hale|
    Naomi Petrov|Emil Karsten|Leila Haddad|George Ashdown|Paula Merino|Anton Weiss|Greta Lindqvist|Oscar Bane|Hanna Vogel|Peter Malloy|
    Sofia Arden|Isaac Thorne|Marta Riedel|Daniel Achebe|Julia Ferro|Albert Moss|Edith Lang|Hugo Stern|Frida Holm|Nikolai Brandt
    """
)
VALUES: dict[str, tuple[str, ...]] = {
    "year": tuple(str(1790 + 7 * i) for i in range(31)),
    "later": tuple(str(1931 + 5 * i) for i in range(15)),
    "person": PEOPLE,
    "other": PEOPLE,
    "number": phrases(
        """
        twelve|nineteen|forty|sixty-five|about ninety|one hundred and ten|some three hundred|nearly six hundred|two thousand|
        over nine thousand
        """
    ),
    "length": phrases(
        """
        40|65|110|185|240|320|410|560|730|1,200
        """
    ),
    "money": phrases(
        """
        two million crowns|ninety thousand pounds|four million francs|half a million dollars|eleven million marks|
        thirty thousand guilders
        """
    ),
    "material": phrases(
        """
        red sandstone|grey granite|oak and slate|cast iron|yellow brick|white marble|poured concrete|reclaimed timber|dark basalt
        """
    ),
    "town": phrases(
        """
        Oslen|Port Vale|Sarnheim|Little Gorse|Abbotsea|Nordhaven|San Telmo|Grauburg|Kirkwell|Montfer|Tarnow Bridge|Lakeport
        """
    ),
    "subject": phrases(
        """
        botany|medieval law|organ music|engineering|anatomy|philosophy|theology|cartography|chemistry|economics
        """
    ),
    "animal": phrases(
        """
        otters|wild goats|grey herons|lynx|salamanders|eagle owls|beavers|red deer|wading birds|brown trout
        """
    ),
    "product": phrases(
        """
        fishing nets|pocket watches|farm engines|printed cotton|glass lamps|steam valves|writing paper|bicycles|wool blankets|soap
        """
    ),
    "cause": phrases(
        """
        a burst dam|a dispute over wages|a spark from a chimney|weeks of heavy rain|a quarrel between two families|a new tax on salt|
        a broken rail|a failed harvest
        """
    ),
    "prize": phrases(
        """
        the Silver Quill|the Northern Medal|the Arden Prize|the Golden Lantern|the Academy Cross|the Royal Wreath
        """
    ),
    "work": phrases(
        """
        a long poem about the sea|a map of the southern coast|a theory of tides|a cycle of winter songs|portraits of dock workers|
        a cure for marsh fever
        """
    ),
    "damage": phrases(
        """
        two mills and a chapel|the whole of the old harbour|forty houses|the grain stores|the eastern wall|most of the market hall
        """
    ),
    "few": phrases(
        """
        two|three|four|five|six|seven|eight|nine|eleven
        """
    ),
    "harm": phrases(
        """
        waste from the tanneries|the felling of old trees|rising water|too many boats|the new motorway|acid rain|careless campers|
        imported weeds
        """
    ),
}
BUILDINGS = phrases(
    """
    bridge|museum|library|castle|theatre|lighthouse|cathedral|town hall|windmill|observatory|railway station|hospital
    """
)
FIRMS = phrases(
    """
    company|newspaper|shipyard|brewery|bank|orchestra|football club|publishing house|ironworks|airline
    """
)
LANDS = phrases(
    """
    river|lake|valley|island|forest|mountain|marsh|canyon|nature park|glacier
    """
)
EVENTS = phrases(
    """
    fire|strike|flood|uprising|expedition|festival|siege|trial|regatta|railway accident
    """
)
BUILT = attributes(
    """
    ? When was the {x} built? | In what year did the {x} open to the public?
    - The first visitors passed through the {x} in {year}. | Work on the {x} was finished in {year}. | The {x} dates from {year}.
    ? Who designed the {x}? | Which architect drew the plans of the {x}?
    - {person} drew up the plans for the {x}. | The {x} is regarded as the finest work of the architect {person}.
    - The {x} was the creation of {person}.
    ? How much did the {x} cost? | What was the price of building the {x}?
    - Raising the {x} swallowed {money}. | The bill for the {x} came to {money}. | The {x} was put up for {money}.
    ? What is the {x} made of? | Which material was used for the {x}?
    - The walls of the {x} are of {material}. | Masons chose {material} for the {x}. | {material} gives the {x} its colour.
    ? Why was the {x} closed for a time? | What led to the closing of the {x}?
    - After {cause} the {x} had to shut its gates. | The {x} stood empty for a decade because of {cause}.
    - {cause} put the {x} out of use.
    ? How many people visit the {x} each day? | How large is the daily crowd at the {x}?
    - On most days {number} guests come to see the {x}. | The {x} receives {number} callers between morning and evening.
    ? Who paid for the {x}? | Which patron financed the {x}?
    - The money for the {x} came from the merchant {person}. | {person} left a fortune for the {x}.
    - The {x} owes its existence to a gift of {person}.
    ? Who runs the {x} today? | Who is in charge of the {x} now?
    - The present keeper of the {x} is {person}. | {person} has managed the {x} since {later}.
    ? When was the {x} restored? | In which year was the {x} repaired?
    - The {x} was given a new roof and fresh paint in {later}. | Craftsmen brought the {x} back to its old state in {later}.
    """
)
LIVES = attributes(
    """
    ? Where was {x} born? | In which town did {x} come into the world?
    - {x} was the third child of a tailor in {town}. | {x} first saw daylight in {town}. | The birthplace of {x} is {town}.
    ? When did {x} die? | In what year did the life of {x} end?
    - {x} was laid to rest in {later}. | A fever carried {x} off in {later}. | {x} passed away in {later}.
    ? What did {x} study? | Which subject did {x} read at university?
    - At college {x} took a degree in {subject}. | {x} spent five years as a student of {subject}.
    ? Which prize did {x} win? | What award was given to {x}?
    - {x} was honoured with {prize}. | The jury handed {prize} to {x}. | {prize} went to {x} that spring.
    ? What is {x} best known for? | To what does {x} owe fame?
    - The name of {x} is tied to {work}. | {x} became famous through {work}. | Most people remember {x} for {work}.
    ? Who was {x} married to? | Who was the spouse of {x}?
    - {x} shared a home and four children with {other}. | The wedding of {x} and {other} was a quiet one.
    ? Who taught {x}? | Which teacher trained {x}?
    - {x} learnt the craft in the workshop of {other}. | As a pupil of {other} , {x} made quick progress.
    ? How many languages did {x} speak? | How many tongues was {x} fluent in?
    - {x} could hold a conversation in {few} languages. | Letters by {x} survive in {few} different tongues.
    ? Why did {x} leave the country? | What drove {x} into exile?
    - {cause} forced {x} to move abroad. | {x} fled overseas after {cause}.
    """
)
WORK = attributes(
    """
    ? When was the {x} founded? | In which year did the {x} start out?
    - The {x} was set up in {year}. | The beginnings of the {x} go back to {year}. | In {year} a handful of friends started the {x}.
    ? Who founded the {x}? | Who started the {x}?
    - The {x} was brought to life by {person}. | {person} set up the {x} with borrowed money. | It was {person} who established the {x}.
    ? Where does the {x} have its main office? | In which town is the {x} based?
    - The {x} is run from a house in {town}. | The seat of the {x} is in {town}. | From {town} the {x} serves the whole coast.
    ? How many people work for the {x}? | What is the number of staff at the {x}?
    - The {x} has {number} people on its payroll. | {number} men and women earn their living at the {x}.
    ? What did the {x} sell at first? | Which goods made the {x} rich?
    - In its early days the {x} dealt in {product}. | The {x} made its fortune with {product}.
    ? Why did the {x} nearly fail? | What brought the {x} to the edge of ruin?
    - {cause} almost finished the {x}. | The {x} came close to bankruptcy because of {cause}.
    ? Who leads the {x} at present? | Who is the head of the {x} now?
    - {person} took the helm of the {x} last year. | The {x} now answers to {person}.
    ? How much was the {x} sold for? | What sum was paid for the {x}?
    - A rival bought the {x} for {money}. | The {x} changed hands for {money}.
    ? When did the {x} move to its new building? | In what year did the {x} change its address?
    - Since {later} the {x} has occupied larger rooms. | The {x} packed its boxes and crossed the street in {later}.
    """
)
NATURE = attributes(
    """
    ? Which animals live around the {x}? | What wildlife is found at the {x}?
    - The {x} is home to {animal}. | At dawn one can watch {animal} at the {x}. | {animal} have returned to the {x}.
    ? How long is the {x}? | What distance does the {x} cover?
    - From end to end the {x} measures {length} kilometres. | The {x} stretches over {length} kilometres.
    ? Who first mapped the {x}? | Who made the first chart of the {x}?
    - The surveyor {person} was the first to put the {x} on paper. | The earliest chart of the {x} is by {person}.
    ? When did the {x} become protected? | Since what year has the {x} been under protection?
    - Hunting and building at the {x} have been banned since {later}. | In {later} a law put the {x} under the care of the state.
    ? Why is the {x} in danger? | What threatens the {x}?
    - The {x} suffers from {harm}. | {harm} may destroy the {x} within a generation.
    ? Which town lies closest to the {x}? | What is the nearest town to the {x}?
    - Travellers to the {x} usually stay the night in {town}. | A short walk leads from {town} to the {x}.
    ? How deep is the snow at the {x} in winter? | How much snow falls at the {x}?
    - In January the {x} lies under {few} feet of white. | Drifts of {few} feet are common at the {x} in the cold months.
    ? After whom is the {x} named? | Where does the {x} get its name from?
    - The {x} carries the name of the hermit {person}. | Settlers called the {x} after {person}.
    """
)
HISTORY = attributes(
    """
    ? When did the {x} take place? | In which year did the {x} happen?
    - The {x} falls in the year {year}. | People of the district still speak of {year} , the year of the {x}.
    ? What caused the {x}? | Why did the {x} come about?
    - The {x} was set off by {cause}. | Behind the {x} stood {cause}. | {cause} led to the {x}.
    ? How many people took part in the {x}? | How many were involved in the {x}?
    - {number} men and women joined in the {x}. | Witnesses counted {number} participants at the {x}.
    ? What was destroyed in the {x}? | What damage did the {x} do?
    - The {x} cost the town {damage}. | After the {x} , {damage} lay in ruins.
    ? Who led the {x}? | Who was at the head of the {x}?
    - At the centre of the {x} stood {person}. | The {x} followed the orders of {person}.
    ? How long did the {x} last? | What was the duration of the {x}?
    - The {x} was over after {few} days. | It took {few} weeks before the {x} came to an end.
    ? Who wrote about the {x}? | Which author described the {x}?
    - A vivid account of the {x} is due to {person}. | {person} devoted a thick volume to the {x}.
    ? Where did the {x} begin? | In which town did the {x} start?
    - The {x} spread from {town}. | The first signs of the {x} were seen in {town}.
    """
)
KINDS: tuple[tuple[tuple[str, ...], tuple[Attribute, ...]], ...] = (
    (BUILDINGS, BUILT),
    ((), LIVES),  # people: their names are in PEOPLE
    (FIRMS, WORK),
    (LANDS, NATURE),
    (EVENTS, HISTORY),
)
