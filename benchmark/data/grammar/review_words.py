"""Words of film reviews, by sentiment: 1 good, -1 bad. Whole verdicts stand beside adjectives, so that no short list of words decides."""

from __future__ import annotations

from benchmark.data.grammar.lexicon import phrases, words

ADJECTIVES = {
    1: words(
        """
            admirable affecting agile assured astonishing beautiful bewitching bold bracing brilliant captivating charming clever
            compelling confident crisp dazzling deft delicate delicious delightful disarming effervescent elegant enchanting engaging
            enjoyable enthralling excellent exhilarating exquisite fascinating fearless fresh funny generous gentle glorious graceful
            gripping haunting heartfelt hilarious honest humane imaginative impressive ingenious insightful inspired intelligent
            intoxicating inventive irresistible joyous likeable lively luminous lyrical magnetic masterly memorable moving nimble
            nuanced original perceptive playful poignant polished radiant refreshing remarkable resonant rewarding riveting rousing
            satisfying sharp sincere sly sparkling spirited stirring stunning subtle superb supple tender terrific thoughtful thrilling
            touching uplifting vibrant vivid warm wise witty wonderful
        """
    ),
    -1: words(
        """
            abysmal amateurish annoying appalling artless awful awkward banal bland bloated boring careless cheap clumsy cluttered
            confusing contrived crass crude cynical dated deadening derivative disappointing disjointed dismal drab dreadful dreary dull
            embarrassing empty exhausting feeble flabby flat flimsy forced forgettable garbled generic ghastly glib grating half-baked
            hackneyed hollow humourless incoherent inept inert insipid insufferable insulting irritating joyless lame laboured lazy
            leaden lifeless listless ludicrous lumbering mangled mawkish mechanical mediocre messy mindless monotonous muddled numbing
            obnoxious painful patronising pedestrian plodding pointless preposterous pretentious ridiculous routine shallow shapeless
            shoddy shrill slapdash sloppy sluggish smug soulless stale stilted sterile stupid tacky tasteless tedious terrible
            threadbare tiresome trite ugly unconvincing unfunny uninspired vapid wearying witless wooden wretched
        """
    ),
}
VERDICTS = {
    1: phrases(
        """
            keeps you guessing until its last minute|earns every one of its tears|had the whole row cheering|never puts a foot wrong|
            lingers in the mind for days|finds fresh life in an old tale|flies by in what feels like minutes|
            deserves a far bigger audience|treats its audience as grown-ups|lands nearly every joke|will send you home smiling|
            rewards a second visit|breathes new air into the genre|makes two hours feel like one|builds to a finale worth the wait|
            won me over within minutes|has more ideas in one scene than most have in a season|sets a new mark for films of its kind|
            knows exactly what it is doing|is the best thing its director has made|hits the heart without pulling strings|
            had me on the edge of my seat|made me want to call my mother|gives every player a chance to shine|
            is worth twice the price of a ticket|pulls off a trick that few would dare|restores some faith in the movies|
            left the room in happy silence|gets better the longer you think about it|is a small miracle|
            is a gift to anyone who loves a good story|turns a thin idea into gold|grows on you scene by scene|
            belongs on the shelf beside the classics|never runs short of charm
        """
    ),
    -1: phrases(
        """
            runs out of ideas before the first hour|had me checking my watch|sinks under its own weight|wastes a fine cast|
            never decides what it wants to be|mistakes noise for excitement|falls apart in its second half|
            feels twice as long as it is|was clearly written by a committee|leaves no trace by the time you reach the car park|
            misses almost every mark it aims for|tests the patience of its kindest viewers|could put a night nurse to sleep|
            drowns its story in syrup|talks down to its audience|made me long for the adverts|goes through the motions|
            is a chore from start to finish|squanders every chance it is given|has less life than its own poster|
            should have stayed in a drawer|cannot find a single reason to exist|collapses the moment you think about it|
            is two hours i will not get back|sent half the row to the exit|repeats one joke until it dies|
            borrows from better films and returns nothing|treats its people like furniture|ends just when it might have begun|
            is all wrapping and no present|trips over its own plot|buries its one idea under tricks|
            turns a rich subject into porridge|gets worse with every reel|has nothing to say and says it loudly
        """
    ),
}
ASPECTS = phrases(
    """
        the acting|the script|the dialogue|the plot|the camera work|the pacing|the score|the ending|the opening scene|
        the lead performance|the humour|the romance|the direction|the editing|the story|the second act|the villain|
        the animation|the chemistry of the leads|the dancing|the set design|the narration|the central idea|the final twist|
        the supporting cast|the voice work|the courtroom scene|the chase through the harbour|the love story|the long middle part|
        the message|the tone|the lighting|the mystery at its centre|the family drama|the comedy|the last reel|the writing
    """
)
FILMS = phrases(
    """
        the film|the movie|this picture|this sequel|this remake|this debut|the whole thing|this thriller|this comedy|
        this western|this drama|this cartoon|this musical|this documentary|this period piece|this war film|this road movie|
        this heist caper|this ghost story|this biography|this fable|this adaptation|this satire|this crime story|
        this tale of two brothers|this portrait of a village
    """
)
FACTS = phrases(
    """
        set in a fishing village|shot in black and white|based on a short novel|told in three chapters|made on a small budget|
        filmed over two winters|spoken largely in french|adapted from a stage play|set during the last days of a war|
        running just over two hours|following a family of bakers|built around a single dinner|told by an old sailor|
        set aboard a night train|made by a team of students|following a young teacher|set in a northern mining town|
        starring mostly newcomers|inspired by a true case|opening on a frozen lake|about a lost violin|about a widow and her lodger|
        about a town that votes to move|about four friends and a van|set among rival chefs|spanning forty years|
        shot almost wholly indoors|about an election in a small port|following a pair of locksmiths|set in the near future|
        about a clock that runs backwards|co-written by its star
    """
)
NEGATIONS = phrases(
    """
        is not {}|is never {}|is hardly {}|is far from {}|is anything but {}|is not in the least {}|is by no means {}|
        is not what anyone would call {}|does not feel {}|never becomes {}|could not be called {}
    """
)
EXPECTATIONS = phrases(
    """
        i went in expecting something {} , and {}|the trailer promised something {} , yet {}|friends had called it {} , but {}|
        the first reviews said it was {} ; in truth {}|it could easily have been {} , and instead {}|
        what might have turned out {} goes another way : {}|the book was {} ; by contrast {}|after an earlier film that was {} , {}|
        my neighbour found it {} , though as i saw it {}
    """
)
CONCESSIONS = phrases(
    """
        although {} , {}|{} , but {}|even though {} , {}|while {} , {}|granted , {} ; still , {}|{} , and yet {}|
        it is true that {} ; all the same , {}|{} , which matters little because {}|one may complain that {} , except that {}
    """
)
LATE_CONCESSIONS = phrases(
    """
        {} , even if {}|{} , although {}|{} , despite the fact that {}|{} , never mind that {}|{} , no matter that {}
    """
)
ADVERBS = ("",) * 4 + phrases("really|truly|quite|often|simply|deeply|thoroughly|consistently|remarkably|at times|wholly")
