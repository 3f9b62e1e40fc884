using System.Runtime.InteropServices;

namespace Grimoire.Cli;

/// <summary>
/// Ctrl-C, and the signal by which systems end a process. The first asks the work to stop where nothing is lost; the second is left to the system, which ends
/// the process at once.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly TextWriter error;
    private readonly PosixSignalRegistration interrupt, terminate;

    public StopSignal(TextWriter error)
    {
        this.error = error;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (source.IsCancellationRequested)
            return;
        context.Cancel = true;
        error.WriteLine();
        error.WriteLine("Stopping at the next safe place; once more to end at once.");
        source.Cancel();
    }
}
