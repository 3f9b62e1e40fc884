using System.Runtime.InteropServices;

namespace Grimoire.Cli;

/// <summary>
/// Ctrl-C, and the signal by which systems end a process. The first asks the work to stop where nothing is lost; the second is left to the system, which ends
/// the process at once. A part of the work may be stopped alone, such as an answer in a chat.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource source = new();
    private readonly TextWriter error;
    private readonly PosixSignalRegistration interrupt, terminate;
    private CancellationTokenSource? part;
    private bool waits;

    public StopSignal(TextWriter error)
    {
        this.error = error;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = Interrupt());
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = Stop());
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        source.Dispose();
    }

    /// <summary>Does some work that the next Ctrl-C stops, and only that; the one after it stops everything.</summary>
    public void Part(Action<CancellationToken> work)
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(source.Token);
        lock (gate)
            part = own;
        try
        {
            work(own.Token);
        }
        finally
        {
            lock (gate)
                part = null;
        }
    }

    /// <summary>Waits for somebody to type a line.</summary>
    public string? ReadLine(TextReader input) => Waiting(input.ReadLine);

    /// <summary>Waits for somebody to type; nothing is lost then, so Ctrl-C ends the process at once.</summary>
    public T Waiting<T>(Func<T> type)
    {
        lock (gate)
            waits = true;
        try
        {
            return type();
        }
        finally
        {
            lock (gate)
                waits = false;
        }
    }

    /// <summary>What Ctrl-C does; false leaves it to the system.</summary>
    internal bool Interrupt()
    {
        lock (gate)
        {
            if (part is { IsCancellationRequested: false })
            {
                part.Cancel();
                return true;
            }

            return !waits && Stop();
        }
    }

    private bool Stop()
    {
        if (source.IsCancellationRequested)
            return false;
        error.WriteLine();
        error.WriteLine("Stopping at the next safe place; once more to end at once.");
        source.Cancel();
        return true;
    }
}
