using System.Globalization;
using Grimoire.Benchmarks;
using Grimoire.Benchmarks.Peers;

// Usage: dotnet run -c Release --project bench/Grimoire.Benchmarks -- gemm|quantized|packed|experts|attention|elementwise|ops|train [threads]
//        … -- against LAYERS HEADS CHANNELS CONTEXT BATCH COMMAND [ARGUMENTS]     a training step beside a peer's
//        … -- finetune [threads]                                                  tokens a second and memory of fine-tuning whole, by LoRA and by QLoRA
//        … -- adapters [threads]                                                  the time that LoRA and others add to a decoded token
//        … -- tokenizer TEXT VOCABULARY…                                          encoding a text or a folder of texts, on one thread
//        … -- rollouts MODEL [threads]                                            roll-outs beside generate, in turns
//        … -- likelihood MODEL [threads]                                          scoring continuations beside plain prefill, in turns
//        … -- shape 1.1b|134m MIX FILE.gguf TOKENIZER                             a file of a real shape with random weights
//        … -- table FOLDER                                                        what `grimoire bench --json` left in a folder, as one table
//        … -- peers PROGRAM FOLDER families [NAME]                 GGUF files written here, as llama.cpp sees them (bench/peers/llama.cpp): logits
//        … -- peers PROGRAM FOLDER tokens TOKENIZER TEXTS.json                                                                            token ids
//        … -- peers PROGRAM FOLDER perplexity TOKENIZER TEXT LENGTH COUNT MODEL.gguf...                                           the model's perplexity
if (args is ["tokenizer", var sample, ..])
{
    TokenizerSpeed.Report(sample, args[2..]);
    return 0;
}

if (args is ["rollouts", var raised, ..])
{
    RolloutSpeed.Report(raised, args.Length > 2 ? Number(args[2]) : Environment.ProcessorCount);
    return 0;
}

if (args is ["likelihood", var scored, ..])
{
    LikelihoodSpeed.Report(scored, args.Length > 2 ? Number(args[2]) : Environment.ProcessorCount);
    return 0;
}

if (args is ["against", ..] && args.Length > 6)
{
    int[] sizes = [.. args[1..6].Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
    var step = new TrainingStep(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], Environment.ProcessorCount);
    step.Against(args[6], args[7..], rounds: 5);
    return 0;
}

if (args is ["finetune", .. var some])
{
    FinetuneSpeed.Report(some is [var number] ? Number(number) : Environment.ProcessorCount);
    return 0;
}

if (args is ["peers", var program, var folder, .. var what])
{
    Directory.CreateDirectory(folder);
    var peer = new LlamaCpp(program);
    if (what is ["families", .. var only])
        new Agreement(peer, folder).Families(only.FirstOrDefault());
    else if (what is ["tokens", var tokenizer, var texts])
        new TokenAgreement(peer, folder).Compare(tokenizer, texts);
    else if (what is ["perplexity", var words, var text, var length, var count, .. var models])
        new PerplexityAgreement(peer).Compare(words, text, Number(length), Number(count), models);
    return 0;
}

if (args is ["shape", var shape, var mix, var file, var vocabulary])
{
    Shapes.Write(shape, mix, file, vocabulary);
    return 0;
}

if (args is ["table", var results])
{
    SpeedTable.Print(results);
    return 0;
}

if (args is ["adapters", .. var given])
{
    AdapterCost.Report(given.Length > 0 ? Number(given[0]) : Environment.ProcessorCount);
    return 0;
}

int threads = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : Environment.ProcessorCount;
IEnumerable<Measurement>? measurements = args.FirstOrDefault() switch
{
    "gemm" => Suites.Products(threads),
    "quantized" => Suites.Quantized(threads),
    "packed" => Suites.Packed(threads),
    "experts" => Suites.Experts(threads),
    "attention" => Suites.Attention(threads),
    "elementwise" => Suites.Elementwise(threads),
    "ops" => Suites.Ops(threads),
    "train" => Suites.Training(threads),
    _ => null,
};
if (measurements is null)
{
    Console.Error.WriteLine("say what to measure: gemm, quantized, packed, experts, attention, elementwise, ops, train, finetune or adapters, then, if wanted, the number of threads; or rollouts or likelihood and a model; or against, five sizes and a peer's command; or tokenizer, a text and vocabularies; or shape, 1.1b or 134m, a mix, a file and a tokenizer");
    return 2;
}

Measurement.Report([.. measurements]);
return 0;

static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
