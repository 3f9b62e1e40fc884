// The smallest language model there is: count which letter follows which (Shannon 1948; makemore's bigram, Karpathy 2022).
//
//   dotnet run --project samples/Names -- names.txt
//
// The file has a name a line; without one the sample makes names up. Nothing is learned by descent here: the counts, divided by their
// sums, already are the best that any model can do that looks at one letter only. It is the number that every other model has to beat,
// and a transformer of 200 thousand parameters, which looks at all letters before, beats it:
//
//   grimoire pretrain --recipe names --data names.txt

using System.Text;
using Grimoire.Tensors;

if (args.Length > 0 && !File.Exists(args[0]))
{
    Console.Error.WriteLine($"{args[0]}: there is no such file; give a text file with a name a line.");
    return 1;
}

string[] names = [.. args.Length > 0 ? File.ReadLines(args[0]).Where(line => line.Length > 0) : Enumerable.Range(0, 5000).Select(Invent)];

// Every letter of the names is a symbol; one more stands at both ends, so that the model also learns how names begin and where they stop.
const char End = '.';
if (names.Length == 0 || names.Any(name => name.Contains(End)))
{
    Console.Error.WriteLine($"{args[0]}: it must hold names, one a line, without '{End}', which stands for their ends; give another file.");
    return 1;
}

char[] symbols = [End, .. names.SelectMany(name => name).Distinct().Order()];
Dictionary<char, int> number = symbols.Index().ToDictionary(pair => pair.Item, pair => pair.Index);

long[,] follows = new long[symbols.Length, symbols.Length];
long[] total = new long[symbols.Length];
foreach ((int first, int second) in names.SelectMany(Bigrams))
{
    follows[first, second]++;
    total[first]++;
}

Console.WriteLine($"{names.Length:N0} names of {symbols.Length - 1} letters hold {total.Sum():N0} bigrams.");
Console.WriteLine("Of a hundred letters like the one on the left (. is an end), so many are followed by the one above:");
Console.WriteLine($"     {string.Join("  ", symbols.Take(20))}");
for (int first = 0; first < Math.Min(12, symbols.Length); first++)
    Console.WriteLine($"  {symbols[first]}{string.Concat(symbols.Take(20).Select((_, second) => $"{100.0 * follows[first, second] / total[first],3:F0}"))}");
Console.WriteLine();

// How surprised the model is by the names: the mean of −log p(next letter), in nats.
double nats = names.SelectMany(Bigrams).Average(pair => -Math.Log((double)follows[pair.First, pair.Second] / total[pair.First]));
double guessing = Math.Log(symbols.Length);
Console.WriteLine($"Mean surprise: {nats:F5} nats a letter. One that knows nothing but the alphabet has ln {symbols.Length} = {guessing:F5}.");
Console.WriteLine();

Console.WriteLine("Names it would give:");
ulong dice = 0;
for (int i = 0; i < 10; i++)
    Console.WriteLine($"  {Draw()}");
return nats < guessing ? 0 : 1;

// The pairs of a name between its two ends: .emma. gives .e em mm ma a.
IEnumerable<(int First, int Second)> Bigrams(string name)
{
    int[] all = [number[End], .. name.Select(letter => number[letter]), number[End]];
    return all.Zip(all.Skip(1));
}

// From one end to the other: each letter drawn as often as it followed the one before.
string Draw()
{
    var name = new StringBuilder();
    for (int last = number[End]; ;)
    {
        long draw = CountedRandom.Below(total[last], seed: 1, dice++);
        int next = 0;
        while (draw >= follows[last, next])
            draw -= follows[last, next++];
        if (next == number[End])
            return name.ToString();
        name.Append(symbols[next]);
        last = next;
    }
}

// One to three syllables and an ending.
static string Invent(int index)
{
    string[] starts = ["b", "br", "d", "el", "f", "g", "h", "k", "l", "m", "n", "or", "r", "s", "t", "th", "v"];
    string[] middles = ["a", "e", "i", "o", "u", "ai", "ea", "or", "an", "el"], endings = ["n", "ra", "s", "th", "lin", "a", "o", "rik"];
    ulong draws = 0;
    string Pick(string[] from) => from[CountedRandom.Below(from.Length, seed: 1, (ulong)index, draws++)];

    int syllables = 1 + (index % 3);
    return string.Concat(Enumerable.Range(0, syllables).Select(_ => Pick(starts) + Pick(middles))) + Pick(endings);
}
