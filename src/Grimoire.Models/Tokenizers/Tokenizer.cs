using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Text to token ids and back, with the steps and the file format of Hugging Face's tokenizers: normalizer → pre-tokenizer → model →
/// post-processor, and a decoder. Safe to use from several threads at once.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerPipeline _pipeline;
    private readonly PreTokenizer? _words;
    private readonly Dictionary<int, AddedToken> _addedById = [];
    private readonly Dictionary<string, int> _addedByText = new(StringComparer.Ordinal);
    private readonly AddedTokenMatcher _rawAll, _rawPlain, _normalizedAll, _normalizedPlain;
    private readonly ConcurrentBag<WordCache> _caches = [];
    private readonly byte[] _bytes;
    private readonly int[] _byteOffsets;

    internal Tokenizer(TokenizerPipeline pipeline, IReadOnlyList<AddedToken> addedTokens, TokenizerSettings settings)
    {
        _pipeline = pipeline;
        Settings = settings;
        AddedTokens = addedTokens;
        foreach (AddedToken token in addedTokens)
        {
            _addedById[token.Id] = token;
            _addedByText.TryAdd(token.Content, token.Id);
        }

        VocabularySize = Math.Max(Model.Vocabulary.Size, addedTokens.Count == 0 ? 0 : addedTokens.Max(token => token.Id) + 1);
        _rawAll = Matcher(token => !token.Normalized);
        _rawPlain = Matcher(token => !token.Normalized && !token.Special);
        _normalizedAll = Matcher(token => token.Normalized);
        _normalizedPlain = Matcher(token => token.Normalized && !token.Special);
        _words = Model.CutBefore is not { } mark ? pipeline.PreTokenizer
            : pipeline.PreTokenizer is null ? new CutBeforeMark(mark)
            : new PreTokenizerSequence([pipeline.PreTokenizer, new CutBeforeMark(mark)]);
        (_bytes, _byteOffsets) = SpellBytes();
        StopIds = FindStopIds();
    }

    /// <summary>One more than the largest id; a model's logits must have at least so many columns.</summary>
    public int VocabularySize { get; }

    /// <summary>The tokens beside the model's pieces, special ones among them, in the file's order.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>The id that begins a text (BOS), where the tokenizer names one.</summary>
    public int? BeginOfText => Settings.BeginOfText is { } piece ? Id(piece) : null;

    /// <summary>The id that ends a text (EOS), where the tokenizer names one.</summary>
    public int? EndOfText => Settings.EndOfText is { } piece ? Id(piece) : null;

    /// <summary>The ids at which generation stops: the end of the text and, where there are any, the ends of a turn such as <c>&lt;|im_end|&gt;</c>.</summary>
    public IReadOnlyList<int> StopIds { get; }

    /// <summary>Finds special tokens as they are spelled.</summary>
    internal AddedTokenMatcher Specials => field ??= new(AddedTokens.Where(token => token.Special).Select(token => (token.Content, token)));

    internal TokenModel Model => _pipeline.Model;

    internal Decoder Decoder => _pipeline.Decoder;

    internal TokenizerPipeline Pipeline => _pipeline;

    internal TokenizerSettings Settings { get; }

    /// <summary>
    /// Opens a tokenizer: a <c>tokenizer.json</c>, a SentencePiece <c>.model</c>, a <c>.gguf</c>, a tiktoken file of a known name or Llama 3's, or a folder
    /// that holds one of them, or <c>vocab.json</c> and <c>merges.txt</c> (or GPT-2's <c>encoder.json</c> and <c>vocab.bpe</c>), or BERT's <c>vocab.txt</c>.
    /// <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> beside it say which tokens begin and end a text.
    /// </summary>
    /// <exception cref="GrimoireException">The files are missing or broken, or ask for something that would be done otherwise than they say.</exception>
    public static Tokenizer Load(string path) => TokenizerFolder.Load(path);

    /// <summary>
    /// Opens a vocabulary in OpenAI's tiktoken format (Llama 3's <c>tokenizer.model</c> too). The format names neither pattern nor special tokens, so they
    /// are given here.
    /// </summary>
    /// <exception cref="GrimoireException">The file is missing or broken.</exception>
    public static Tokenizer LoadTiktoken(string path, SplitPattern pattern, IReadOnlyList<AddedToken> special, string? beginOfText = null,
        string? endOfText = null) =>
        Tiktoken.Load(path, pattern, special, beginOfText, endOfText);

    /// <summary>Opens a vocabulary of llama2.c (<c>tokenizer.bin</c>, <c>tok512.bin</c>): SentencePiece's BPE with scores.</summary>
    /// <exception cref="GrimoireException">The file is missing or broken.</exception>
    public static Tokenizer LoadLlama2c(string path) => Llama2cFile.Load(path);

    /// <summary>Writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c>, as Hugging Face's libraries read them.</summary>
    /// <exception cref="GrimoireException">The folder cannot be written.</exception>
    public void Save(string folder) => TokenizerFolder.Save(this, folder);

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text; halves of surrogate pairs count as U+FFFD.</param>
    /// <param name="addSpecial">Whether to put around it what the tokenizer's template says, usually a begin-of-text id in front.</param>
    /// <param name="parseSpecial">
    /// Whether the text of special tokens in it, such as <c>&lt;|im_start|&gt;</c>, means those tokens. Leave it off for text that you did not write yourself.
    /// </param>
    /// <exception cref="GrimoireException">Something in the text has no id and the tokenizer has no unknown token.</exception>
    public int[] Encode(string text, bool addSpecial = false, bool parseSpecial = false)
    {
        List<int> ids = new(text.Length / 3 + 4);
        Encode(text, ids, addSpecial, parseSpecial);
        return [.. ids];
    }

    /// <summary>
    /// The ids of a text that another one precedes: no step that belongs to the begin of a text is taken, such as SentencePiece's space before it.
    /// </summary>
    /// <exception cref="GrimoireException">Something in the text has no id and the tokenizer has no unknown token.</exception>
    public int[] EncodeContinuation(string text)
    {
        List<int> ids = new(text.Length / 3 + 4);
        EncodeStretch(text, ids, atStart: false);
        return [.. ids];
    }

    /// <summary>Appends the ids of a text to a list; allocates little but what the list needs.</summary>
    /// <inheritdoc cref="Encode(string, bool, bool)"/>
    public void Encode(ReadOnlySpan<char> text, List<int> ids, bool addSpecial = false, bool parseSpecial = false)
    {
        if (addSpecial)
            ids.AddRange(_pipeline.Template.Before);
        EncodeText(text, ids, parseSpecial, atStart: true);
        if (addSpecial)
            ids.AddRange(_pipeline.Template.After);
    }

    /// <summary>Appends the ids of a stretch of a longer text, in which no special token is seen.</summary>
    internal void EncodeStretch(ReadOnlySpan<char> stretch, List<int> ids, bool atStart) => EncodeText(stretch, ids, parseSpecial: false, atStart);

    /// <summary>The text of ids. Bytes that are no UTF-8, and ids the tokenizer does not have, come out as U+FFFD.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true)
    {
        StreamingDecoder decoder = CreateDecoder(skipSpecial);
        foreach (int id in ids)
            decoder.Add(id);
        return decoder.Flush();
    }

    /// <summary>A decoder for ids that arrive one by one.</summary>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    /// <param name="continues">The ids continue a text, so a leading space is text and not SentencePiece's dummy prefix.</param>
    public StreamingDecoder CreateDecoder(bool skipSpecial = true, bool continues = false) => new(this, skipSpecial, continues);

    /// <summary>Whether the tokenizer has this id; numberings may have gaps.</summary>
    public bool Contains(int id) => Model.Vocabulary[id] is not null || _addedById.ContainsKey(id);

    /// <summary>Whether an id is a special token, which is no text.</summary>
    public bool IsSpecial(int id) => _addedById.TryGetValue(id, out AddedToken? token) && token.Special;

    /// <summary>The piece of an id as a person reads it: its text, or its bytes as <c>&lt;0xE2&gt;</c> where they are no whole characters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tokenizer has no such id.</exception>
    public string Piece(int id)
    {
        ReadOnlySpan<byte> bytes = Bytes(id);
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var piece = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            bool whole = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            piece.Append(whole ? rune.ToString() : string.Concat(bytes[..length].ToArray().Select(Bpe.ByteName)));
            bytes = bytes[length..];
        }

        return piece.ToString();
    }

    /// <summary>The bytes of text that an id stands for within a text; for a special token its name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tokenizer has no such id.</exception>
    public ReadOnlySpan<byte> Bytes(int id)
    {
        if (!Contains(id))
            throw new ArgumentOutOfRangeException(nameof(id), id, $"The tokenizer has no such id (its vocabulary has {VocabularySize}).");
        return _bytes.AsSpan(_byteOffsets[id].._byteOffsets[id + 1]);
    }

    /// <summary>The bytes of text that an id of the tokenizer stands for where a text begins with it.</summary>
    internal ReadOnlySpan<byte> FirstBytes(int id) => Spell(id, first: true);

    /// <summary>
    /// The id of a piece, spelled as in the file (<c>Ġthe</c>, <c>▁the</c>, <c>&lt;|endoftext|&gt;</c>), or null. With bytes for pieces, plain text such as
    /// <c>" the"</c> is found too.
    /// </summary>
    public int? Id(string piece)
    {
        if (_addedByText.TryGetValue(piece, out int id))
            return id;
        return Model.Vocabulary.Find(piece) ?? (Model is Bpe { Settings.ByteLevel: true }
            ? Model.Vocabulary.Find(ByteAlphabet.Spell(Encoding.UTF8.GetBytes(piece))) : null);
    }

    private void EncodeText(ReadOnlySpan<char> text, List<int> ids, bool parseSpecial, bool atStart)
    {
        if (text.ContainsAnyInRange('\uD800', '\uDFFF'))
            text = WithoutHalves(text);
        if (!_caches.TryTake(out WordCache? cache))
            cache = new WordCache();
        WordSink sink = (word, _) => EncodeWord(word, cache, ids);
        AddedTokenMatcher raw = parseSpecial ? _rawAll : _rawPlain, normalized = parseSpecial ? _normalizedAll : _normalizedPlain;
        for (int from = 0; from < text.Length;)
        {
            AddedToken? token = raw.Next(text, from, out int start, out int end);
            ReadOnlySpan<char> stretch = text[from..start];
            EncodeStretch(_pipeline.Normalizer is { } normalizer ? normalizer.Normalize(stretch) : stretch, atStart && from == 0, normalized, sink, ids);
            if (token is not null)
                ids.Add(token.Id);
            from = end;
        }

        _caches.Add(cache);
    }

    private void EncodeStretch(ReadOnlySpan<char> text, bool atStart, AddedTokenMatcher added, WordSink sink, List<int> ids)
    {
        for (int from = 0; from < text.Length;)
        {
            AddedToken? token = added.Next(text, from, out int start, out int end);
            ReadOnlySpan<char> stretch = text[from..start];
            if (_words is null)
                sink(stretch, atStart && from == 0);
            else
                _words.Split(stretch, atStart && from == 0, sink);
            if (token is not null)
                ids.Add(token.Id);
            from = end;
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, WordCache cache, List<int> ids)
    {
        if (word.IsEmpty || cache.TryAppend(word, ids, out uint hash))
            return;
        int before = ids.Count;
        Model.Encode(word, ids);
        cache.Store(word, hash, CollectionsMarshal.AsSpan(ids)[before..]);
    }

    /// <summary>U+FFFD for halves of surrogate pairs, so that no later step meets one.</summary>
    private static ReadOnlySpan<char> WithoutHalves(ReadOnlySpan<char> text)
    {
        var whole = new char[text.Length];
        int count = 0;
        foreach (Rune rune in text.EnumerateRunes())
            count += rune.EncodeToUtf16(whole.AsSpan(count));
        return whole;
    }

    private AddedTokenMatcher Matcher(Func<AddedToken, bool> which) =>
        new(AddedTokens.Where(which).Select(token =>
            (token.Normalized && _pipeline.Normalizer is { } normalizer ? normalizer.Normalize(token.Content).ToString() : token.Content, token)));

    private (byte[] Bytes, int[] Offsets) SpellBytes()
    {
        List<byte> bytes = [];
        var offsets = new int[VocabularySize + 1];
        for (int id = 0; id < VocabularySize; id++)
        {
            bytes.AddRange(Spell(id, first: false));
            offsets[id + 1] = bytes.Count;
        }

        return ([.. bytes], offsets);
    }

    private byte[] Spell(int id, bool first) =>
        _addedById.TryGetValue(id, out AddedToken? token) ? Decoder.Bytes(token.Content, first, verbatim: true)
        : Model.Vocabulary[id] is { } piece ? Decoder.Bytes(piece, first)
        : [];

    private int[] FindStopIds()
    {
        string[] turnEnds = ["<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<end_of_turn>", "<|end|>", "<|eot|>"];
        IEnumerable<int> named = AddedTokens.Where(token => token.Special && turnEnds.Contains(token.Content)).Select(token => token.Id);
        return [.. (EndOfText is { } end ? named.Prepend(end) : named).Concat(Settings.TurnEnds.Select(Id).OfType<int>()).Distinct()];
    }
}
