using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MlOps.Core;

/// <summary>Chains the history of a registry by hashes and finds out whether anybody has changed it since. Stores, verification and auditors share it.</summary>
/// <remarks>
/// An entry is hashed with SHA-256 over, in this order: the text <c>mlops-registry-event-1</c>, the hash of the entry before, the sequence, the kind by its name, the model,
/// the version, the alias, from, to, by, the reason and the moment. A text is its number of bytes in 4 bytes and then its UTF-8; a text that is null is the number -1. A
/// number is 8 bytes; the version is a text, null for none. The moment is microseconds since 1970 in UTC. Numbers are big-endian. Since every field says how long it is, what
/// stands in one cannot be shifted into the next.
/// <para>
/// The chain shows that an entry was changed, removed or put in later, unless everything after it was hashed again. Against that, and against a history that was cut
/// off at its end, remember the <see cref="RegistryHead"/> of a verification somewhere else and compare with it the next time.
/// </para>
/// </remarks>
public static class RegistryHistory
{
    private const string Domain = "mlops-registry-event-1";

    /// <summary>Hashes an entry, all of it but the hash that it holds.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>The hash that it should hold, in lower-case hexadecimal.</returns>
    public static string HashOf(RegistryEvent entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Domain);
        Append(hash, entry.PreviousHash);
        Append(hash, entry.Sequence);
        Append(hash, entry.Kind.ToString());
        Append(hash, entry.Model);
        Append(hash, entry.Version?.ToString(CultureInfo.InvariantCulture));
        Append(hash, entry.Alias);
        Append(hash, entry.From);
        Append(hash, entry.To);
        Append(hash, entry.By);
        Append(hash, entry.Reason);
        Append(hash, (entry.At.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Makes the next entry of a history.</summary>
    /// <param name="head">The end of the history.</param>
    /// <param name="entry">The entry; its place and its hashes are put in, and its moment is cut to microseconds in UTC.</param>
    /// <returns>The entry as it is to be kept.</returns>
    public static RegistryEvent Chain(RegistryHead head, RegistryEvent entry)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(entry);
        var at = new DateTimeOffset(entry.At.UtcTicks - (entry.At.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        var next = entry with { Sequence = head.Sequence + 1, At = at, PreviousHash = head.Hash };
        return next with { Hash = HashOf(next) };
    }

    /// <summary>Reads the whole history and follows the chain.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="remembered">The head of an earlier verification, kept where whoever can write the registry cannot; null when none is kept.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Where the history ends, and the first entry at which the chain breaks.</returns>
    public static async Task<RegistryVerification> VerifyAsync(this IModelRegistry registry, RegistryHead? remembered = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var head = RegistryHead.Empty;
        await foreach (var entry in registry.ReadHistoryAsync(new(), cancellationToken).ConfigureAwait(false))
        {
            if (FaultOf(entry, head, remembered) is { } fault) return new(head, head.Sequence + 1, fault);
            head = new(entry.Sequence, entry.Hash);
        }

        return remembered is null || remembered.Sequence <= head.Sequence
            ? new(head, null, null)
            : new(head, head.Sequence + 1, $"The history ends with entry {head.Sequence}, but it had {remembered.Sequence} entries when its head was remembered: it was cut off.");
    }

    /// <summary>Finds where the history ends, in a number of calls that grows with the logarithm of its length.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The end, as the last entry says; it is not verified.</returns>
    public static async Task<RegistryHead> FindHeadAsync(this IModelRegistry registry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var (head, step) = (RegistryHead.Empty, 1L);
        for (; await FromAsync(head.Sequence + step).ConfigureAwait(false) is { } further; step *= 2) head = further;
        for (var beyond = head.Sequence + step; beyond - head.Sequence > 1;)
        {
            var middle = head.Sequence + ((beyond - head.Sequence) / 2);
            if (await FromAsync(middle).ConfigureAwait(false) is { } further) head = further;
            else beyond = middle;
        }

        return head;

        async Task<RegistryHead?> FromAsync(long sequence)
        {
            var entries = await registry.GetHistoryAsync(new() { After = sequence - 1, Limit = 1 }, cancellationToken).ConfigureAwait(false);
            return entries.Count == 0 ? null : new(entries[0].Sequence, entries[0].Hash);
        }
    }

    private static string? FaultOf(RegistryEvent entry, RegistryHead head, RegistryHead? remembered)
    {
        if (entry.Sequence != head.Sequence + 1) return $"Entry {head.Sequence + 1} is missing: entry {entry.Sequence} follows entry {head.Sequence}.";
        if (entry.PreviousHash != head.Hash) return $"Entry {entry.Sequence} does not follow entry {head.Sequence}: it holds another hash of the entry before. One of them was put in later, or removed.";
        if (entry.Hash != HashOf(entry)) return $"Entry {entry.Sequence} was changed: what it says does not have the hash that it holds.";
        return entry.Sequence == remembered?.Sequence && entry.Hash != remembered.Hash
            ? $"Entry {entry.Sequence} is another one than when the head was remembered: it or one before was changed, and what follows was hashed again."
            : null;
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, string? text)
    {
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, text is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}

/// <summary>Where a history ends.</summary>
/// <param name="Sequence">The number of its entries.</param>
/// <param name="Hash">The hash of the last.</param>
public sealed record RegistryHead(long Sequence, string Hash)
{
    /// <summary>Gets the head of a history without entries.</summary>
    public static RegistryHead Empty { get; } = new(0, new string('0', 64));
}

/// <summary>What came of following the chain of a history.</summary>
/// <param name="Head">The last entry up to which it is whole: remember it for the next time.</param>
/// <param name="BrokenAt">The first entry that is not as it was written; null when there is none.</param>
/// <param name="Fault">What is wrong with it, as a sentence; null when nothing is.</param>
public sealed record RegistryVerification(RegistryHead Head, long? BrokenAt, string? Fault)
{
    /// <summary>Gets whether the whole history is as it was written.</summary>
    public bool IsIntact => BrokenAt is null;
}
