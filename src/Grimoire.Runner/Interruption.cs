namespace Grimoire.Runner;

/// <summary>Ctrl-C ends the answer that is being given; where there is none, it ends the program as ever.</summary>
internal sealed class Interruption : IDisposable
{
    private CancellationTokenSource? answer;

    public Interruption() => Console.CancelKeyPress += OnKey;

    public void Dispose() => Console.CancelKeyPress -= OnKey;

    /// <summary>Gives an answer that may be interrupted; returns whether it was finished.</summary>
    public bool Guard(Action<CancellationToken> give)
    {
        using var source = new CancellationTokenSource();
        answer = source;
        try
        {
            give(source.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            answer = null;
        }
    }

    /// <summary>What the key does.</summary>
    public bool TryInterrupt()
    {
        if (answer is not { } running)
            return false;
        running.Cancel();
        return true;
    }

    private void OnKey(object? sender, ConsoleCancelEventArgs key) => key.Cancel = TryInterrupt();
}
