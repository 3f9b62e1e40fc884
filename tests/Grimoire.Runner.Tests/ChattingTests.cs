using Grimoire.Models;
using Grimoire.Models.Chat;

namespace Grimoire.Runner.Tests;

public sealed class ChattingTests
{
    private const string Template =
        "{% for message in messages %}{{ message['role'][0] }} {{ message['content'] }}\n{% endfor %}{% if add_generation_prompt %}a {% endif %}";

    private readonly LanguageModel model = TinyModel.Create(context: 64) with { ChatTemplate = ChatTemplate.Parse(Template) };
    private readonly RunnerOptions options = new() { Temperature = 0, MaxTokens = 4 };

    [Fact]
    public void A_model_with_a_template_chats()
    {
        Talk talk = Talk.With(model, options);
        Assert.IsType<Chatting>(talk);
        Assert.IsType<Continuing>(Talk.With(model with { ChatTemplate = null }, options));
        Assert.Equal(Continued("u hi\na "), Said(talk, "hi"));
    }

    [Fact]
    public void What_was_said_counts_until_it_is_forgotten()
    {
        Talk talk = Talk.With(model, options);
        string first = Said(talk, "hi");
        Assert.Equal(Continued($"u hi\na {first}\nu so\na "), Said(talk, "so"));
        talk.Forget();
        Assert.Equal(first, Said(talk, "hi"));
    }

    [Fact]
    public void A_conversation_too_long_for_the_context_is_refused() =>
        Assert.Throws<GrimoireException>(() => Said(Talk.With(model, options), new string('a', 100)));

    private static string Said(Talk talk, string prompt) => string.Concat(talk.Answer(prompt, CancellationToken.None));

    private string Continued(string text) => model.Generate(text, options.Generation(model)).Text;
}
