namespace Grimoire.Training.Worlds;

/// <summary>
/// Questions about the facts. Each split owns a part of them, shuffled once; the series goes round its part again and again with other
/// wordings, so its first <see cref="Count"/> exercises are all different.
/// </summary>
internal sealed class Questions
{
    private readonly ulong _seed;
    private readonly Facts _facts;
    private readonly Question[][] _parts;
    private readonly Question[][] _searches;
    private readonly Dictionary<string, string[]> _values;

    public Questions(ulong seed, Facts facts)
    {
        _seed = seed;
        _facts = facts;
        _values = facts.All.Where(fact => fact.Value is not null).GroupBy(fact => fact.Attribute, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(fact => fact.Value!).Distinct().ToArray(), StringComparer.Ordinal);
        var known = facts.All.ToLookup(fact => fact.Subject, StringComparer.Ordinal);
        var questions = facts.All.SelectMany(fact => Alone(fact).Concat(Joined(fact, known))).Where(HasRival).ToArray();
        var told = questions.Where(question => question.Fact.Person?.Split is null or Split.Train && question.Link?.Person!.Split is null or Split.Train)
            .Concat(facts.Strangers.SelectMany(About).Where(HasRival)).ToArray();
        _parts = Divide("questions", told, question => Splits.Of(question.Key));
        _searches = Divide("searches", questions.Where(question => question.Skill is Skill.Fact or Skill.TwoHop), SplitOfSearch);
    }

    /// <summary>Whether there is a wrong answer to it: in a tiny world an attribute may have one value or none.</summary>
    private bool HasRival(Question question) => _values.TryGetValue(question.Fact.Attribute, out var values)
        && Array.Exists(values, value => value != question.Fact.Value && value != question.Fact.Subject);

    private Question[][] Divide(string kind, IEnumerable<Question> questions, Func<Question, Split> splitOf)
    {
        var parts = questions.ToLookup(splitOf);
        return [.. Enum.GetValues<Split>().Select(split => Dice.For(_seed, kind, split, 0).Shuffle(parts[split]))];
    }

    /// <summary>Searches about newcomers belong to the newcomer's split, so that what is found was never read before.</summary>
    private static Split SplitOfSearch(Question question)
    {
        var person = question.Link?.Person ?? question.Fact.Person;
        return person is null || person.Split == Split.Train ? Splits.Of(question.Key) : person.Split;
    }

    /// <summary>What is asked: a fact, named directly or by way of another, with or without a wrong value.</summary>
    private sealed record Question(Skill Skill, string Key, Fact Fact, Word[] Subject, Word[] SubjectInAnswer, Fact? Link = null);

    /// <summary>How many different questions a split holds.</summary>
    public int Count(Split split) => _parts[(int)split].Length;

    public Exercise Ask(Split split, long index)
    {
        var part = _parts[(int)split];
        var question = part[index % part.Length];
        var dice = Dice.For(_seed, "question", split, index);
        return question.Skill switch
        {
            Skill.YesNo => AskYesNo(dice, question),
            Skill.FalsePremise => AskFalsely(dice, question),
            Skill.Unknown => new Exercise(
                Skill.Unknown, question.Key, Say(dice, question, question.Fact.About.Questions), Admit(dice, question), IsDontKnow, Lie(dice, question)),
            _ => AskPlainly(dice, question),
        };
    }

    /// <summary>A question to be answered from documents, and the names of those that hold the answer.</summary>
    public (Exercise Exercise, string[] Documents) Search(Split split, long index)
    {
        var part = _searches[(int)split];
        var question = part[index % part.Length];
        var exercise = AskPlainly(Dice.For(_seed, "search", split, index), question);
        return (exercise, question.Link is { } link ? [link.Subject, question.Fact.Subject] : [question.Fact.Subject]);
    }

    /// <summary>A first question about a person and a second that says he or she, both of the given split; null where there is no second.</summary>
    public (Exercise First, Exercise Second)? AskTwice(Split split, Dice dice)
    {
        var part = _parts[(int)split];
        var first = dice.Below(part.Length);
        var at = part[first];
        if (at.Skill != Skill.Fact || at.Fact.Person is not { } person || at.Fact.About == Attributes.Owner) return null;
        var others = Array.FindAll(
            part, q => q.Skill is Skill.Fact or Skill.Unknown && q.Fact.Person == person && q.Fact.About != at.Fact.About && q.Fact.About.CanHop);
        if (others.Length == 0) return null;
        var second = dice.Pick(others);
        var teller = second.Fact.Bind(new Teller(dice, past: false)).Bind("S", person).Knowing(person);
        teller.TellOne(second.Fact.About.Questions);
        var prompt = "And " + char.ToLowerInvariant(teller.Text[0]) + teller.Text[1..];
        var answered = second.Skill == Skill.Unknown
            ? new Exercise(Skill.Unknown, second.Key, prompt, Admit(dice, second), IsDontKnow, Lie(dice, second))
            : new Exercise(Skill.Fact, second.Key, prompt, Statement(dice, second), Names(second), Lie(dice, second));
        return (AskPlainly(dice, at), answered);
    }

    public const string DontKnow = "I don't know.";

    public static bool IsDontKnow(string answer) => Mentions(answer, "I don't know");

    /// <summary>Questions about one fact. They share its key, so a fact that is asked in test is asked in no other split.</summary>
    private static IEnumerable<Question> Alone(Fact fact)
    {
        var skill = fact.Value is null ? Skill.Unknown : Skill.Fact;
        yield return new(skill, fact.Key, fact, fact.SubjectWords, fact.SubjectWords);
        if (fact.Value is null) yield break;
        if (fact.About.Polar.Length > 0) yield return new(Skill.YesNo, fact.Key, fact, fact.SubjectWords, fact.SubjectWords);
        if (fact.About.Premises.Length > 0) yield return new(Skill.FalsePremise, fact.Key, fact, fact.SubjectWords, fact.SubjectWords);
    }

    /// <summary>Questions that reach other facts by way of this one: Mira's sister, Mira's village.</summary>
    private static IEnumerable<Question> Joined(Fact link, ILookup<string, Fact> known)
    {
        var kin = link.About == Attributes.Sibling ? link.Person!.SiblingWord : link.About == Attributes.Friend ? "best friend" : link.About == Attributes.Home ? "village" : null;
        if (kin is null) yield break;
        Word[] roundabout = [.. link.SubjectWords, Lexicon.Possessive, .. Lexicon.Phrase(kin)];
        foreach (var fact in known[link.Value!])
        {
            if (fact.Value is null || !fact.About.CanHop || fact.Value == link.Subject) continue;
            yield return new(Skill.TwoHop, $"{link.Key}/{fact.Attribute}", fact, roundabout, [.. roundabout, .. fact.SubjectWords], link);
        }
    }

    /// <summary>Questions about somebody who does not exist.</summary>
    private IEnumerable<Question> About(string stranger)
    {
        Word[] name = [new Word(stranger, Upos.PROPN, "B-PER")];
        foreach (var fact in Fact.Of(_facts.Residents[0]).Where(fact => fact.About.CanHop && fact.About != Attributes.Count && fact.About != Attributes.Hideaway))
            yield return new(Skill.Unknown, $"{fact.Attribute}/{stranger}", fact, name, name);
    }

    private Exercise AskPlainly(Dice dice, Question question)
    {
        var prompt = Say(dice, question, question.Fact.About.Questions);
        return new(question.Skill, question.Key, prompt, Statement(dice, question), Names(question), Lie(dice, question));
    }

    /// <summary>Right is an answer that names the value and no other value of that kind, but for those in the question.</summary>
    private Func<string, bool> Names(Question question)
    {
        var (value, values) = (question.Fact.Value!, _values[question.Fact.Attribute]);
        var said = Word.Join(question.SubjectInAnswer);
        return answer => Mentions(answer, value) && !IsDontKnow(answer)
            && !Array.Exists(values, other => other != value && Mentions(answer, other) && !Mentions(said, other));
    }

    /// <summary>The values of the kind that a question asks for that an answer names and the question does not.</summary>
    public string[] ValuesNamed(Exercise question, string answer)
    {
        var parts = question.Key.Split('/');
        var attribute = question.Skill == Skill.TwoHop ? parts[^1] : parts[0];
        return _values.TryGetValue(attribute, out var values) ? Array.FindAll(values, value => Mentions(answer, value) && !Mentions(question.Prompt, value)) : [];
    }

    private Exercise AskYesNo(Dice dice, Question question)
    {
        var (truth, fact) = (dice.Chance(50), question.Fact);
        var asked = truth ? fact : Wrong(dice, fact);
        var prompt = Say(dice, question, fact.About.Polar, asked);
        var answer = (truth ? "Yes. " : "No. ") + Statement(dice, question);
        return new(Skill.YesNo, question.Key, prompt, answer, given => Mentions(given, truth ? "yes" : "no") && !Mentions(given, truth ? "no" : "yes") && !IsDontKnow(given)
            && (truth || !Contradicts(given, fact.Value!, asked.Value!)), truth ? "No." : "Yes.");
    }

    private Exercise AskFalsely(Dice dice, Question question)
    {
        var wrong = Wrong(dice, question.Fact);
        var prompt = Say(dice, question, question.Fact.About.Premises, wrong);
        var answer = $"{Say(dice, question, [question.Fact.About.Denial!], wrong)} {Statement(dice, question)}";
        return new(Skill.FalsePremise, question.Key, prompt, answer, given => Mentions(given, "not") && Mentions(given, question.Fact.Value!), DontKnow);
    }

    /// <summary>A "no" that goes on to state the wrong value, and not the right one.</summary>
    private static bool Contradicts(string given, string value, string wrong) => Mentions(given, wrong) && !Mentions(given, value);

    private Fact Wrong(Dice dice, Fact fact)
    {
        var others = _facts.ByAttribute(fact.Attribute);
        while (true)
        {
            var other = dice.Pick(others);
            if (other.Value != fact.Value && other.Value != fact.Subject) return other;
        }
    }

    /// <summary>The same sentence with a wrong value: what a model says that guesses.</summary>
    private string Lie(Dice dice, Question question) => Statement(dice, question, Wrong(dice, question.Fact));

    private static string Statement(Dice dice, Question question, Fact? lie = null) =>
        Answering(dice, question).Bind("v", lie?.ValueWords).Tell(question.Fact.About.Statements[0]).Text;

    /// <summary>The answer to a question about what was never told.</summary>
    private static string Admit(Dice dice, Question question) => Answering(dice, question).Tell(question.Fact.About.Ignorance).Text;

    private static Teller Answering(Dice dice, Question question) =>
        question.Fact.Bind(new Teller(dice, past: false) { NamesOnly = true }).Bind("S", question.SubjectInAnswer);

    private static string Say(Dice dice, Question question, Template[] templates, Fact? wrong = null)
    {
        var teller = question.Fact.Bind(new Teller(dice, past: false) { NamesOnly = true }).Bind("S", question.Subject);
        if (wrong is not null) teller.Bind("w", wrong.ValueWords);
        teller.TellOne(templates);
        return teller.Text;
    }

    /// <summary>Whether a text contains a phrase as whole words, in capitals or not.</summary>
    public static bool Mentions(string text, string phrase)
    {
        for (var at = 0; (at = text.IndexOf(phrase, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var end = at + phrase.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end]))) return true;
        }
        return false;
    }
}
