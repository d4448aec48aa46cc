using System.Runtime.InteropServices;

namespace MlOps.Monitoring;

/// <summary>A hash of 64 bits that is the same in every process: FNV-1a over the characters, mixed so that every bit counts.</summary>
internal static class IdHash
{
    public static ulong Of(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in MemoryMarshal.Cast<char, ushort>(text.AsSpan())) hash = (hash ^ c) * 1099511628211UL;
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCDUL;
        return hash ^ (hash >> 33);
    }
}

/// <summary>Tells identifiers that came before, among about a million of the last ones.</summary>
internal sealed class SeenIds(int size = SeenIds.DefaultSize)
{
    private const int DefaultSize = 500_000;

    private HashSet<ulong> _current = [];
    private HashSet<ulong> _before = [];

    /// <summary>Says whether an identifier comes for the first time.</summary>
    public bool IsNew(string id)
    {
        var hash = IdHash.Of(id);
        if (_before.Contains(hash) || !_current.Add(hash)) return false;
        if (_current.Count < size) return true;
        (_before, _current) = (_current, []);
        return true;
    }
}
