namespace Grimoire.Training.Worlds;

/// <summary>
/// The plots. A line is one way to tell a beat, an empty line ends the beat, and a beat that begins with <c>?</c> may be left out. Every plot
/// names its hero <c>{A}</c>, the companion <c>{B}</c> and the <c>{prop}</c> it turns on.
/// </summary>
internal static class Plots
{
    /// <summary>Who the hero is: each line is told only if the facts it speaks of are.</summary>
    public static readonly Template[] Introductions = Template.Lines("""
        {A:full} <live> in {home}.
        In {home} there <live> a {work} (called|named) {A:full}.
        {A:full} <be> a {work} (from|in) {home}.
        {A} <live> near {landmark}, in the village of {home}.
        {A:full} <be> known in {home} for {A.his} {door} door.
        {A} <keep> {count} {animals} in {home}.
        {A}, the {work} of the house with the {door} door, <love> {food}.
        There <be> a {work} in {home} whose name <be> {A:full}.
        Nobody in {home} <love> {food} as/ADV much/ADV as {A} <do>.
        {A:full}, a {work}, <live> in a house with a {door} door.
        """);

    /// <summary>A second thing about the hero.</summary>
    public static readonly Template[] Details = Template.Lines("""
        {A:his} best friend <be> {friend:bare}.
        {sibling} <live> in {siblinghome}.
        {A} <keep> {count} {animals}, and {A.he} <know> (each|every one) of them by name.
        {A} <like> {food} (best/ADV|more/ADV than anything else).
        {A:his} most precious thing <be> {treasure}.
        Everyone <know> {A:his} {door} door.
        {A} <own> {treasure} and <show> it to nobody.
        {A:his} work/NOUN <be> hard/ADJ, but {A.he} <like> it.
        """);

    public static readonly Plot[] All =
    [
        Plot.Parse("lost", Props.Small, """
            {time}, {A} <can> not find {A.his} {prop}.
            {time}, {A} <notice> that {A.his} {look} {prop} <be> gone.
            {A} <look> for {A.his} {prop} {time}, but it <be> not in its place.
            "Where is my {prop}?" <cry> {A:name} {time}.

            {A} <look> {nook} and {nook}, but there <be> nothing.
            First/ADV {A} <search> the kitchen and then the yard, but the {prop} <be> not there.
            {A} <turn> the whole house upside down and <find> only dust.

            ? {A} <need> the {prop} because the next day <be> a feast/NOUN.
            {A} <be> {sad}, because the {prop} <be> a gift from {A.his} (grandmother|grandfather|aunt|uncle).
            Without the {prop}, {A} <can> not do/VERB {A.his} work/NOUN.

            So {A} <go> to {B:him} and <ask> for help/NOUN.
            {B} <hear> about it and <come> at once.
            Then {B} <knock> at the door.

            "Have you looked {nook}?" <ask> {B:name}.
            "When did you last/ADV see it?" <ask> {B:name}. "Yesterday, {near}," <say> {A:name}.
            "Let's look together," <say> {B:name}. "Four eyes see more than two."
            "Do not worry," <say> {B:name}. "A {prop} has no legs. It can't run away."

            {later}, {B} <find> the {prop} {nook}. (A (cat|dog|crow|magpie) <have> carried it there.|The wind <have> blown it there.|It <have> fallen there in the night.)
            {later}, they <see+> something {nook}. It <be> the {prop}!
            They <search+> until sunset, and there it <be>: the {prop} <lie> {nook}.
            {A} <look> {nook} once more/ADV, and there <be> the {prop}. {A} <have> put it there and forgotten it.

            {joy}
            """),
        Plot.Parse("storm", Props.Wild, """
            {time}, a (great|wild|sudden) storm <come> over {home}.
            {time}, dark clouds <gather+> above {landmark}.
            It <begin> to rain {time}, and it <rain> for (two|three|four) days.

            The wind <blow> so hard/ADV that (the old oak|a fence|the big gate) <fall>.
            Thunder <roll> over the roofs, and the river <rise>.
            ? The streets <be+> empty, for/CCONJ everyone <stay> inside/ADV.

            {A} <hear> a cry {near}.
            Through the window, {A} <see> something move {near}.
            Then {A} <hear> a weak sound {nook}.

            It <be> a {size} {prop}, wet and cold.
            A {size} {prop} <sit> there and <can> not get away/ADV, because the water <be> too deep.
            There, in the mud, <lie> a {size} {prop} with a hurt/ADJ (leg|foot|ear).

            "You poor thing," <say> {A:name}, and {A.he} <carry> the {prop} home/ADV.
            {A} <call> {B:him}. Together they <pull+> the {prop} out with a rope.
            {A} <run> out into the rain without a coat, although {B} <shout>, "Stay here!"

            {B} <bring> a blanket and some warm milk.
            ? {A} <dry> the {prop} by the fire.
            {B} <make> a bed of straw (in the kitchen|beside the stove).

            {later}, the sun <come> out, and the {prop} <go> back to the (woods|fields|hills).
            {later}, the storm <be> over/ADV. The {prop} <look> back once and <be> gone.
            The {prop} <stay> with {A:name} and {B:name} until it <be> strong again. Then they <let+> it go.

            {joy}
            Since then, a {prop} <come> to {A:his} door every (spring|autumn|winter).
            """),
        Plot.Parse("cooking", Props.Dishes, """
            {time}, {A} <want> to make {prop} for {B:him}.
            {B} <be> coming to visit, so {A} <decide> to make {prop}.
            {time}, {A} <wake> up and <think> of {prop}.

            But there <be> no (flour|butter|salt|sugar|milk) left in the (jar|kitchen|cupboard).
            {A} <open> the cupboard, but the (flour|butter|salt|sugar|milk) <be> gone.

            ? {A} <go> to the market, but it <be> closed.
            ? "Oh dear," <say> {A:name}. "What shall I do/VERB now?"

            A neighbour <give> {A:him} some and <ask> for nothing but a taste.
            {A} <borrow> some from the (miller|baker|farmer|teacher) and <promise> to pay it back.
            {A} <give> the (miller|baker|farmer) two (eggs|apples|candles) and <get> what {A.he} <need>.

            Then {A} <stir> and <sing>, and soon the whole house <smell> good.
            {A} <put> everything into a big pot and <wait>.
            {A} <work> for (an|one) hour, and the fire <be> hot.

            ? But {A} <forget> the time, and the {prop} <burn> a little.
            ? {B} <arrive> too early, while {A} <be> still cooking.
            ? {A} <add> a little honey, because {B} <like> sweet things.

            "This/PRON is the best {prop} I have ever eaten," <say> {B:name}.
            {B} <taste> the {prop} and <smile>. "May I have more?" {B.he} <ask>.
            They <eat+> the {prop} together and <leave+> not one crumb.
            {B} <eat> three plates of {prop} and <fall> asleep in the chair.

            ? {joy}
            ? What is shared tastes twice as good.
            """),
        Plot.Parse("quarrel", Props.Breakable, """
            {time}, {A:name} and {B:name} <quarrel+> about a {prop}.
            {A:name} and {B:name} both <want+> the same {look} {prop}.
            {B} <borrow> {A:his} {prop} and <break> it.

            "It is mine," <say> {A:name}. "No, it is mine," <say> {B:name}.
            "You never ask before you take something," <say> {A:name} (angrily|coldly).
            {A} <be> so angry that {A.he} <shut> the door with a bang.
            {A} <say> a bad word, and {B} <walk> away without an answer/NOUN.

            For (two|three|five|seven) days they <do+> not speak.
            The whole week, {A} <sit> alone {near}.

            ? The {prop} <lie> in the corner, and nobody <touch> it.
            ? {A} <miss> {B:him} more/ADV than {A.he} <miss> the {prop}.
            ? "A {prop} is only a {prop}," <think> {A:name}.

            {later}, {A} <go> to {B:him} and <say>, "I am sorry. I was wrong."
            {later}, {B} <come> with a (cake|flower|basket of apples) and <say>, "Please forgive me."
            Then {A} <write> a letter. There <be+> only three words in it: "I am sorry."

            {B} <laugh>, because {B.he} <have> wanted to say the same.
            "I forgive you," <say> {B:name} {kindly}.
            "Let's share it," <say> {B:name}. "You take it on Monday, and I take it on Tuesday."

            They <mend+> the {prop} together, and it <be> as/ADV good as new.
            Now the {prop} <belong> to both of them.
            In the end they <give+> the {prop} to a child (who <have> none|in the next street).

            ? {joy}
            ? A friend who listens is worth more than gold.
            """),
        Plot.Parse("market", Props.Things, """
            {time}, {A} <go> to the market to buy a {prop}.
            {A} <need> a {prop}, so {time} {A.he} <walk> to the market (of|in) {town}.
            {A} <take> {coins} coins and <set> out to buy a {prop} in {town}.

            ? {B} <come> with {A:him}.
            ? On the way {A} <meet> {B:him}, and they <go+> on together.
            ? The road from {home} to {town} <be> long.

            {A} <have/VERB> {coins} coins in {A.his} (pocket|purse).
            There <be+> {coins} coins in {A.his} (bag|purse), and {A} <count> them twice.

            "How much is the {look} {prop}?" <ask> {A:name}. "It costs {cost} coins," <say> the (seller|trader).
            The seller <want> {cost} coins for the {look} {prop}.
            There <be> a {look} {prop} for {cost} coins.

            {A} <pay> {cost} coins and <have/VERB> {rest} left.
            "I'll take it," <say> {A:name}. {A.he} <pay>, and {rest} coins <be+> left in {A.his} hand.
            {A} <give> the seller {cost} of the {coins} coins and <keep> the other {rest}.

            ? With the rest/NOUN {A} <buy> (a bun|a ribbon|an apple) for {B:him}.
            ? A (thief|magpie|dog) <try> to take the {prop}, but {A} <hold> it tight.
            ? {B} <ask> why {A} <want> a {prop}. "You will see," <say> {A:name}.

            {A} <carry> the {prop} home/ADV and <put> it {nook}.
            Back home/ADV, {A} <give> the {prop} to {B:him}, because {B:his} old one <be> broken.
            {later}, {A} <be> home/ADV again, and the {prop} <have> its place {nook}.

            {joy}
            """),
        Plot.Parse("noise", Props.Wild, """
            {time}, {A} <wake> up because of a strange noise.
            It <be> late, and {A} <be> already in bed. Then there <be> a noise.
            Night after night, {A} <hear> steps/NOUN {nook}.

            "Is it a ghost?" <think> {A:name}.
            "Who is there?" <call> {A:name}, but nobody <answer>.
            {A} <pull> the blanket over {A.his} head.
            {A} <hold> {A.his} breath and <listen>. The noise <come> again.

            ? The moon <be> hidden, and the house <be> dark.
            ? {A} <remember> the old tales about {landmark}.

            {A} <light> a lantern and <go> down the stairs, step/NOUN by step/NOUN.
            {A} <be> afraid, so {A.he} <call> {B:him}.
            In the morning, {A} <tell> {B:him} about it. The next night, they <wait+> together.

            ? "I do not believe in ghosts," <say> {B:name}, but {B.he} <take> a big stick.
            ? The floor <creak> under every step/NOUN.

            There, {nook}, <sit> a {size} {prop} and <eat> the (bread|cheese|apples).
            Something <move> {nook}. It <be> only a {size} {prop}!
            Two bright eyes <look+> at them from the dark/NOUN. They <belong+> to a {prop}.

            {A} <laugh> so loudly that the {prop} <jump>.
            "So you are the ghost," <say> {A:name}.
            The {prop} <be> more afraid than {A:him}.

            {A} <give> it some bread and <open> the door.
            From then on/ADV, {A} <leave> a bowl of milk {near}.
            The next day, {A} <mend> the hole in the wall, and the nights <be+> quiet again.

            ? {joy}
            """),
        Plot.Parse("race", Props.Prizes, """
            Every (spring|summer|autumn) there <be> a race from {home} to {landmark}, and this time/NOUN the prize <be> a {prop}.
            {time}, the people of {home} <hold+> a race, and the prize <be> a {prop}.
            "Whoever reaches {landmark} first wins a {prop}," <say> the (teacher|miller|elder).

            {A} <want> to win the {prop}, and so <do> {B}.
            {A} <be> quick, but {B} <be> quicker.
            ? Nobody <believe> that {A} <can> win.

            {B} <run> ahead, and {A} <fall> behind/ADV.
            At first {A} <be> in front. Then {B} <pass> {A:him} {way}.
            They <run+> side by side over the (fields|hill|bridge).

            But {way}, {B} <slip> and <hurt> {B.his} (foot|knee).
            Then {A} <see> a child who <be> crying beside the road.
            {way}, a (cow|goat|cart) <stand> in the way.

            {A} <stop> to help, although the others <run+> past/ADV.
            {A} <can> still win, but {A.he} <turn> back.
            {A} <do> not think twice and <stop>.

            ? "Go on, or you will lose," <say> {B:name}. "I don't care," <say> {A:name}.
            ? The others <shout+> and <laugh+>.

            So a stranger <win> the race, but the {prop} <be> given to {A:name}, and everyone <cheer>.
            {A} <be> the last to reach {landmark}. All the same, the {prop} <be> given to {A:him}.
            {A:name} and {B:name} <cross+> the line together, arm in arm, and the prize <be> theirs.

            Now the {prop} <stand> on a shelf in {A:his} house.
            The {prop} <be> shared between {A:name} and {B:name}.
            ? {joy}
            """),
        Plot.Parse("surprise", Props.Gifts, """
            {B} <have/VERB> a birthday soon, and {A} <plan> a surprise.
            {A} <wonder> what to give to {B:him}, for/CCONJ {B:his} birthday <be> near.
            {time}, {A} <remember> that it <be> the birthday of {B:him}.

            {A} <decide> to make a {prop} with {A.his} own hands.
            {A} <see> a {look} {prop} in a window and <buy> it with {A.his} last coins.
            There <be> an old {prop} in the attic, so {A} <clean> and <mend> it.

            ? {A} <know> that {B} <love> {bfood}, so {A:he} <make> some as/ADV well/ADV.
            ? {A} <work> at night, so that nobody <can> see it.
            ? {A} <hide> the {prop} {nook}.

            "What are you doing/VERB there?" <ask> {B:name}. "Nothing at all," <say> {A:name} and <turn> red.
            {B} <wonder> why {A} <have/VERB> no time/NOUN for {B.him}.
            {B} <think> that everyone <have> forgotten the day and <be> sad.

            Then the day <come>. {A} <knock> at {B's} door and <sing>.
            On the birthday, {A} <lead> {B:him} to the (garden|meadow|old oak) and <say>, "Close your eyes!"
            {later}, {B} <open> the door and <see> (all the neighbours|lights and flowers everywhere).

            "A {prop}!" <cry> {B:name}. "How did you know?"
            {B} <hold> the {prop} in both hands and <can> not speak.
            {B} <look> at the {prop} for a long time. "It is beautiful," {B.he} <say> {kindly}.

            {B} <keep> the {prop} {nook} to this day.
            ? {joy}
            """),
        Plot.Parse("journey", Props.Wild, """
            {time}, {A} <leave> {home} and <set> out for {town}.
            {A} <have/VERB> to bring a letter from {home} to {town}.
            {B} <be> ill in {bhome}, so {A} <go> there on foot.

            The way <lead> past {landmark} and through a deep forest.
            ? {A} <carry> bread, cheese and a lantern.
            ? It <be> far, and {A:his} feet <hurt+>.

            In the forest {A} <lose> the path.
            {A} <come> to a river, but the bridge <be> broken.
            {later}, it <grow> dark, and {A} <do> not know where to go.

            Then a {prop} <step> out from behind a tree/NOUN.
            {A} <see> a {size} {prop} {near}, which <look> at {A:him} without fear.
            On a stone <sit> a {size} {prop}, as/SCONJ if it <have> waited for {A:him}.

            {A} <give> it (a piece of bread|some cheese|the last apple), although {A.he} <be> hungry.
            "Can you show me the way?" <ask> {A:name}, and {A.he} <have/VERB> to laugh at {A.himself}.
            {A} <follow> the {prop} because there <be> nothing else to do.

            The {prop} <go> ahead and <wait> at every turn/NOUN.
            And the {prop} <lead> {A:him} to (a fallen tree/NOUN that/PRON <lie> across the water|an old road that/PRON nobody <use>).
            Before sunrise, they <stand+> at the edge of the forest, and there <be+> the lights of {town}.

            {later}, {A} <reach> {town}, and {B} <can> hardly believe the tale.
            When {A} <tell> {B:him} about the {prop}, {B} <smile> and <say> nothing.
            "A {prop}?" <ask> {B:name}. "Then you were lucky."

            ? {joy}
            """),
        Plot.Parse("lesson", Props.Skills, """
            {B} <want> to learn how to {prop}.
            "Can you teach me to {prop}?" <ask> {B:name}.
            {time}, {A} <begin> to teach {B} how to {prop}.

            "It is easy," <say> {A:name}. "Watch my hands."
            "First/ADV you must be patient," <say> {A:name}.
            {A} <show> it once, slowly, and then once more/ADV.

            {B} <try>, but everything <go> wrong.
            The first time/NOUN {B} <fail>, the second time/NOUN {B.he} <fail> again.
            {B} <do> not listen and <start> too fast/ADV.
            ? {B} <throw> everything down. "I will never learn to {prop}!"

            "Nobody is born wise," <say> {A:name} {kindly}.
            {A} <remember> how long it <have> taken {A.him} to learn it.
            {A} <do> not laugh, but <sit> down beside {B:him}.

            So {B} <practise> (every day|day after day|for (two|three|four) weeks).
            Each evening they <meet+> {near} and <try+> again.
            ? It <be> hard/ADJ, because {B} <have/VERB> so little time/NOUN.

            {later}, {B} <can> {prop} better than {A:him}.
            And one/NUM day {B} <can> {prop} as/ADV well/ADV as anyone in {home}.
            {later}, {B} <teach> a child how to {prop} and <say>, "It is easy. Watch my hands."

            {A} <be> {glad}.
            "Now you can teach me," <say> {A:name}, and they both <laugh+>.
            ? {joy}
            """),
        Plot.Parse("mending", Props.Breakable, """
            {time}, {A} <drop> {A.his} {prop}, and it <break>.
            {A:his} {look} {prop} <break> {time}, because it <be> so old.
            When {A} <pick> up {A.his} {prop}, a piece <fall> off.

            "It can't be mended," <say> the (smith|carpenter|potter|tailor).
            {A} <try> to mend it with string, but it <do> not hold.
            {A} <want> to throw it away, but {B} <stop> {A:him}.
            ? {A} <be> {sad}, because {A.he} <use> it every day.

            {B} <look> at the pieces for a long time.
            {A} <take> it to {B:him}, who <be> good with tools.
            Then {A} <remember> that {B} <have/VERB> glue and a steady hand.

            "I need (wax|thread|a nail|a little glue)," <say> {B:name}, "and someone who holds the light."
            "Come back (tomorrow|on Friday|when the moon is full)," <say> {B:name}.
            "Give me an hour," <say> {B:name}. "Nothing is ever quite broken."

            ? {A} <hold> the lamp while {B} <work>.
            ? {A} <wait> outside and <count> the clouds.
            ? {B} <hum> a song and <work> (slowly|quickly|without a word).

            {later}, the {prop} <be> whole again. Only a thin line <show> where it <have> been broken.
            {later}, {B} <bring> the {prop} back. It <look> better than before.
            The {prop} <be> not as/ADV pretty as before, but it <work>.

            "What do I owe you?" <ask> {A:name}. "(A cup of tea|A song|Nothing)," <say> {B:name}.
            ? {joy}
            """),
        Plot.Parse("counting", Props.Gathered, """
            {time}, {A:name} and {B:name} <gather+> {prop} {near}.
            {time}, there <be+> so many {prop} {near} that {A} <call> {B:him}.
            {A:name} and {B:name} <want+> to know who <can> find more {prop}.

            {A} <find> {first} {prop}, and {B} <find> {second}.
            {B} <have/VERB> {second} {prop} in {B.his} basket, and {A} <have/VERB> {first}.
            There <be+> {first} {prop} in the bag of {A:name} and {second} in the bag of {B:name}.

            ? The sun <be> hot, and the bags <be+> heavy.
            ? A (goat|magpie|child) <come> and <watch> them.
            ? "Don't eat them all," <say> {B:name}.

            "Together we have {sum} {prop}," <say> {A:name}.
            They <put+> them together and <count+>: {sum} {prop}.
            {A} <count> them all, and there <be+> {sum}.

            They <give+> some of them to the (teacher|children|neighbours), who <be+> hungry.
            {A} <carry> them home/ADV, because {B:his} arm <hurt>.
            {B} <put> them {nook}, where it <be> cool.

            ? {joy}
            """),
    ];
}
