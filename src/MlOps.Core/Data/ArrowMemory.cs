using System.Buffers;
using Apache.Arrow.Memory;

namespace MlOps.Core;

/// <summary>Gives the memory that the house builds, joins and reads its Arrow arrays in.</summary>
/// <remarks>
/// By default Apache.Arrow takes native memory, which the finalizer of an array's buffer frees. A span over the values does not keep
/// the array alive: once the array itself is no longer used, even if it still stands in a variable, the memory may be freed under a loop that reads it.
/// A span over memory of the garbage collector cannot lose it. Pass <see cref="Managed"/> wherever arrays are built
/// (<c>builder.Build(ArrowMemory.Managed)</c>), joined (<c>ArrowArrayConcatenator.Concatenate(parts, ArrowMemory.Managed)</c>)
/// or read from a stream; a source or a transformer of your own does well to do the same.
/// </remarks>
public static class ArrowMemory
{
    /// <summary>Gets the allocator whose memory belongs to the garbage collector. It is zeroed, and disposing of it does nothing.</summary>
    /// <value>One instance, safe for concurrent use.</value>
    public static MemoryAllocator Managed { get; } = new ManagedAllocator();

    private sealed class ManagedAllocator : MemoryAllocator
    {
        protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
        {
            bytesAllocated = length;
            return new ManagedOwner(new byte[length]);
        }
    }

    private sealed class ManagedOwner(byte[] bytes) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => bytes;

        public void Dispose()
        {
            // A span or a slice may still be in use: the garbage collector knows when it is not.
        }
    }
}
