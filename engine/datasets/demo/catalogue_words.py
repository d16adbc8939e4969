"""The words of the generated shop. Makers and products are made up."""

from __future__ import annotations

KINDS: dict[str, tuple[tuple[str, str], ...]] = {
    "Running": (
        ("trail shoe", "grips mud and gravel on long runs in the woods"),
        ("race singlet", "weighs next to nothing on race day"),
        ("running belt", "holds keys and gels on a half marathon without bouncing"),
        ("pacing watch", "counts laps, pace and heart rate of a runner"),
        ("winter tights", "keep a runner's legs warm at dawn"),
    ),
    "Cycling": (
        ("road helmet", "lets air through on steep climbs by bike"),
        ("pannier", "carries a laptop and shopping on the rack of a bicycle"),
        ("bike light", "makes a cyclist seen from afar at night"),
        ("chain tool", "mends a broken bicycle chain at the roadside"),
        ("saddle", "stays comfortable after a hundred kilometres of pedalling"),
    ),
    "Camping": (
        ("two-person tent", "stands up to wind and rain at a campsite"),
        ("sleeping mat", "keeps the cold of the ground away under a sleeping bag"),
        ("gas stove", "boils water for two outside a tent"),
        ("head torch", "finds the way back to the camp after dark"),
        ("dry bag", "keeps clothes dry on a canoe trip"),
    ),
    "Climbing": (
        ("climbing rope", "catches a fall softly on the rock face"),
        ("chalk bag", "hangs at a climber's hip on the wall"),
        ("bouldering pad", "softens a landing beneath a boulder"),
        ("harness", "sits well on long multi-pitch climbs"),
        ("carabiner set", "clips into any bolt on the crag"),
    ),
    "Yoga": (
        ("yoga mat", "does not slip in downward dog"),
        ("bolster", "supports the back in restorative poses"),
        ("meditation cushion", "makes sitting still for an hour easy"),
        ("stretching strap", "helps tight hamstrings into a pose"),
        ("massage ball", "loosens stiff shoulders after practice"),
    ),
    "Coffee": (
        ("espresso machine", "pulls a shot with thick crema at home"),
        ("hand grinder", "grinds coffee beans evenly, from espresso to French press"),
        ("pour-over set", "brews a clean cup of filter coffee by hand"),
        ("milk jug", "pours latte art from steamed milk"),
        ("bean canister", "keeps roasted coffee fresh for weeks"),
    ),
    "Baking": (
        ("proofing basket", "gives a sourdough loaf its shape"),
        ("dough mixer", "kneads heavy bread dough without complaint"),
        ("baking stone", "makes pizza crisp from below"),
        ("cake tin", "lets a sponge cake out in one piece"),
        ("kitchen scale", "weighs flour and yeast to the gram"),
    ),
    "Cookbooks": (
        ("book of noodle soups", "teaches broths and toppings from Sapporo to Hanoi, recipe by recipe"),
        ("book of vegetable dishes", "cooks through the year with what the market has"),
        ("book of curries", "explains spices before it cooks with them"),
        ("book of quick dinners", "has a hundred recipes under half an hour"),
        ("book of preserves", "fills the shelf with jams and pickles"),
    ),
    "Gardening": (
        ("pruning shears", "cut roses and fruit trees cleanly"),
        ("raised bed", "grows salad on a terrace"),
        ("watering can", "waters seedlings without washing the soil away"),
        ("compost bin", "turns kitchen scraps into garden soil"),
        ("seed box", "sorts a year of vegetable seeds by month"),
    ),
    "Houseplants": (
        ("plant pot", "shows off a monstera on the windowsill"),
        ("grow lamp", "brings house plants through a dark winter"),
        ("mister", "keeps ferns and orchids happy indoors"),
        ("plant stand", "lifts trailing plants to eye level"),
        ("potting mix", "drains well for cacti and succulents"),
    ),
    "Knitting": (
        ("knitting needles", "slide through wool without a sound"),
        ("sock yarn", "knits into socks that survive the wash"),
        ("yarn bowl", "keeps a ball of wool from rolling away"),
        ("pattern book", "has jumpers and cardigans for a winter of knitting"),
        ("stitch markers", "keep count in a complicated row"),
    ),
    "Photography": (
        ("camera strap", "carries a heavy camera all day"),
        ("tripod", "holds still for long exposures at night"),
        ("lens filter", "darkens a bright sky for landscape photographs"),
        ("light tent", "lights small products evenly for pictures"),
        ("film set", "has five rolls of black-and-white film"),
    ),
    "Music": (
        ("headphones", "let every instrument of an orchestra be heard"),
        ("turntable", "plays vinyl records with a steady hand"),
        ("ukulele", "gets a beginner to a first song in an evening"),
        ("metronome", "keeps time for piano practice"),
        ("portable speaker", "fills a kitchen with sound"),
    ),
    "Board games": (
        ("strategy game", "builds trade routes for two to four players on rainy Sundays"),
        ("card game", "fits into a pocket and a lunch break"),
        ("puzzle", "has a thousand pieces and no straight edges"),
        ("party game", "makes eight people draw, guess and laugh at a table"),
        ("chess set", "has weighted pieces and a folding board"),
    ),
    "Desk": (
        ("desk lamp", "lights a keyboard without glare"),
        ("notebook", "takes fountain pen ink on every page"),
        ("monitor stand", "brings a screen to the height of the eyes at work"),
        ("pen set", "writes meeting notes without a blot"),
        ("cable box", "hides the chargers of a home office"),
    ),
    "Toys": (
        ("building blocks", "become towers, bridges and castles for children from three"),
        ("toy train", "runs through a child's room on wooden tracks"),
        ("hand puppet", "tells bedtime stories to small children"),
        ("kite", "flies on the first breath of wind at the beach"),
        ("play kitchen", "lets children cook for their parents"),
    ),
}
"""Category → (product, what it does)."""
NEXT_TO: dict[str, str] = {
    "Running": "Yoga", "Yoga": "Houseplants", "Cycling": "Camping", "Camping": "Climbing", "Climbing": "Running",
    "Coffee": "Baking", "Baking": "Cookbooks", "Cookbooks": "Gardening", "Gardening": "Houseplants",
    "Houseplants": "Desk", "Knitting": "Coffee", "Photography": "Music", "Music": "Coffee", "Board games": "Toys",
    "Desk": "Photography", "Toys": "Knitting",
}  # fmt: skip
"""Category → where people look next in the same visit."""
STYLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Minimal": (
        ("plain", "slim", "quiet", "white"),
        (
            "Clean lines and muted colours, with nothing that is not needed.",
            "Reduced to what matters, in grey and white.",
        ),
    ),
    "Playful": (
        ("striped", "sunny", "dotted", "rainbow"),
        ("Comes in bright colours with a cheerful pattern.", "Odd shapes and loud colours put people in a good mood."),
    ),
    "Rustic": (
        ("oak", "linen", "handmade", "woollen"),
        ("Made by hand from natural materials in a small workshop.", "Wood, wool and leather that age well."),
    ),
    "Technical": (
        ("pro", "ultralight", "carbon", "weatherproof"),
        ("Measured in the laboratory, light and weatherproof.", "Engineered to the gram from modern materials."),
    ),
}
"""Style → (words of a title, sentences of a description)."""
PRICES: dict[str, tuple[str, ...]] = {
    "Budget": ("A sensible price for a first try.", "Costs little and does the job."),
    "Mid-range": ("Good value for regular use.", "Well made and fairly priced."),
    "Premium": ("The best there is, with a price to match and a ten-year guarantee.", "A luxury that lasts."),
}
