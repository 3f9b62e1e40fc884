namespace Grimoire.Tensors;

/// <summary>Memory that comes back by itself when it is touched again, such as a mapped file that nobody writes to.</summary>
public unsafe interface IRestorable
{
    /// <summary>Gives the memory of a stretch back to the system for now.</summary>
    void LetGo(void* start, long bytes);
}
