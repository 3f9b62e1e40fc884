using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Text from ids that arrive one by one. A character whose bytes are spread over several tokens is held back until it is whole, so what
/// <see cref="Append"/> returns never ends within a character; all of it and <see cref="Flush"/> joined is the <see cref="Tokenizer.Decode"/> of all ids.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private readonly System.Text.Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _text = new();
    private readonly char[] _chars = new char[256];
    private int _toStrip, _before = -1;
    private bool _begun;

    internal StreamingDecoder(Tokenizer tokenizer, bool skipSpecial, bool continues)
    {
        _tokenizer = tokenizer;
        _skipSpecial = skipSpecial;
        _begun = continues;
        _toStrip = continues ? 0 : tokenizer.Decoder.StripStart;
    }

    /// <summary>Takes the next id and returns the text that became complete, often one word, sometimes nothing.</summary>
    public string Append(int id)
    {
        Add(id);
        return Take(TrailingToStrip());
    }

    /// <summary>Ends the text: bytes that never became a character come out as U+FFFD.</summary>
    public string Flush()
    {
        Convert([], flush: true);
        string text = Take(TrailingToStrip());
        _text.Clear();
        return text;
    }

    internal void Add(int id)
    {
        if ((_skipSpecial && _tokenizer.IsSpecial(id)) || (id == _before && _tokenizer.Decoder.Distinct))
            return;
        if (_begun && _tokenizer.Decoder.Separator.Length > 0)
            Convert(Encoding.UTF8.GetBytes(_tokenizer.Decoder.Separator), flush: false);
        Convert(!_tokenizer.Contains(id) ? "\uFFFD"u8 : _begun ? _tokenizer.Bytes(id) : _tokenizer.FirstBytes(id), flush: false);
        _begun = true;
        _before = id;
    }

    /// <summary>All text but its last so many characters, which are kept.</summary>
    private string Take(int kept)
    {
        string text = _text.ToString(0, _text.Length - kept);
        _text.Remove(0, text.Length);
        return text;
    }

    /// <summary>How many characters at the end go if no more text comes.</summary>
    private int TrailingToStrip()
    {
        Decoder decoder = _tokenizer.Decoder;
        int count = 0;
        while (count < decoder.StripEnd && count < _text.Length && _text[_text.Length - 1 - count] == decoder.Stripped)
            count++;
        return count;
    }

    private void Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        bool completed;
        do
        {
            _utf8.Convert(bytes, _chars, flush, out int read, out int written, out completed);
            bytes = bytes[read..];
            ReadOnlySpan<char> text = _chars.AsSpan(0, written);
            while (_toStrip > 0 && !text.IsEmpty)
            {
                bool strips = text[0] == _tokenizer.Decoder.Stripped;
                text = strips ? text[1..] : text;
                _toStrip = strips ? _toStrip - 1 : 0;
            }

            _text.Append(text);
        }
        while (!completed);
    }
}
