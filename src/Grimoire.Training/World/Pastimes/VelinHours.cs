namespace Grimoire.Training.Worlds;

/// <summary>Velin as it is taught and read: a few sentences, each in both languages.</summary>
internal sealed class VelinHours(Facts facts, Velin velin)
{
    private static readonly Template[] InEnglish = Template.Lines("""
        {A} <say> in English: {sentence}
        {A} <want> to say this in Velin: {sentence}
        In English one says: {sentence}
        {A} <ask> how to say this in Velin: {sentence}
        """);

    private static readonly Template[] IntoVelin = Template.Lines("""
        In Velin it is: {sentence}
        In Velin one says: {sentence}
        {B} <say> it in Velin: {sentence}
        """);

    private static readonly Template[] InVelin = Template.Lines("""
        In an old book {A} <read> in Velin: {sentence}
        {A} <say> in Velin: {sentence}
        On a stone by the road stands in Velin: {sentence}
        {A} <ask> what this means in English: {sentence}
        """);

    private static readonly Template[] IntoEnglish = Template.Lines("""
        In English it is: {sentence}
        It means: {sentence}
        {B} <say> it in English: {sentence}
        """);

    private static readonly Template[] Phrases = Template.Lines("""
        In Velin {english} is {velin}.
        In English {velin} is {english}.
        The Velin for {english} is {velin}.
        """);

    /// <summary>One hour in three is for words and phrases, the others for sentences.</summary>
    public string Teach(Dice dice, Split split)
    {
        var people = dice.Shuffle(facts.Residents);
        var teller = new Teller(dice, past: dice.Chance(50)).Bind("A", people[0]).Bind("B", people[1]);
        if (dice.Below(3) == 0) TeachPhrases(dice, teller);
        else TeachSentences(dice, split, teller);
        return teller.Text;
    }

    private void TeachPhrases(Dice dice, Teller teller)
    {
        for (var phrases = dice.Between(5, 9); phrases > 0; phrases--)
        {
            var (english, foreign) = velin.DrawPart(dice);
            teller.Bind("english", WordGames.Whole(english)).Bind("velin", WordGames.Whole(foreign)).TellOne(Phrases);
        }
    }

    private void TeachSentences(Dice dice, Split split, Teller teller)
    {
        for (var sentences = dice.Between(2, 4); sentences > 0; sentences--)
        {
            var (key, english, foreign) = velin.Draw(dice);
            while (Splits.Of(key) != split) (key, english, foreign) = velin.Draw(dice);
            if (dice.Chance(50)) Say(InEnglish, english, IntoVelin, foreign);
            else Say(InVelin, foreign, IntoEnglish, english);
        }

        void Say(Template[] one, string sentence, Template[] other, string meaning)
        {
            teller.Bind("sentence", WordGames.Whole(sentence)).TellOne(one);
            teller.Bind("sentence", WordGames.Whole(meaning)).TellOne(other);
        }
    }
}
