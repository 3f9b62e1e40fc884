using Grimoire.Benchmarks;

// Usage: dotnet run -c Release --project bench/Grimoire.Benchmarks -- gemm|attention|elementwise|ops [threads]
int threads = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : Environment.ProcessorCount;
IEnumerable<Measurement>? measurements = args.FirstOrDefault() switch
{
    "gemm" => Suites.Products(threads),
    "attention" => Suites.Attention(threads),
    "elementwise" => Suites.Elementwise(threads),
    "ops" => Suites.Ops(threads),
    _ => null,
};
if (measurements is null)
{
    Console.Error.WriteLine("say what to measure: gemm, attention, elementwise or ops; then, if wanted, the number of threads");
    return 2;
}

Measurement.Report([.. measurements]);
return 0;
