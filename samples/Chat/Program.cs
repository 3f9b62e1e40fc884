// What a chat model is. A conversation is a text with markers in it, made by a template; the model goes on with that text like with any other. It learned
// only from the assistant's part: the mask says which tokens those are. Here a tiny one learns four conversations in seconds and is then asked through
// IChatClient, as every .NET program asks a model. With the path of a model, a folder or a .gguf file, that one is asked instead.

using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training;
using Microsoft.Extensions.AI;

string[] names = ["Ada", "Alan", "Grace", "Kurt"];
ChatTemplate template = ChatTemplate.BuiltIn("chatml");
LanguageModel model = args.Length > 0 ? LanguageModel.Load(args[0]) : Raise(names);
using IChatClient client = model.AsChatClient(new ChatClientOptions { Template = model.ChatTemplate ?? template });

int right = 0;
foreach (string name in names)
{
    List<ChatMessage> conversation = [];
    string answer = "";
    foreach (string question in new[] { $"My name is {name}.", "What is my name?" })
    {
        Console.WriteLine($"> {question}");
        conversation.Add(new ChatMessage(ChatRole.User, question));
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(conversation, new ChatOptions { Temperature = 0, MaxOutputTokens = 60 }))
        {
            Console.Write(update.Text);
            updates.Add(update);
        }

        ChatResponse response = updates.ToChatResponse();
        Console.WriteLine($"   ({response.Usage!.InputTokenCount} tokens, {response.Usage.CachedInputTokenCount} of them read before)");
        conversation.AddMessages(response);
        answer = response.Text;
    }

    right += answer.Contains(name, StringComparison.Ordinal) ? 1 : 0;
}

Console.WriteLine($"It remembered {right} of {names.Length} names within their conversations.");
return right == names.Length ? 0 : 1;

// A model of letters, trained on one conversation for each name until it knows them by heart.
LanguageModel Raise(string[] people)
{
    JsonArray[] conversations = [.. people.Select(name => Conversation(
        ("user", $"My name is {name}."), ("assistant", $"Hello, {name}!"), ("user", "What is my name?"), ("assistant", $"You are {name}.")))];
    Console.WriteLine(template.Render(conversations[0]));
    Tokenizer tokenizer = TokenizerTrainer.Train(conversations.Select(conversation => template.Render(conversation)), new TokenizerOptions
    {
        Kind = TokenizerKind.Character,
        Special = ["<|im_end|>", "<|im_start|>"],
        EndOfText = "<|im_end|>",
    });
    ModelConfig config = Llama.Config(layers: 2, heads: 4, channels: 64, context: 256, tokenizer.VocabularySize);
    var transformer = new Transformer(config, Initialization.Random(config, seed: 1));
    transformer.SetTrainable(true);
    var tape = new Tape();
    var workspace = new Workspace(Kernels.Simd, tape);
    var optimizer = new AdamW(transformer.Parameters, new AdamWOptions(), Kernels.Simd);
    for (int step = 0; step < 120; step++)
    {
        workspace.Reset();
        tape.Backward(Loss(transformer, workspace, [.. conversations.Select(conversation => template.Encode(tokenizer, conversation))]));
        optimizer.Step(rate: 4e-3f, Optimizer.ClipScale(optimizer.GradientNorm(), limit: 1));
        optimizer.ZeroGradients();
    }

    transformer.SetTrainable(false);
    return new LanguageModel(transformer, tokenizer);
}

// −log p of the assistant's tokens, on average; what is not the assistant's does not count.
static Tensor Loss(Transformer transformer, Workspace workspace, (int[] Ids, bool[] Assistant)[] conversations)
{
    var batch = new Batch();
    List<int> targets = [];
    foreach ((int[] ids, bool[] assistant) in conversations)
    {
        batch.Add(ids.AsSpan(0, ids.Length - 1));
        targets.AddRange(ids.Skip(1).Zip(assistant.Skip(1), (id, counts) => counts ? id : -1));
    }

    return LanguageModeling.Loss(transformer, transformer.Begin(workspace, batch), targets.ToArray()) * (1f / targets.Count(target => target >= 0));
}

static JsonArray Conversation(params (string Role, string Content)[] messages) =>
    [.. messages.Select(message => new JsonObject { ["role"] = message.Role, ["content"] = message.Content })];
