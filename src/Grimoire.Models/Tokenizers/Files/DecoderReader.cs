namespace Grimoire.Models.Tokenizers;

/// <summary>Builds the decoder and the post-processor's template from their JSON.</summary>
internal static class DecoderReader
{
    public static Decoder ReadDecoder(JsonPlace json)
    {
        // Without a decoder Hugging Face joins the pieces with spaces.
        var decoder = new Decoder { Separator = json.IsNull ? " " : "" };
        bool fused = false;
        foreach (JsonPlace step in Flatten(json, "decoders"))
        {
            decoder = step["type"].Text() switch
            {
                "ByteLevel" => decoder with { ByteLevel = true },
                "ByteFallback" => decoder with { ByteFallback = true },
                "Fuse" => decoder,
                "Replace" => decoder with { Replacements = [.. decoder.Replacements, ReadReplacement(step.Only("pattern", "content"))] },
                "Metaspace" => ReadMetaspace(step, decoder),
                "Strip" => fused ? ReadStrip(step.Only("content", "start", "stop"), decoder) : throw step.Error("strips every piece for itself, which is not supported; put it after Fuse."),
                var type => throw ComponentReader.Unknown(step, "decoder", type),
            };
            fused |= step["type"].Text() == "Fuse";
        }

        return decoder;
    }

    public static Template ReadTemplate(JsonPlace json)
    {
        Template template = Template.Empty;
        foreach (JsonPlace step in Flatten(json, "processors"))
        {
            Template next = step["type"].Text() switch
            {
                "ByteLevel" => Template.Empty,
                "TemplateProcessing" => ReadSingle(step),
                "BertProcessing" or "RobertaProcessing" => new Template([Id(step["cls"])], [Id(step["sep"])]),
                var type => throw ComponentReader.Unknown(step, "post-processor", type),
            };
            template = new Template([.. next.Before, .. template.Before], [.. template.After, .. next.After]);
        }

        return template;

        static int Id(JsonPlace pair) => pair.Count() == 2 ? pair.Items().Last().Number(TokenizerJson.LargestId) : throw pair.Error("must hold a token and its id.");
    }

    private static IEnumerable<JsonPlace> Flatten(JsonPlace json, string members)
    {
        if (json.IsNull)
            return [];
        return json["type"].Text() == "Sequence" ? json.Only(members)[members].Items().SelectMany(step => Flatten(step, members)) : [json];
    }

    private static (string Pattern, string Content) ReadReplacement(JsonPlace json)
    {
        string pattern = json["pattern"]["String"].TextOrNull() ?? throw json["pattern"].Error("must be a String; regular expressions are not supported in decoders.");
        return pattern.Length > 0 ? (pattern, json["content"].Text()) : throw json["pattern"].Error("is empty; there is nothing to replace.");
    }

    private static Decoder ReadMetaspace(JsonPlace json, Decoder decoder)
    {
        json.Only("replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep");
        bool prefixed = json["prepend_scheme"].TextOrNull() is { } scheme ? scheme != "never" : json["add_prefix_space"].Flag(true);
        string mark = json["replacement"].TextOrNull() ?? "\u2581";
        if (mark.Length != 1)
            throw json["replacement"].Error($"must be one character, not {mark.Quoted()}.");
        return decoder with { Replacements = [.. decoder.Replacements, (mark, " ")], StripStart = prefixed ? 1 : 0 };
    }

    private static Decoder ReadStrip(JsonPlace json, Decoder decoder)
    {
        string content = json["content"].Text();
        if (content.Length != 1)
            throw json["content"].Error($"must be one character, not {content.Quoted()}.");
        if (json["stop"].Number(int.MaxValue) != 0)
            throw json["stop"].Error("must be 0: stripping the end of a text is not supported, because text is decoded as it arrives.");
        return decoder with { StripStart = json["start"].Number(int.MaxValue), Stripped = content[0] };
    }

    private static Template ReadSingle(JsonPlace json)
    {
        List<int> before = [], after = [];
        bool pastText = false;
        foreach (JsonPlace item in json["single"].Items())
        {
            if (!item["Sequence"].IsNull)
            {
                pastText = true;
                continue;
            }

            string name = item["SpecialToken"]["id"].Text();
            foreach (JsonPlace id in json["special_tokens"][name]["ids"].Items())
                (pastText ? after : before).Add(id.Number(TokenizerJson.LargestId));
        }

        return new Template([.. before], [.. after]);
    }
}
