"""The words of captions, as lists: what ``caption_grammar`` parses with and ``caption_questions`` asks about."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COLOURS = _words("red orange yellow green blue purple pink brown black white gray tan beige silver gold")
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
HUMANS = {  # what a being is called → the words for it
    "man": "man men guy guys gentleman gentlemen cowboy fisherman businessman",
    "woman": "woman women lady ladies bride female females",
    "boy": "boy boys",
    "girl": "girl girls",
    "child": "child children kid kids toddler toddlers baby babies youth youths",
    "person": """
        person people player players rider riders biker bikers skier skiers surfer surfers skateboarder
        skateboarders snowboarder snowboarders climber climbers hiker hikers cyclist cyclists bicyclist bicyclists
        runner runners racer racers adult adults teenager teenagers swimmer swimmers skater skaters motorcyclist
        motorcyclists someone individual individuals performer performers dancer dancers wrestler wrestlers diver
        divers goalie catcher pitcher batter golfer boxer boxers kayaker kayakers musician musicians worker workers
        spectators onlookers audience family families crowd crowds team teams couple couples group groups friends
        passengers pedestrians soldiers policeman policemen officer officers male males guitarist singer teen teens
        figure cheerleader cheerleaders tourist tourists athlete athletes fan fans everyone owner owners trainer
        trainers friend mother mothers father mom dad brother brothers sister sisters opponent opponents teammate
        teammates others member members driver drivers referee coach instructor guide lifeguard clown clowns artist
        vendor chef waitress bystanders patrons students student parent parents son daughter wife husband customers
        shoppers protesters participant participants contestants competitors jockey soldier fireman firemen
        firefighter firefighters photographer mountaineer hunter farmer bicycler boarder motocrosser snorkeler
        sailor sailors gymnast ballerina juggler drummer singers trio duo
    """,
}
ANIMALS = {
    "dog": """
        dog dogs puppy puppies retriever retrievers greyhound greyhounds terrier terriers poodle poodles collie
        labrador lab labs pup pups dalmatian bulldog rottweiler chihuahua husky hound hounds beagle doberman corgi
        dachshund shepherd mutt pug
    """,
    "cat": "cat cats kitten kittens",
    "horse": "horse horses pony ponies",
    "bird": "bird birds duck ducks seagull seagulls goose geese eagle parrot swan pigeon pigeons owl",
    "cow": "cow cows cattle bull bulls calf",
    "sheep": "sheep lamb goat goats",
    "monkey": "monkey monkeys",
    "animal": "animal animals creature",
}
SAME = {  # other words for one answer
    "bicycle": "bike bikes bicycles",
    "motorcycle": "motorbike motorbikes motorcycles dirtbike",
    "couch": "sofa",
    "tank-top": "tank",
    "hat": "hats cap caps",
    "tennis": "tennis",
    "railing": "railling rail handrail",
    "t-shirt": "tshirt tee-shirt",
    "swimsuit": "bathing-suit bikini",
    "pool": "swimming-pool",
    "wave": "waves",
    "rock": "rocks boulder boulders",
    "stick": "sticks branch twig",
    "ball": "balls",
    "snow": "snowbank",
    "ocean": "sea",
    "grass": "lawn",
    "phone": "cellphone cellphones telephone",
    "stairs": "steps staircase stair",
    "frisbee": "disc disk",
    "guitar": "guitars",
    "mountain": "mountains",
    "leaf": "leaves",
    "log": "logs",
    "hurdle": "hurdles",
    "forest": "woods",
    "sand": "sands",
    "path": "trail",
}
PAIRS = {  # words that mean one thing together
    "swimming pool": "pool", "bathing suit": "swimsuit", "parking lot": "parking-lot", "hot dog": "hot-dog",
    "ice cream": "ice-cream", "tank top": "tank-top", "cell phone": "phone", "tee shirt": "t-shirt",
    "dirt bike": "motorcycle", "stuffed animal": "toy", "climbing wall": "wall", "life jacket": "life-jacket",
    "life vest": "life-jacket", "ice skates": "skates", "hula hoop": "hula-hoop", "hula hoops": "hula-hoops",
    "tennis court": "court", "baseball bat": "bat", "soccer ball": "ball", "picnic table": "table",
    "video game": "video-game", "fire hydrant": "hydrant", "roller coaster": "roller-coaster",
    "in front of": "before", "next to": "beside", "on top of": "on", "each other": "eachother",
    "ferris wheel": "ferris-wheel", "merry go round": "carousel", "bubble gum": "gum", "climbing gear": "gear",
    "climbing equipment": "gear", "swimming trunks": "trunks", "fishing pole": "fishing-rod",
    "fishing rod": "fishing-rod", "shopping cart": "cart", "sleeping bag": "bag", "rocking chair": "chair",
    "polar bear": "bear", "teddy bear": "toy", "swing set": "swing", "all terrain vehicle": "atv",
}  # fmt: skip
FUNCTION = _words("""
    in on at with of to and or while as by from into onto over under through near beside before behind between
    during is are was were be been being am has have had do does did can will for along across around down up off
    out against above below toward towards inside outside that which who whose where when than then there it he she
    they them him himself herself itself themselves this these those not no but if so after upon atop past among
    amongst amid within about away back together apart 's 't , . ; : ! ? " ( ) - -- & / ' eachother something
    anything upside very too both during dressed covered surrounded gathered attached held lined whilst alongside
    underneath beneath nearby outdoors indoors outdoor without just also almost like all high
""")
DETERMINERS = _words("""
    a an the his her its their my your another other some several many few each every any
""")
AGES_AND_SIZES = _words("young little small big large old older tall long")
LEMMAS = _words("""
    run jump leap play walk stand sit hold ride climb swim catch throw kick hit chase carry eat drink dance sleep
    lie lay skate ski snowboard surf skateboard dive dig fly float fight wrestle kiss hug smile pose read write
    paint draw sing talk wave point push pull drag race bike cycle row paddle kayak slide swing fall crawl bite chew
    lick sniff bark shake splash wade wait watch look stare smoke cook cut sell shop fish hike jog march perform
    balance lean kneel crouch bend squat laugh cry cheer yell scream blow drive cross hang rest relax stretch tackle
    dribble serve pitch grind hop sled sail rollerblade juggle strum roll spin flip tumble work clean wash feed pet
    lead follow herd gather enter approach descend rappel snorkel bathe swim wear get take make go try attempt
    prepare use put show give help reach grab pick face appear enjoy cover bounce land travel swinge hurdle rid
    fetch tug nap snuggle cuddle wag trot gallop bow box shoot aim celebrate compete practice exercise speak listen
    touch examine inspect observe gaze view peer turn come head move begin start keep cause contain see tell like
    bring raise lift drop place pass step emerge ascend scale dress sprint dash bound
""")
DOUBLED = _words("""
    run sit swim hit dig hug skip hop wag cut chat put get spin flip drag pet grab shop nap jog bat tug trot sled
    squat begin
""")
NO_VERBS = _words("""
    something nothing anything railing clothing wedding string ring king ceiling painting evening morning wing
    spring sibling duckling swing sling bling building setting
""")
GARMENTS = _words("""
    clothes glasses goggles jeans overalls pajamas pants shorts skis stairs sunglasses tights trunks
""")  # one thing, though it ends like many
MANY = _words("""
    men women gentlemen people children geese cattle sheep audience family families crowd team couple group
    policemen everyone firemen others trio duo
""")
VAGUE_DEEDS = _words("""
    wearing looking trying taking making going getting performing attempting coming preparing using having putting
    showing giving helping enjoying being facing covering moving appearing including opposing matching leaving
    reaching overlooking beginning starting turning sticking living participating
""")
VAGUE_THINGS = _words("""
    air one front side top edge middle end back background distance game trick hand arm area picture object thing
    face head another other day night group line camera a the her his dressed way type kind bunch pile piece pair
    set lot leg foot feet body direction open right left turn ground place run jump walk ride color play person
    animal pull swim climb look stand watch smile drink light room
    item sit puddle surface course race board equipment filled low shallow an its
""")
SPORTS = _words("""
    soccer football basketball tennis baseball hockey volleyball rugby cricket softball golf lacrosse polo
""")
INSTRUMENTS = _words("guitar violin piano saxophone accordion drum trumpet flute cello keyboard instrument music")
WORN_OR_HELD = _words("""
    shirt t-shirt tank-top jacket coat sweater sweatshirt hoodie vest hat helmet dress skirt outfit uniform jersey suit
    wetsuit swimsuit costume shorts pants trunks jeans hair scarf headband bandanna backpack bag collar leash harness
    ball toy frisbee bicycle motorcycle car kayak canoe raft boat surfboard skateboard snowboard sled slide umbrella
""")
HEADWEAR = _words("""
    hat cap helmet headband bandanna hood scarf headscarf crown wig turban beanie
""")
DIRECT = _words("""
    holding carrying riding catching throwing kicking chasing eating climbing playing pulling pushing reading
    hitting licking chewing biting painting smoking hugging kissing flying driving drinking fetching crossing
    blowing petting bouncing fighting feeding hurdling
""")
PLACED = {
    "on": "sitting standing lying walking running riding climbing sleeping swinging sliding playing skating balancing",
    "in": "sitting standing lying walking running swimming playing riding sleeping splashing wading rolling",
    "through": "running walking jumping riding swimming driving wading crawling",
    "over": "jumping running climbing stepping flying leaning",
    "into": "jumping diving running falling looking",
    "off": "jumping diving",
    "with": "playing",
    "down": "sliding riding skiing running walking",
    "up": "climbing walking running",
    "against": "leaning",
    "across": "running walking",
    "along": "running walking riding",
}  # fmt: skip
# What is asked for, how many of a thousand pictures show it, and what else makes a "no" unsafe.
ANY_HUMAN = " ".join(HUMANS)
THINGS = {
    "dog": (250, "animal"),
    "man": (200, "person"),
    "woman": (100, "person"),
    "girl": (100, "child person woman"),
    "boy": (110, "child person man"),
    "person": (60, ANY_HUMAN + " hand leg arm rider team"),
    "ball": (60, "game basketball soccer football tennis baseball volleyball rugby toy player sport object match play"),
    "bicycle": (45, "motorcycle race bmx wheel vehicle trick unicycle scooter tricycle biking pedal"),
    "snow": (60, "ice winter ski snowboard sled mountain skiing snowboarding slope"),
    "horse": (15, "animal rodeo jockey polo carriage cow cowboy pony"),
    "bird": (20, "animal wing flying parrot beach"),
    "motorcycle": (25, "bicycle atv vehicle race street road track bike"),
    "skateboard": (25, "board trick ramp skating skateboarding scooter park rail"),
    "pool": (30, "water swimming swimsuit slide diving splash fountain"),
    "frisbee": (20, "toy object catching disc"),
    "boat": (15, "water ocean lake river kayak canoe raft ship dock wave"),
    "guitar": (12, "instrument music band musician stage playing concert"),
    "swing": (12, "playground rope park playing swinging"),
    "wave": (18, "ocean beach water surf surfboard surfing"),
}
