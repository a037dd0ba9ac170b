"""Nouns with what they are a kind of, actions with what they imply and exclude, and places: the knowledge behind the inferences."""

from __future__ import annotations

from benchmark.data.synthetic.lexicon import phrases, rows

# narrower | noun | wider | exclusive sister (plural nouns; all of the first are the second, all of the second the third)
NOUNS = rows("""
puppies | dogs | animals | cats
kittens | cats | pets | dogs
ponies | horses | animals | cows
calves | cows | beasts | sheep
lambs | sheep | animals | goats
ducklings | ducks | birds | owls
barn owls | owls | birds | geese
head nurses | nurses | hospital staff | porters
young surgeons | surgeons | doctors | dentists
jazz drummers | drummers | musicians | pianists
solo violinists | violinists | musicians | drummers
tenors | singers | performers | magicians
club jugglers | jugglers | entertainers | clowns
math teachers | teachers | adults | toddlers
taxi drivers | drivers | workers | cooks
pastry cooks | cooks | workers | gardeners
master carpenters | carpenters | craftsmen | plumbers
junior plumbers | plumbers | craftsmen | tailors
schoolgirls | girls | children | boys
twin boys | boys | kids | girls
grandmothers | women | people | men
bearded men | men | people | women
sprinters | runners | athletes | swimmers
junior swimmers | swimmers | athletes | rowers
mountain bikers | cyclists | sports fans | skaters
old sailors | sailors | travellers | soldiers
navy divers | divers | swimmers | surfers
exchange students | students | learners | professors
portrait painters | painters | artists | sculptors
crime reporters | reporters | writers | lawyers
bank clerks | clerks | office workers | builders
stage actors | actors | performers | dancers
ballet dancers | dancers | artists | actors
rose growers | gardeners | workers | miners
car thieves | thieves | criminals | policemen
detectives | police officers | officials | burglars
""")
# action | what it implies | what it excludes
ACTIONS = rows("""
sprint | are moving | stand still
crawl | are in motion | run at full speed
sleep | get some rest | are wide awake
nap | relax | dance about
eat soup | have some food | are fasting
devour apples | eat fruit | refuse all food
drink tea | take a drink | go thirsty
sing | make a sound | keep silent
whisper | talk softly | shout out loud
shout | are loud | stay quiet
laugh | are amused | weep
cry | shed tears | smile
queue | are waiting | jump the queue
climb a ladder | go up | lie on the floor
carry boxes | hold something | have empty hands
wash windows | are cleaning | make a mess
sweep the floor | tidy up | scatter rubbish
play chess | play a game | refuse to play
play hide and seek | play together | sit apart
argue | disagree | agree on everything
swim | are in water | are on dry land
march | walk | sit still
shiver | feel cold | sweat
watch a film | look at a screen | have closed eyes
race | compete | have given up
sit down | are seated | stand up
""")
# what no eye can see, and every action leaves open
MINDS = phrases(
    """
    hope for praise|are proud of themselves|dream of the sea|fear the dark|miss an old friend|regret a mistake|love music|
    believe in ghosts|want a new home|envy others|worry about tomorrow|remember childhood|feel lonely at times|long for summer|
    like each other|crave fame|are jealous|expect a reward|admire the king|hate winter|are homesick|enjoy this very much|
    feel ashamed|wish for snow|are in love|prefer mornings|think of lunch|are thankful|doubt everything|plan revenge|
    are worried|suspect a trick|adore sweets|dislike strangers|crave attention|know a secret|feel guilty|are curious|
    are hopeful|imagine monsters|mourn a loss|dread the holidays|cherish freedom|have regrets|are bored with life|
    forgave a brother|have faith|recall better days
    """
)
# they are not there at all
ABSENCES = phrases(
    """
    are nowhere in sight|have vanished|stayed at home|never came|are absent|have all died|ran away|disappeared|are missing|
    are on strike|ceased to exist|left long ago|are away on holiday|did not show up|have retired|moved out|are extinct|
    failed to appear|have emigrated|are gone for good|called in sick|got banned|moved abroad last year|escaped|
    skipped the day|got lost elsewhere|quit yesterday|remain in hospital
    """
)
REFUSALS = ("do not", "never")
# place | what it implies | what it excludes
PLACES = rows("""
in the kitchen | indoors | out in the fields
in the library | inside | on the beach
in the school hall | in a building | in the open air
in the cellar | below ground | on the roof
on the balcony | outside | in the cellar
in the garden | outdoors | inside the house
on the beach | by the water | up in the mountains
at the harbour | by the sea | deep in the desert
in the park | outdoors | in a lift
on the train | in a vehicle | at home in bed
on the ferry | on a boat | on solid ground
in the market | in public | in a private room
near the old bridge | near a bridge | far from any bridge
in the front row | near the stage | in the last row
under the oak | under a tree | on a bare plain
behind the barn | on a farm | in the middle of a city
""")
NUMBERS = ("two", "three", "four", "five", "six", "ten")
# quantifier | what it implies of the same things
WEAKER = rows("""
all of the | most of the
most of the | some of the
many of the | some of the
several of the | some of the
""")
