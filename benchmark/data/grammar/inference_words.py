"""Nouns with what they are a kind of, actions with what they imply and exclude, and places: the knowledge behind the inferences."""

from __future__ import annotations

from benchmark.data.grammar.lexicon import phrases, rows

# narrower | noun | wider | exclusive sister (plural nouns; all of the first are the second, all of the second the third)
NOUNS = rows("""
puppies | dogs | animals | cats
kittens | cats | animals | dogs
ponies | horses | animals | cows
calves | cows | animals | sheep
lambs | sheep | animals | goats
ducklings | ducks | birds | owls
barn owls | owls | birds | geese
head nurses | nurses | hospital workers | porters
young surgeons | surgeons | doctors | dentists
jazz trumpeters | trumpeters | musicians | drummers
solo violinists | violinists | musicians | pianists
tenors | singers | performers | jugglers
club jugglers | jugglers | performers | magicians
primary school teachers | teachers | adults | toddlers
taxi drivers | drivers | workers | cooks
pastry cooks | cooks | workers | gardeners
master carpenters | carpenters | craftsmen | plumbers
apprentice plumbers | plumbers | craftsmen | tailors
schoolgirls | girls | children | boys
twin boys | boys | children | girls
grandmothers | women | people | men
bearded men | men | people | women
sprinters | runners | athletes | swimmers
junior swimmers | swimmers | athletes | rowers
mountain bikers | cyclists | sportspeople | skaters
retired sailors | sailors | seafarers | soldiers
navy divers | divers | swimmers | surfers
exchange students | students | learners | professors
portrait painters | painters | artists | sculptors
crime reporters | reporters | journalists | lawyers
bank clerks | clerks | office workers | builders
stage actors | actors | performers | dancers
ballet dancers | dancers | performers | actors
rose growers | gardeners | workers | miners
mobile phone thieves | thieves | criminals | policemen
detectives | police officers | officials | burglars
""")
# action | what it implies | what it excludes | a detail that it leaves open
ACTIONS = rows("""
are sprinting | are moving | are standing still | are sprinting to catch a bus
are crawling slowly | are moving | are running at full speed | are crawling towards a light
are sleeping | are resting | are hard at work | are sleeping after a long journey
are napping | are resting | are dancing | are napping because of the heat
are eating soup | are eating something | are fasting | are eating soup with bread
are devouring apples | are eating fruit | are refusing all food | are devouring apples from their own orchard
are drinking tea | are having a drink | are going thirsty | are drinking tea with honey
are singing loudly | are making a sound | are completely silent | are singing loudly for money
are whispering | are talking | are saying nothing | are whispering about the weather
are shouting | are making noise | are keeping quiet | are shouting at a referee
are laughing | are in good spirits | are weeping | are laughing at an old joke
are crying | are upset | are smiling happily | are crying over a lost toy
are waiting in a queue | are waiting | have already left | are waiting in a queue for tickets
are climbing a ladder | are going up | are lying on the floor | are climbing a ladder to mend a roof
are carrying heavy boxes | are carrying things | have empty hands | are carrying heavy boxes full of books
are washing windows | are cleaning | are making a mess | are washing windows for a neighbour
are sweeping the floor | are cleaning | are scattering rubbish | are sweeping the floor before a party
are playing chess | are playing a game | are working hard | are playing chess for a trophy
are playing hide and seek | are playing | are sitting an exam | are playing hide and seek with a cousin
are arguing | are disagreeing | are in full agreement | are arguing about rent
are swimming | are in the water | are on dry land | are swimming against the current
are arriving | are coming | are going away | are arriving from abroad
are walking away | are leaving | are staying where they are | are walking away with a reward
are shivering | are cold | are sweating in the heat | are shivering without a coat
are watching a film | are looking at a screen | have their eyes shut | are watching a film about whales
are winning | are ahead | are losing | are winning for the third time
are hiding | are out of sight | are in plain view | are hiding from a friend
are sitting on a bench | are seated | are standing up | are sitting on a bench that they painted
""")
# place | what it implies | what it excludes
PLACES = rows("""
in the kitchen | indoors | out in the fields
in the library | inside a building | on the beach
in the school hall | inside a building | in the open air
in the cellar | below ground | on the roof
on the balcony | outside | in the cellar
in the garden | outdoors | inside the house
on the beach | by the water | up in the mountains
at the harbour | by the water | deep in the desert
in the park | outdoors | in a lift
on the train | on a vehicle | at home in bed
on the ferry | on a boat | on solid ground
in the market square | in a public place | in a private room
near the old bridge | near a bridge | far from any bridge
in the front row | near the stage | in the last row
under the oak tree | under a tree | on a treeless plain
behind the barn | near a farm building | in the middle of a city
""")
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve")
# quantifier | what it implies of the same things | what it leaves open
WEAKER = rows("""
all of the | most of the | all of the invited
most of the | some of the | all of the
many of the | some of the | all of the
several of the | some of the | most of the
nearly all of the | many of the | all of the
""")
OPENINGS = ("",) * 4 + phrases(
    "this morning|at noon|on sunday|right now|as the rain begins|after lunch|before the concert|in the early light"
)
