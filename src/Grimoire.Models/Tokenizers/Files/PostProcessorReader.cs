namespace Grimoire.Models.Tokenizers;

/// <summary>Builds the template around a text from the post-processor's JSON. Pairs of texts are not encoded here, so their templates are not read.</summary>
internal static class PostProcessorReader
{
    public static Template Read(JsonPlace json)
    {
        Template template = Template.Empty;
        foreach (JsonPlace step in DecoderReader.Flatten(json, "processors"))
        {
            Template next = step["type"].Text() switch
            {
                // It trims offsets, of which there are none here.
                "ByteLevel" => Template.Empty,
                "TemplateProcessing" => ReadSingle(step.Only("single", "pair", "special_tokens")),
                "BertProcessing" or "RobertaProcessing" =>
                    new Template([Id(step.Only("cls", "sep", "trim_offsets", "add_prefix_space")["cls"])], [Id(step["sep"])]),
                var type => throw step.Unsupported("post-processor", type),
            };
            template = new Template([.. next.Before, .. template.Before], [.. template.After, .. next.After]);
        }

        return template;
    }

    private static int Id(JsonPlace pair) => pair.Count() == 2 ? pair.At(1).Number(TokenizerJson.LargestId) : throw pair.Error("must hold a token and its id.");

    private static Template ReadSingle(JsonPlace json)
    {
        List<int> before = [], after = [];
        bool pastText = false;
        foreach (JsonPlace item in json["single"].Items())
        {
            if (!item["Sequence"].IsNull)
            {
                pastText = !pastText && item["Sequence"]["id"].TextOrNull() is null or "A" ? true
                    : throw item.Error("puts another text around the text; a single template has one Sequence, A.");
                continue;
            }

            string name = item["SpecialToken"]["id"].Text();
            foreach (JsonPlace id in json["special_tokens"][name]["ids"].Items())
                (pastText ? after : before).Add(id.Number(TokenizerJson.LargestId));
        }

        return new Template([.. before], [.. after]);
    }
}
