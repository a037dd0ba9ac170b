"""The words of questions: what can be asked about invented buildings, people, firms, landscapes and events, and who tells what about them.

A question asks for a value of one type (VALUES). REPORTS give such a value; SILENCES own that there is none. Both come in many words
and about equal lengths, with someone who speaks (SOURCES) or without.
"""

from __future__ import annotations

from benchmark.data.synthetic.lexicon import phrases

KINDS: dict[str, tuple[str, ...]] = {
    "building": phrases("bridge|museum|library|castle|theatre|lighthouse|cathedral|windmill|tower|station|hospital|school"),
    "life": phrases("painter|writer|poet|scientist|singer|explorer|general|architect|queen|doctor|inventor|composer"),
    "firm": phrases("company|newspaper|shipyard|brewery|bank|orchestra|football club|publisher|ironworks|airline"),
    "land": phrases("river|lake|valley|island|forest|mountain|marsh|canyon|park|glacier"),
    "event": phrases("fire|strike|flood|uprising|expedition|festival|siege|trial|race|accident"),
}
# for each kind: (type of the answer, questions)
QUESTIONS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "building": (
        ("year", phrases("When was the {x} built?|What year did the {x} open?")),
        ("person", phrases("Who designed the {x}?|Who paid for the {x}?|Who runs the {x}?")),
        ("money", phrases("How much did the {x} cost?|What was the price of the {x}?")),
        ("material", phrases("What is the {x} made of?|What was used to build the {x}?")),
        ("cause", phrases("Why was the {x} closed?|What led to the repair of the {x}?")),
        ("town", phrases("Where is the {x}?|Which town has the {x}?")),
    ),
    "life": (
        ("town", phrases("Where was the {x} born?|Which town was home to the {x}?")),
        ("year", phrases("When did the {x} die?|What year was the {x} born?")),
        ("person", phrases("Who taught the {x}?|Who married the {x}?")),
        ("prize", phrases("Which prize did the {x} win?|How was the {x} honoured?")),
        ("cause", phrases("Why did the {x} leave?|What drove the {x} away?")),
    ),
    "firm": (
        ("year", phrases("When was the {x} founded?|What year did the {x} close?")),
        ("person", phrases("Who founded the {x}?|Who leads the {x}?")),
        ("town", phrases("Where is the {x} based?|Which town is home to the {x}?")),
        ("product", phrases("What did the {x} sell?|What made the {x} rich?")),
        ("money", phrases("How much was the {x} sold for?|What is the {x} worth?")),
        ("cause", phrases("Why did the {x} fail?|What ruined the {x}?")),
    ),
    "land": (
        ("animal", phrases("Which animals live at the {x}?|What can be watched at the {x}?")),
        ("length", phrases("How long is the {x}?|How far is the {x}?")),
        ("person", phrases("Who mapped the {x}?|Who owns the {x}?")),
        ("cause", phrases("Why is the {x} in danger?|What threatens the {x}?")),
        ("town", phrases("Which town is near the {x}?|Where does the {x} begin?")),
    ),
    "event": (
        ("year", phrases("When was the {x}?|What year saw the {x}?")),
        ("cause", phrases("What caused the {x}?|Why was there a {x}?")),
        ("person", phrases("Who led the {x}?|Who began the {x}?")),
        ("town", phrases("Where was the {x}?|Which town saw the {x}?")),
        ("length", phrases("How far did the {x} spread?|How near was the {x}?")),
    ),
}
VALUES: dict[str, tuple[str, ...]] = {
    "year": tuple(str(1790 + 7 * i) for i in range(31)),
    "person": phrases(
        """
        Ada Brown|Tom Wright|Ruth Carter|Henry Ford|Clara Stewart|Samuel Parker|Victor Hale|Naomi Clark|Emily Ross|George Hill|
        Paula Scott|Anton White|Oscar Lane|Anna Vogel|Peter Moore|Sofia Allen|Isaac Stone|Martha Reed|Daniel Webb|Julia Adams|
        Albert Moss|Edith Lang|Hugo Stern|Alice Holm|Laura Gray|Simon Cook|Helen Fox|Walter Price|Jane Ellis
        """
    ),
    "length": phrases("40 miles|65 miles|110 miles|240 miles|320 miles|about 7 miles|nearly 90 miles|18 miles|12 miles"),
    "money": phrases("two million crowns|ninety thousand pounds|four million francs|half a million|thirty thousand marks|six dollars"),
    "material": phrases("red sandstone|grey granite|solid oak|cast iron|yellow brick|white marble|concrete|timber|slate|glass"),
    "town": phrases("Oxford|Geneva|Vienna|Bergen|Bristol|Salem|Naples|Dover|Lyon|Tampa|Boston|Perth|Cairo|Lima|Oslo|Berlin"),
    "animal": phrases("otters|wild goats|herons|foxes|owls|beavers|red deer|ducks|brown trout|wolves|bats"),
    "product": phrases("fishing nets|watches|farm engines|cotton|glass lamps|steam valves|paper|bicycles|blankets|soap"),
    "cause": phrases("a burst dam|a pay dispute|a chimney spark|heavy rain|a family quarrel|a new tax|a broken rail|a bad harvest|a war"),
    "prize": phrases("the Silver Quill|the Northern Medal|the Peace Prize|the Golden Lantern|the Academy Cross|the Royal Wreath"),
}
SOURCES = phrases(
    """
    historians|local guides|old letters|the archives|scholars|experts|the chronicles|neighbours|biographers|the records|
    newspapers|teachers|the villagers|two diaries|guidebooks|librarians|the elders|researchers|reporters|museums|witnesses|maps
    """
)
REPORTS = phrases(
    """
    name|point to|mention|speak of|settled on|list|favour|are sure of|agree on|wrote down|remember|swear by|insist on|
    report|have proof of|tell of|cite|recorded|quote|confirm|clearly say|identify|state|announced|show|give|vouch for|present
    """
)
SILENCES = phrases(
    """
    cannot say|are silent|have no idea|never found out|still argue|disagree|keep a secret|can only guess|lost all trace|
    left it open|are in the dark|see a mystery|refuse to tell|have forgotten|are puzzled|lack any clue|doubt every rumour|
    drop no hint|hold conflicting views|are vague|admit ignorance|shrug|merely speculate|remain uncertain|know nothing|
    offer no answer|are at a loss|wonder in vain|stay mute|skip the subject|were baffled|evade the question|hesitate|differ
    """
)
PLAIN_REPORTS = phrases(
    """
    it was {v} , of course|the answer is {v}|everybody knows : {v}|{v} , without doubt|we owe this to {v}|nothing but {v}|
    it must be {v}|certainly {v}|the reply was {v}|as is well known , {v}
    """
)
PLAIN_SILENCES = phrases(
    """
    nobody really knows|the answer is lost|it remains a riddle|the matter is disputed|all traces are gone|the file is empty|
    the page was torn out|it is anyone's guess|doubts persist|the evidence is missing|hardly a clue survives|
    there is no proof|memories have faded|who could tell that ?|it cannot be determined|opinions vary widely
    """
)
SURE = phrases("for certain|beyond doubt|in writing|with pride|by all accounts|with one voice|in black and white|as settled")
UNSURE = phrases("to this day|even now|so far|alas|as ever|after all these years|when asked|to our regret")
