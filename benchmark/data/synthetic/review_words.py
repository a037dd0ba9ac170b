"""Words of film reviews, by sentiment: 1 good, -1 bad. Many words of one meaning, each of them rare: counting words carries little over."""

from __future__ import annotations

from benchmark.data.synthetic.lexicon import phrases, words

ADJECTIVES = {
    1: words(
        """
            admirable affecting amazing appealing astonishing beautiful bewitching bold brilliant captivating charming cheerful clever
            compelling dazzling delicious delightful elegant enchanting engaging enjoyable entertaining excellent exciting exquisite
            fabulous fantastic fascinating fearless fine fresh fun funny generous gentle glorious good graceful great gripping happy
            heartfelt heartwarming hilarious honest humane imaginative impressive inspired inspiring intelligent inventive joyful joyous
            likeable lively lovable lovely luminous magical magnificent marvellous masterful memorable moving original outstanding perfect
            pleasant pleasing poignant powerful radiant refreshing remarkable rewarding riveting satisfying sincere sparkling splendid
            stirring stunning sublime superb sweet talented tender terrific thoughtful thrilling touching triumphant unforgettable
            uplifting vibrant vivid warm wise witty wonderful
        """
    ),
    -1: words(
        """
            abysmal absurd amateurish annoying appalling atrocious awful awkward bad banal bland boring careless cheap clumsy confusing
            contrived crass cruel cynical depressing derivative disappointing disastrous disgusting dismal dreadful dreary dull
            embarrassing empty exhausting feeble flat foolish forgettable frustrating ghastly gloomy grating half-baked hideous hollow
            hopeless horrible idiotic incoherent incompetent inept insipid insulting irritating joyless laboured lame lazy leaden lifeless
            lousy ludicrous mediocre messy mindless miserable monotonous muddled nasty nauseating numbing obnoxious offensive painful
            pathetic plodding pointless poor predictable pretentious repulsive ridiculous rotten shallow shoddy silly sloppy sluggish stale
            stupid tacky tasteless tedious terrible tiresome ugly unbearable unfunny uninspired unpleasant useless vapid vile weak
            worthless wretched
        """
    ),
}
VERDICTS = {
    1: phrases(
        """
            deserves every prize|had the whole row cheering|never puts a foot wrong|lingers for days|flies by|lands every joke|
            will send you home smiling|rewards a second visit|won me over|was worth the wait|sets a new mark|hits the heart|
            had me in happy tears|lets everyone shine|is worth twice the price|is a small miracle|is a gift|grows on you|
            belongs among the classics|never runs short of charm|is a treat|is a triumph|made my week|is a joy to watch
        """
    ),
    -1: phrases(
        """
            runs out of ideas|had me checking my watch|sinks like a stone|wastes a fine cast|mistakes noise for wit|falls apart|
            feels twice as long|misses every mark|tests our patience|drowns in syrup|talks down to us|goes through the motions|
            is a chore|squanders every chance|should have stayed in a drawer|collapses at once|sent half the row home|
            trips over its own plot|has nothing to say|gets worse by the minute|is a waste of film|is a failure|ruined my week|
            is a bore to watch
        """
    ),
}
ASPECTS = phrases(
    """
        the acting|the script|the dialogue|the plot|the camera work|the pace|the music|the ending|the opening|the lead|the humour|
        the romance|the direction|the editing|the story|the second act|the villain|the animation|the dancing|the set|the narrator|
        the idea|the twist|the cast|the chase|the middle|the message|the tone|the light|the mystery|the writing|the hero
    """
)
FILMS = phrases(
    """
        film|movie|picture|sequel|remake|debut|thriller|comedy|western|drama|cartoon|musical|documentary|war film|road movie|
        ghost story|biography|fable|satire|crime story|fairy tale|family film|spy film|love story
    """
)
NEGATIONS = phrases("is not {}|is never {}|is hardly {}|is far from {}|is anything but {}|never becomes {}|is not even {}")
EXPECTATIONS = phrases("i expected something {} , and {}|friends called it {} , but {}|it might have been {} , yet {}|not {} at all : {}")
CONCESSIONS = phrases("although {} , {}|{} , but {}|while {} , {}|{} , and yet {}")
LATE_CONCESSIONS = phrases("{} , even if {}|{} , although {}|{} , though {}")
ADVERBS = ("",) * 6 + phrases("really|truly|quite|often|simply|deeply|at times|wholly|very|so")
