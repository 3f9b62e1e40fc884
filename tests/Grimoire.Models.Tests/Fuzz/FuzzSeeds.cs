using System.Text;
using Grimoire.Models.Formats;
using Grimoire.Models.Tests.Tokenizers;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Fuzz;

/// <summary>Small valid files of every kind, from which damaged ones are made.</summary>
internal static class FuzzSeeds
{
    public const string Text = "Hello, wörld! 12345 don't\n\t你好 😀 e\u0301 ▁a ab <s> ";

    /// <summary>Templates with most of what templates do.</summary>
    public static readonly string[] Templates =
    [
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message.content | trim + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
        """
        {{- bos_token }}{%- set ns = namespace(n=0, seen=[]) %}
        {%- macro call(name, args={}) -%}{"name": {{ name | tojson }}, "arguments": {{ args | tojson(indent=2) }}}{%- endmacro %}
        {%- if messages[0].role == 'system' %}{% set system = messages[0]['content'] %}{% set messages = messages[1:] %}{%- else %}{% set system = '' %}{% endif %}
        {%- for m in messages if m.content is not none %}{% set ns.n = ns.n + 1 %}
        {%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}
        {{ loop.index }}/{{ loop.length }}{{ loop.first or loop.last }}: {{ m['content'].strip().upper().replace('A', 'b')[:20] }}{{ m.content.split(' ') | join('-') | length }}
        {%- for tool in tools or [] recursive %}{{ call(tool.function.name, tool.function.parameters | items | list) if tool.function is mapping else tool }}{% else %}none{% endfor %}
        {%- endfor %}{{ ns.n ** 2 // 3 ~ system | default('x', true) }}{{ strftime_now('%d %b %Y') }}
        """,
        "{% set a = range(3) | list %}{% for i in a %}{% for j in range(i, 5, 2) %}{{ [i, j] | sum }}{% if j > 3 %}{% break %}{% endif %}{% endfor %}{% endfor %}{{ {'a': 1, 'b': [1, 2.5, none, true]} | dictsort | string }}{{ 'x' * 3 }}{{ (messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list)[-1] | e }}{% filter upper %}ab{% endfilter %}{# gone #}{% raw %}{{ }}{% endraw %}",
    ];

    public static byte[] Safetensors()
    {
        using var scratch = new Scratch();
        Formats.Safetensors.Write(scratch["x"], SafetensorsTests.Sample(), new Dictionary<string, string> { ["format"] = "pt" });
        return File.ReadAllBytes(scratch["x"]);
    }

    /// <summary>GGUF files with tensors of several types and vocabularies of all four kinds.</summary>
    public static byte[][] Gguf() => [.. Tokenizers().Select(GgufOf)];

    /// <summary>A whole small model with its tokenizer in a GGUF file.</summary>
    public static byte[] GgufModel(string family)
    {
        using var scratch = new Scratch();
        Tokenizer tokenizer = Tokenizers()[0];
        ModelConfig config = FamilyModels.Configs[family] with { Vocabulary = tokenizer.VocabularySize, AttentionScale = 0, NormalizeExperts = family == "qwen3_moe" };
        Models.GgufModel.Save(scratch["x.gguf"], FamilyModels.Random(config), type: null, metadata: GgufMetadata.Of(GgufVocabulary.Write(tokenizer)));
        return File.ReadAllBytes(scratch["x.gguf"]);
    }

    /// <summary>Byte-level BPE, SentencePiece's BPE and unigram, WordPiece, and whole words.</summary>
    public static Tokenizer[] Tokenizers()
    {
        var options = new TokenizerOptions { VocabularySize = 290, Special = ["<|endoftext|>", "<|im_end|>"] };
        return
        [
            TokenizerTrainer.Train([Text + Text], options),
            .. SentencePieces().Select(model => Load(model, "x.model")),
            WordPieces(),
            TokenizerTrainer.Train([Text], new TokenizerOptions { Kind = TokenizerKind.Word }),
        ];
    }

    public static byte[][] SentencePieces() =>
    [
        SentencePieceBytes.SmallBpe(),
        SentencePieceBytes.Model(unigram: true, bytes: false, [.. "▁aboHeldwr!,12".Select((letter, i) => new ScoredPiece(letter.ToString(), -3 - i, PieceKind.Normal)), new("▁Hello", -2, PieceKind.Normal), new("<U>", 0, PieceKind.UserDefined)],
            [.. SentencePieceBytes.Message(2, CharacterMap), .. SentencePieceBytes.Integer(4, 1)]),
    ];

    /// <summary>The files <c>tokenizer.json</c> of all these.</summary>
    public static byte[][] TokenizerFiles() => [.. Tokenizers().Select(FileOf)];

    public static byte[] Tiktoken() => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 256).Select(value => $"{Convert.ToBase64String([(byte)value])} {value}\n")) + "YWI= 256\n");

    private static byte[] FileOf(Tokenizer tokenizer)
    {
        using var scratch = new Scratch();
        tokenizer.Save(scratch.Folder);
        return File.ReadAllBytes(scratch["tokenizer.json"]);
    }

    private static byte[] GgufOf(Tokenizer tokenizer)
    {
        using var scratch = new Scratch();
        GgufMetadata metadata = GgufMetadata.Of([.. GgufVocabulary.Write(tokenizer), new("general.name", GgufValue.Of("x")), new("a.flags", GgufValue.Of([true, false])), new("a.number", GgufValue.Of(0.5f))]);
        GgufWriter.Write(scratch["x.gguf"], metadata, SafetensorsTests.Sample().Where(t => t.Tensor.Shape.Count > 0 && t.Tensor.Shape.Rank > 0));
        return File.ReadAllBytes(scratch["x.gguf"]);
    }

    private static Tokenizer Load(byte[] file, string name)
    {
        using var scratch = new Scratch();
        return Tokenizer.Load(scratch.Write(name, file));
    }

    private static Tokenizer WordPieces() => GgufVocabulary.Read(GgufMetadata.Of(
    [
        new("tokenizer.ggml.model", GgufValue.Of("bert")),
        new("tokenizer.ggml.tokens", GgufValue.Of(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁hello", "lo", "▁he", "l", "▁a", "b", "▁!", "▁你"])),
        new("tokenizer.ggml.token_type", GgufValue.Of([3, 2, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1])),
        new("tokenizer.ggml.unknown_token_id", GgufValue.Of(1u)), new("tokenizer.ggml.cls_token_id", GgufValue.Of(2u)), new("tokenizer.ggml.seperator_token_id", GgufValue.Of(3u)),
    ]));

    /// <summary>A map of characters with one entry: tab becomes a space.</summary>
    private static byte[] CharacterMap
    {
        get
        {
            // A double array of 256 units: the root at 0 points to 0 ^ 1 = base 1; the unit of '\t' lies at 1 ^ 9 = 8 and has its value at 8 ^ base.
            var units = new uint[256];
            units[0] = 1u << 10;
            units[1 ^ '\t'] = 1u << 10 | 1u << 8 | '\t';
            units[(1 ^ '\t') ^ 1] = 1u << 31;
            return [.. BitConverter.GetBytes(1024), .. units.SelectMany(BitConverter.GetBytes), (byte)' ', 0];
        }
    }
}
