using System.Runtime.InteropServices;

namespace Grimoire.Tensors;

/// <summary>
/// Native memory on a 64-byte boundary, advised to huge pages where the system offers them, freed with its last user.
/// </summary>
internal sealed unsafe partial class NativeBuffer : SafeHandle
{
    private const nuint CacheLine = 64;
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    public NativeBuffer(long bytes, bool zeroed)
        : base(0, ownsHandle: true)
    {
        Length = bytes;
        bool huge = (ulong)bytes >= HugePage;
        nuint size = (nuint)Math.Max(bytes, 1);
        void* memory = NativeMemory.AlignedAlloc(size, huge ? HugePage : CacheLine);
        SetHandle((nint)memory);
        if (huge && OperatingSystem.IsLinux())
            _ = Advise(memory, size, AdviseHugePages);
        if (zeroed)
            NativeMemory.Clear(memory, size);
        GC.AddMemoryPressure(Math.Max(bytes, 1));
    }

    public long Length { get; }

    public byte* Pointer => (byte*)handle;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        GC.RemoveMemoryPressure(Math.Max(Length, 1));
        return true;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
