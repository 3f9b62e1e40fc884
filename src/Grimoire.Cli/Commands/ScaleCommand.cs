namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire scale</c>: how loss falls with size and text, and which size is best for so many operations.</summary>
internal static class ScaleCommand
{
    public static Verb Create()
    {
        Verb verb = new("scale", "Find the scaling law of a text, and the best size for so many operations.",
            "grimoire scale run --data my.txt --budgets 1e12,3e12,1e13", "grimoire scale fit points.csv")
        {
            Detail = "The law is L(N, D) = E + A/N^alpha + B/D^beta, as of Hoffmann et al. 2022: loss from parameters and tokens. It tells what a larger " +
                "model will reach, and how to divide a budget between size and text.",
        };
        verb.Add(ScaleFitCommand.Create());
        verb.Add(ScaleRunCommand.Create());
        return verb;
    }
}
