namespace Grimoire.Models.Adapters;

/// <summary>A PEFT folder as a model: the base it names, and itself attached to that.</summary>
public static class AdapterFolder
{
    private const int MostSteps = 16;

    /// <summary>Whether a path is a folder with an adapter.</summary>
    public static bool Is(string path) => PeftFolder.Is(path);

    /// <summary>The model that an adapter was trained on: a folder, a GGUF file or another adapter's folder.</summary>
    /// <exception cref="GrimoireException">The folder names none, or it is not there.</exception>
    public static string BaseOf(string folder)
    {
        string? named = PeftConfig.Read(folder).BasePath;
        if (string.IsNullOrEmpty(named))
            throw new GrimoireException($"{folder}: its config names no base model; give the base and this folder with --adapter.");
        string[] places = [Path.Combine(folder, named), named];
        return places.FirstOrDefault(ModelFiles.Exists) ?? throw new GrimoireException(
            $"{folder}: its base model {named} is not here; put it there, or give the base where it is and this folder with --adapter.");
    }

    /// <summary>The model under all adapters: the path itself where it is none's.</summary>
    /// <exception cref="GrimoireException">A base is not there, or the folders name each other in a circle.</exception>
    public static string Trunk(string path)
    {
        for (int step = 0; step < MostSteps; step++)
        {
            if (!Is(path))
                return path;
            path = BaseOf(path);
        }

        throw new GrimoireException($"{path}: its base is an adapter whose base is an adapter and so on; the folders name each other.");
    }

    /// <summary>
    /// Where the tokenizer, the chat template and the sampling defaults of a model are: in the adapter's folder if there is a tokenizer, else in its base's.
    /// </summary>
    internal static string Words(string path)
    {
        _ = Trunk(path);
        while (Is(path) && !ModelFiles.HasOwnTokenizer(path))
            path = BaseOf(path);
        return path;
    }

    /// <summary>Loads the base and attaches the adapter; merged into it where all weights are to be trained.</summary>
    internal static Transformer Load(string folder, bool trainable)
    {
        if (File.Exists(Path.Combine(folder, ModelFolder.ConfigFile)))
            throw new GrimoireException($"{folder}: there is a model (config.json) and an adapter (adapter_config.json) in this folder; keep each in its own.");
        _ = Trunk(folder);
        Transformer model = ModelFiles.Load(BaseOf(folder), trainable);
        if (PeftConfig.Read(folder).IsScoring && model.Config.Head)
            model = model.Trunk(); // its head is another, so the unembedding means nothing here
        model.Attach(Adapter.Load(folder, model));
        if (trainable)
            AdapterMerge.Into(model);
        return model;
    }
}
