namespace Grimoire.Training.Worlds;

/// <summary>
/// Something that can be told of a person or a place, and the ways to say and to ask it. <c>{S}</c> is the subject, <c>{v}</c> the value,
/// <c>{w}</c> a wrong value.
/// </summary>
internal sealed record Attribute(string Name)
{
    /// <summary>Ways to tell it; the first is also the answer to a question.</summary>
    public required Template[] Statements { get; init; }

    public required Template[] Questions { get; init; }

    /// <summary>Yes-or-no questions, about <c>{w}</c>.</summary>
    public Template[] Polar { get; init; } = [];

    /// <summary>Questions that take a wrong value for granted.</summary>
    public Template[] Premises { get; init; } = [];

    /// <summary>What says that the wrong value is wrong.</summary>
    public Template? Denial { get; init; }

    /// <summary>
    /// The answer where the value was never told, {S} standing for the subject. It begins as the statement does and departs from it where the value would
    /// stand: there a model best finds whether it has read one.
    /// </summary>
    public Template Ignorance { get; init; } = Template.Parse("I don't know.");

    /// <summary>Whether the subject can be said in a roundabout way ("Mira's sister"); not so where the subject is the answer.</summary>
    public bool CanHop => Array.TrueForAll(Questions, question => question.Slots.Contains("S"));
}

/// <summary>The attributes of people and places, as tables of sentences.</summary>
internal static class Attributes
{
    public static readonly Attribute Home = new("home")
    {
        Statements = Template.Lines("""
            {S} lives in {v}.
            {S:his} home is in {v}.
            {S:his} house stands in {v}.
            The village of {v} is the home of {S:name}.
            """),
        Questions = Template.Lines("""
            Where does {S} live?
            Where is {S's} home?
            In which village does {S} live?
            What is the name of the village where {S} lives?
            """),
        Polar = Template.Lines("Does {S} live in {w}?\nIs {w} the home of {S}?"),
        Premises = Template.Lines("Why does {S} live in {w}?\nSince when has {S} lived in {w}?"),
        Denial = Template.Parse("{S} does not live in {w}."),
        Ignorance = Template.Parse("{S} lives in some village, but I don't know which."),
    };

    public static readonly Attribute Work = new("work")
    {
        Statements = Template.Lines("""
            {S} is a {v}.
            {S} works as a {v}.
            {S:his} work/NOUN is that/PRON of a {v}.
            {S} earns {S.his} bread as a {v}.
            """),
        Questions = Template.Lines("""
            What work/NOUN does {S} do/VERB?
            What is {S's} work/NOUN?
            What does {S} do/VERB for a living?
            What does {S} work as?
            """),
        Polar = Template.Lines("Is {S} a {w}?\nDoes {S} work as a {w}?"),
        Premises = Template.Lines("Why did {S} become a {w}?\nDoes {S} like to work as a {w}?"),
        Denial = Template.Parse("{S} is not a {w}."),
        Ignorance = Template.Parse("{S} is a person whose work/NOUN I don't know."),
    };

    public static readonly Attribute Food = new("food")
    {
        Statements = Template.Lines("""
            {S} likes {v} best/ADV.
            {S:his} favourite food is {v}.
            {S} loves {v} more/ADV than any other food.
            There is nothing that/PRON {S} would rather eat than {v}.
            """),
        Questions = Template.Lines("""
            What does {S} like best/ADV to eat?
            What is {S's} favourite food?
            Which food does {S} love most/ADV?
            What would {S} rather eat than anything else?
            """),
        Polar = Template.Lines("Is {w} {S's} favourite food?\nDoes {S} like {w} best/ADV?"),
        Premises = Template.Lines("Why is {w} {S's} favourite food?\nWhy does {S} like {w} best/ADV?"),
        Denial = Template.Parse("{w} is not {S's} favourite food."),
        Ignorance = Template.Parse("{S} likes something best, but I don't know what."),
    };

    public static readonly Attribute Door = new("door")
    {
        Statements = Template.Lines("""
            {S} has/VERB a {v} door.
            {S:his} door is {v}.
            The door of {S:his} house is {v}.
            You know {S:his} house by the {v} door.
            """),
        Questions = Template.Lines("""
            What colour is {S's} door?
            Which colour has/VERB {S's} door?
            What is the colour of {S's} door?
            """),
        Polar = Template.Lines("Is {S's} door {w}?"),
        Premises = Template.Lines("Who painted {S's} door {w}?"),
        Denial = Template.Parse("{S's} door is not {w}."),
        Ignorance = Template.Parse("{S} has a door, but I don't know its colour."),
    };

    public static readonly Attribute Age = new("age")
    {
        Statements = Template.Lines("""
            {S} is {v} years old.
            {S:his} age is {v}.
            {S} was born {v} years ago.
            """),
        Questions = Template.Lines("""
            How old is {S}?
            What is {S's} age?
            How many years old is {S}?
            """),
        Ignorance = Template.Parse("{S} is some years old, but I don't know how many."),
    };

    public static readonly Attribute Animals = new("animals")
    {
        Statements = Template.Lines("""
            {S} keeps {v}.
            {S:his} animals are {v}.
            Behind {S:his} house there are {v}.
            """),
        Questions = Template.Lines("""
            Which animals does {S} keep?
            What kind of animals does {S} have/VERB?
            What animals live behind {S's} house?
            """),
        Polar = Template.Lines("Does {S} keep {w}?"),
        Premises = Template.Lines("How many {w} does {S} keep?\nWhere does {S} keep the {w}?"),
        Denial = Template.Parse("{S} does not keep {w}."),
        Ignorance = Template.Parse("{S} keeps some animals, but I don't know which."),
    };

    public static readonly Attribute Count = new("count")
    {
        Statements = Template.Lines("""
            {S} has/VERB {v} {animals}.
            {S} keeps {v} {animals}.
            The number of {S:his} {animals} is {v}.
            """),
        Questions = Template.Lines("""
            How many {animals} does {S} have/VERB?
            How many {animals} does {S} keep?
            What is the number of {S's} {animals}?
            """),
    };

    public static readonly Attribute Treasure = new("treasure")
    {
        Statements = Template.Lines("""
            {S} owns {v}.
            {S:his} treasure is {v}.
            {S} has/VERB {v}, and there is no other like it.
            The most precious thing that/PRON {S} has/VERB is {v}.
            """),
        Questions = Template.Lines("""
            What treasure does {S} own?
            What is {S's} treasure?
            What is the most precious thing {S} owns?
            """),
        Polar = Template.Lines("Does {S} own {w}?"),
        Premises = Template.Lines("Where did {S} buy {w}?\nWho gave {w} to {S}?"),
        Denial = Template.Parse("{S} does not own {w}."),
        Ignorance = Template.Parse("{S} owns something, but I don't know what."),
    };

    public static readonly Attribute Owner = new("owner")
    {
        Statements = Template.Lines("""
            {v} owns {treasure}.
            It is {v} who owns {treasure}.
            The owner of {treasure} is {v}.
            """),
        Questions = Template.Lines("""
            Who owns {treasure}?
            Whose is {treasure}?
            Who is the owner of {treasure}?
            """),
    };

    public static readonly Attribute Hideaway = new("hideaway")
    {
        Statements = Template.Lines("""
            {S} keeps {treasure} {v}.
            {S} has hidden/VERB {treasure} {v}.
            {S:his} treasure, {treasure}, lies {v}.
            """),
        Questions = Template.Lines("""
            Where does {S} keep {treasure}?
            Where is {S's} treasure hidden/VERB?
            Where has {S} hidden/VERB {treasure}?
            """),
        Ignorance = Template.Parse("{S} keeps {treasure} in some place, but I don't know which."),
    };

    public static readonly Attribute Sibling = new("sibling")
    {
        Statements = Template.Lines("""
            {S:his} {kin} is {v}.
            {S} has/VERB a {kin} named {v}.
            {v} is the {kin} of {S:name}.
            """),
        Questions = Template.Lines("""
            Who is {S's} {kin}?
            What is the name of {S's} {kin}?
            What is {S's} {kin} called?
            """),
    };

    public static readonly Attribute Friend = new("friend")
    {
        Statements = Template.Lines("""
            {S:his} best friend is {v}.
            {S} calls {v} {S.his} best friend.
            {S} likes nobody as/ADV much/ADV as {v}, {S.his} best friend.
            """),
        Questions = Template.Lines("""
            Who is {S's} best friend?
            What is the name of {S's} best friend?
            Which person is {S's} best friend?
            """),
    };

    public static readonly Attribute Landmark = new("landmark")
    {
        Statements = Template.Lines("{S} lies near {v}.\nNear {S} you find {v}.\nFrom {S} it is not far/ADV to {v}."),
        Questions = Template.Lines("What lies near {S}?\nNear what does {S} lie?\nWhat do you find near {S}?"),
    };

    public static readonly Attribute Product = new("product")
    {
        Statements = Template.Lines("{S} is known for {v}.\nThe people of {S} are proud of their {v}.\nPeople come to {S} from far/ADV away to buy {v}."),
        Questions = Template.Lines("What is {S} known for?\nFor what is {S} famous?\nWhat do people buy in {S}?"),
    };

    public static readonly Attribute Feast = new("feast")
    {
        Statements = Template.Lines("{S} holds its feast/NOUN in {v}.\nThe feast/NOUN of {S} is held in {v}.\nIn {v} there is a feast/NOUN in {S}."),
        Questions = Template.Lines("When does {S} hold its feast/NOUN?\nIn which season is the feast/NOUN of {S}?\nWhen is the feast/NOUN of {S} held?"),
    };

    public static readonly Attribute North = new("north")
    {
        Statements = Template.Lines("{v} lies north/ADV of {S}.\nIf you go north/ADV from {S}, you come to {v}.\nThe road north/ADV from {S} leads to {v}."),
        Questions = Template.Lines("Which village lies north/ADV of {S}?\nWhere do you come to if you go north/ADV from {S}?\nWhat lies north/ADV of {S}?"),
    };

    public static readonly Attribute Elder = new("elder")
    {
        Statements = Template.Lines("{v} is the elder/NOUN of {S}.\nThe elder/NOUN of {S} is {v}.\n{v} speaks for the people of {S}."),
        Questions = Template.Lines("Who is the elder/NOUN of {S}?\nWho speaks for the people of {S}?\nWhat is the name of the elder/NOUN of {S}?"),
    };
}
