namespace Grimoire.Training.Worlds;

/// <summary>Games with lists of words: one says them, the other does something with them, and they are heard again and again.</summary>
internal sealed class WordGames(Facts facts)
{
    /// <summary>A task as it is set to a player, and as its result is told of a list that was named before.</summary>
    private sealed record Game(Skill Skill, Template Ask, Template Tell)
    {
        public static Game Of(Skill skill, string task, string result) => new(skill,
            Template.Parse($"{{A}} <ask> {{B:him}} to ({task}): {{list}}."), Template.Parse($"({result}) {{result}}."));
    }

    private static readonly Game[] Games =
    [
        Game.Of(Skill.Repeat, "say these words again|repeat these words|copy this", "Once more the words are:|Again:"),
        Game.Of(Skill.Reverse,
            "say these words in reverse order|reverse the list|say these words from last to first", "In reverse order they are:|From last to first:"),
        Game.Of(Skill.Sort, "sort these words by the alphabet|put these words in the order of the alphabet|sort these", "By the alphabet they are:|Sorted:"),
        Game.Of(Skill.Count, "count these words|count the words in this list|say how many words are here", "Counted, they are|The number of words is"),
        Game.Of(Skill.Capitals,
            "write this in capital letters|write these words in capitals|make these words upper case", "In capital letters they are:|In capitals:"),
        Game.Of(Skill.FirstLetters,
            "write the first letter of each word|say the first letters of these words|give the first letters",
            "The first letters are:|The first letter of each word:"),
        Game.Of(Skill.Longest,
            "find the longest word|say which of these words is the longest|give the longest word of these", "The longest word is|The longest of them is"),
    ];

    private static readonly Template[] Answers = Template.Lines("""
        {B} <answer>: {result}.
        {B} <say>: {result}.
        {B} <think> and <write>: {result}.
        """);

    private static readonly Template[] Repeats = Template.Lines("{B} <repeat> the words: {list}.\nFirst/ADV {B} <repeat>: {list}.");

    private static readonly Template[] Lists = Template.Lines("""
        {A} <say> these words: {list}.
        {A} <write> a list: {list}.
        {A} <read> these words out loud/ADV: {list}.
        {A} <think> of some words: {list}.
        """);

    private static readonly Template[] Openings = Template.Lines("""
        {time}, {A:name} and {B:name} <play+> a game of words.
        {time}, {A:name} and {B:name} <be+> at school.
        {A:name} and {B:name} <play+> with words by the fire.
        """);

    private static readonly Template[] Calls = Template.Lines("""
        {A} <call> over the (lake|pond|valley): {list}.
        {A} <shout> from the (hill|old wall): {list}.
        """);

    private static readonly Template[] Echoes = Template.Lines("""
        The echo <answer>: {list}.
        The echo <call> back: {list}.
        And again the echo: {list}.
        Then {B} <call>: {list}.
        """);

    private static readonly Template[] Songs = Template.Lines("""
        {A} <sing>: {list}.
        {A} <sing> by the (river|fire): {list}.
        {A:name} and {B:name} <sing+>: {list}.
        """);

    private static readonly Template Pack = Template.Parse("{A} <pack> for the journey: {list}.");

    private static readonly Template[] Packs = Template.Lines("{B} <pack>: {list}.\n{A} <pack>: {list}.");

    public string Play(Dice dice, Split split)
    {
        var players = dice.Shuffle(facts.Residents);
        var teller = new Teller(dice, past: dice.Chance(50)).Bind("A", players[0]).Bind("B", players[1]);
        if (dice.Chance(50)) teller.TellOne(Openings);
        switch (dice.Below(10))
        {
            case < 2: SetOneTask(dice, split, teller); break;
            case 2: SetManyTasks(dice, split, teller); break;
            case < 6: WorkOnLists(dice, split, teller); break;
            case 6: CallEchoes(dice, split, teller); break;
            case 7: Sing(dice, split, teller); break;
            default: PackBags(dice, split, teller); break;
        }
        return teller.Text;
    }

    /// <summary>Something said as it stands: nobody asks for the tags of its words.</summary>
    public static Word[] Whole(string text) => [new Word(text, Upos.NOUN)];

    /// <summary>The same task with list after list: said once, then only done.</summary>
    private static void SetOneTask(Dice dice, Split split, Teller teller)
    {
        var game = dice.Pick(Games);
        for (var (round, rounds) = (0, dice.Between(3, 5)); round < rounds; round++)
        {
            Bind(dice, split, teller, game);
            if (round == 0) teller.Tell(game.Ask);
            else teller.TellOne(Lists);
            Answer(dice, teller);
        }
    }

    /// <summary>A task and a list, and another.</summary>
    private static void SetManyTasks(Dice dice, Split split, Teller teller)
    {
        for (var rounds = dice.Between(2, 4); rounds > 0; rounds--)
        {
            var game = dice.Pick(Games);
            Bind(dice, split, teller, game);
            teller.Tell(game.Ask);
            Answer(dice, teller);
        }
    }

    /// <summary>One list and what can be made of it, and another.</summary>
    private static void WorkOnLists(Dice dice, Split split, Teller teller)
    {
        for (var lists = dice.Between(1, 2); lists > 0; lists--)
        {
            var words = WordTasks.Draw(dice, Skill.Longest, split);
            teller.Bind("list", Whole(string.Join(' ', words))).TellOne(Lists);
            foreach (var game in dice.Shuffle(Games).Take(dice.Between(3, 6)))
                teller.Bind("result", Whole(WordTasks.Do(game.Skill, words))).Tell(game.Tell);
        }
    }

    private static void CallEchoes(Dice dice, Split split, Teller teller)
    {
        for (var calls = dice.Between(2, 4); calls > 0; calls--)
        {
            teller.Bind("list", Whole(string.Join(' ', WordTasks.Grow(dice, dice.Between(3, 8), split)))).TellOne(Calls);
            for (var times = dice.Between(2, 4); times > 0; times--) teller.TellOne(Echoes);
        }
    }

    /// <summary>A few words are sung over and over: the shorter the song, the easier it is to go on with.</summary>
    private static void Sing(Dice dice, Split split, Teller teller)
    {
        for (var songs = dice.Between(2, 4); songs > 0; songs--)
        {
            var words = string.Join(' ', WordTasks.Grow(dice, dice.Between(1, 8), split));
            teller.Bind("list", Whole(string.Join(", ", Enumerable.Repeat(words, dice.Between(3, 6))))).TellOne(Songs);
        }
    }

    /// <summary>Each says all that was packed and adds something.</summary>
    private static void PackBags(Dice dice, Split split, Teller teller)
    {
        var words = WordTasks.Grow(dice, dice.Between(8, 13), split);
        teller.Bind("list", Whole(string.Join(' ', words[..2]))).Tell(Pack);
        for (var packed = 3; packed <= words.Length; packed++)
            teller.Bind("list", Whole(string.Join(' ', words[..packed]))).Tell(Packs[packed % 2 == 1 ? 0 : 1]);
    }

    /// <summary>One player in two says the list again before doing anything with it.</summary>
    private static void Answer(Dice dice, Teller teller)
    {
        if (dice.Chance(50)) teller.TellOne(Repeats);
        teller.TellOne(Answers);
    }

    private static void Bind(Dice dice, Split split, Teller teller, Game game)
    {
        var words = WordTasks.Draw(dice, game.Skill, split);
        teller.Bind("list", Whole(string.Join(' ', words))).Bind("result", Whole(WordTasks.Do(game.Skill, words)));
    }
}
