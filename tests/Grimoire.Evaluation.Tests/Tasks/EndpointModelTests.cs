using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests;

public sealed class EndpointModelTests
{
    [Fact]
    public void An_endpoint_that_tells_logprobs_scores_as_the_model_behind_it()
    {
        using var server = new Server();
        using EndpointModel model = server.Model();
        var local = new LocalModel(server.Behind, Kernels.Simd, "tiny");
        ContinuationRequest[] requests = [new("Say it:", " yes"), new("Say it:", " no"), new("What ", "now?"), new("Naïve:", " é")];
        foreach ((ContinuationScore there, ContinuationScore here) in model.Score(requests, TestContext.Current.CancellationToken).Zip(local.Score(requests, TestContext.Current.CancellationToken)))
        {
            Assert.Equal(here.Tokens, there.Tokens);
            Assert.Equal(here.IsGreedy, there.IsGreedy);
            Assert.Equal(here.LogProbability, there.LogProbability, 1e-4);
        }

        Assert.All(server.Keys, key => Assert.Equal("Bearer secret", key));
    }

    [Fact]
    public void Answers_come_from_completions_or_from_a_conversation()
    {
        using var server = new Server();
        using EndpointModel model = server.Model();
        var local = new LocalModel(server.Behind, Kernels.Simd, "tiny");
        GenerateRequest[] requests = [new("Say it:") { MaxTokens = 5 }, new("And then") { MaxTokens = 3 }];
        IReadOnlyList<GeneratedAnswer> there = model.Generate(requests, TestContext.Current.CancellationToken);
        Assert.Equal(local.Generate(requests, TestContext.Current.CancellationToken).Select(answer => (answer.Text, answer.Tokens)), there.Select(answer => (answer.Text, answer.Tokens)));
        Assert.Equal("You said: Hello", model.Generate([new GenerateRequest("Hello") { Chat = true, Stop = ["!"] }], TestContext.Current.CancellationToken)[0].Text);

        server.HasCompletions = false;
        using EndpointModel chats = server.Model();
        Assert.Equal("You said: Hello", chats.Generate([new GenerateRequest("Hello") { Stop = ["!"] }], TestContext.Current.CancellationToken)[0].Text);
        var refused = Assert.Throws<GrimoireException>(() => chats.Score([new ContinuationRequest("a", "b")], TestContext.Current.CancellationToken));
        Assert.Contains("cannot say how likely", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_endpoint_that_repeats_no_prompt_is_told_from_one_that_does()
    {
        using var server = new Server { Echoes = false };
        using EndpointModel model = server.Model();
        var refused = Assert.Throws<GrimoireException>(() => model.Score([new ContinuationRequest("a", "b")], TestContext.Current.CancellationToken));
        Assert.Contains("answered freely", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_busy_endpoint_is_asked_again_and_a_refusal_is_told()
    {
        using var server = new Server { Busy = 2 };
        using EndpointModel model = server.Model();
        Assert.Equal(5, model.Generate([new GenerateRequest("Say it:") { MaxTokens = 5 }], TestContext.Current.CancellationToken)[0].Tokens);
        Assert.Equal(3, server.Asked);

        server.Busy = 100;
        Assert.Contains("3 attempts", Assert.Throws<GrimoireException>(() => model.Generate([new GenerateRequest("a")], TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        server.Busy = 0;
        server.Refuses = true;
        Assert.Contains("400", Assert.Throws<GrimoireException>(() => model.Generate([new GenerateRequest("a")], TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Throws<GrimoireException>(() => new EndpointModel(new EndpointSettings("localhost", "tiny")));
    }

    /// <summary>An endpoint within the test: a small model that answers as OpenAI's do.</summary>
    private sealed class Server : IDisposable
    {
        private readonly HttpListener listener;
        private readonly LocalModel model;
        private readonly string address;
        private readonly Lock gate = new();

        public Server()
        {
            model = new LocalModel(Behind, Kernels.Simd, "tiny");
            (listener, address) = Listen();
            _ = Task.Run(Serve);
        }

        public LanguageModel Behind { get; } = LetterModels.Llama();

        public bool HasCompletions { get; set; } = true;

        public bool Echoes { get; init; } = true;

        public bool Refuses { get; set; }

        public int Busy { get; set; }

        public int Asked { get; private set; }

        public List<string?> Keys { get; } = [];

        public EndpointModel Model() => new(new EndpointSettings(address, "tiny") { Key = "secret", FirstWait = TimeSpan.FromMilliseconds(1), Attempts = 3, Timeout = TimeSpan.FromMinutes(10) });

        public void Dispose() => listener.Close();

        /// <summary>Listens on a free port; where somebody else takes it first, on another.</summary>
        private static (HttpListener Listener, string Address) Listen()
        {
            for (int attempt = 1; ; attempt++)
            {
                using var free = new TcpListener(IPAddress.Loopback, 0);
                free.Start();
                string found = $"http://localhost:{((IPEndPoint)free.LocalEndpoint).Port}/";
                free.Stop();
                var server = new HttpListener();
                server.Prefixes.Add(found);
                try
                {
                    server.Start();
                    return (server, found);
                }
                catch (HttpListenerException) when (attempt < 20)
                {
                    server.Close();
                }
            }
        }

        private async Task Serve()
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                try
                {
                    lock (gate)
                        Answer(context);
                }
                catch (GrimoireException e)
                {
                    context.Response.StatusCode = 400;
                    context.Response.Close(System.Text.Encoding.UTF8.GetBytes(e.Message), willBlock: false);
                }
            }
        }

        private void Answer(HttpListenerContext context)
        {
            Asked++;
            Keys.Add(context.Request.Headers["Authorization"]);
            JsonObject asked = JsonNode.Parse(context.Request.InputStream)!.AsObject();
            (int status, JsonObject answer) = Busy-- > 0 ? (429, new JsonObject { ["error"] = "busy" })
                : Refuses ? (400, new JsonObject { ["error"] = "no" })
                : context.Request.Url!.AbsolutePath switch
                {
                    "/v1/completions" when HasCompletions => (200, asked.ContainsKey("echo") ? Echo(asked) : Completion(asked)),
                    "/v1/chat/completions" => (200, Said($"You said: {asked["messages"]![0]!["content"]}! Really!")),
                    _ => (404, new JsonObject { ["error"] = "not found" }),
                };
            context.Response.StatusCode = status;
            using var writer = new StreamWriter(context.Response.OutputStream);
            writer.Write(answer.ToJsonString());
        }

        private static JsonObject Said(string text) => new()
        {
            ["choices"] = new JsonArray(new JsonObject { ["message"] = new JsonObject { ["content"] = text }, ["finish_reason"] = "stop" }),
        };

        private JsonObject Completion(JsonObject asked)
        {
            GeneratedAnswer answer = model.Generate([new GenerateRequest(asked["prompt"]!.GetValue<string>()) { MaxTokens = asked["max_tokens"]!.GetValue<int>() }])[0];
            return new JsonObject
            {
                ["choices"] = new JsonArray(new JsonObject { ["text"] = answer.Text, ["finish_reason"] = "length" }),
                ["usage"] = new JsonObject { ["completion_tokens"] = answer.Tokens, ["prompt_tokens"] = answer.PromptTokens },
            };
        }

        private JsonObject Echo(JsonObject asked)
        {
            string text = asked["prompt"]!.GetValue<string>();
            if (!Echoes)
                return new JsonObject { ["choices"] = new JsonArray(new JsonObject { ["text"] = "x" }) };
            Tokenizer tokenizer = Behind.Tokenizer;
            int[] ids = tokenizer.Encode(text);
            TokenScore[] scores = new Scorer(Behind.Transformer, Kernels.Simd).Score(ids);
            var offsets = new JsonArray();
            for (int i = 0, at = 0; i <= ids.Length; at += i < ids.Length ? tokenizer.Piece(ids[i]).EnumerateRunes().Count() : 0, i++)
                offsets.Add(at);
            return new JsonObject
            {
                ["choices"] = new JsonArray(new JsonObject
                {
                    ["text"] = text + "x",
                    ["logprobs"] = new JsonObject
                    {
                        ["tokens"] = new JsonArray([.. ids.Select(id => JsonValue.Create(tokenizer.Piece(id))), JsonValue.Create("x")]),
                        ["token_logprobs"] = new JsonArray([null, .. scores.Select(score => JsonValue.Create(score.LogProbability)), JsonValue.Create(-1.0)]),
                        ["top_logprobs"] = new JsonArray([null, .. scores.Select(score => new JsonObject { [score.Rank == 1 ? tokenizer.Piece(score.Token) : "?"] = score.Highest }), null]),
                        ["text_offset"] = offsets,
                    },
                }),
            };
        }
    }
}
