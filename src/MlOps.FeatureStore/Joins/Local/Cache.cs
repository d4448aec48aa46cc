using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MlOps.FeatureStore;

/// <summary>Brings memory near before it is needed, so that many places scattered over a large array are waited for together.</summary>
internal static class Cache
{
    /// <summary>How many steps before a place is needed it is asked for.</summary>
    public const int Ahead = 16;

    /// <summary>Asks for a place; does nothing on a processor that cannot be asked.</summary>
    /// <typeparam name="T">What lies there.</typeparam>
    /// <param name="place">The place.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch<T>(ref readonly T place)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in place))); // only a hint: the array may move meanwhile
    }
}
