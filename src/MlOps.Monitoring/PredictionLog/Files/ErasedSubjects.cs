using System.Globalization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Remembers which subjects were erased and when, by their digests alone: what is stored later of a request from before is not taken. A file for each erasure, whose name says both.</summary>
internal sealed class ErasedSubjects(string root)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Keeps others, also other processes, from erasing and from storing rows, which takes them a moment.</summary>
    public Task<IDisposable> LockAsync(CancellationToken cancellationToken) => FileLock.TakeAsync(root + ".lock", Patience, cancellationToken);

    /// <summary>Remembers an erasure. What is stored by whoever had not seen it is in its place by then.</summary>
    public async Task AddAsync(string subject, DateTimeOffset at, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        await DurableFile.WriteAsync(Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{Sha256.Hex(subject)}-{at.UtcTicks}")), ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the erasures. The same ones are the same set.</summary>
    public HashSet<string> List() => Directory.Exists(root) ? new(Directory.EnumerateFiles(root).Select(f => Path.GetFileName(f)), StringComparer.Ordinal) : [];

    /// <summary>Says which rows may be kept.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="erasures">What <see cref="List"/> gave.</param>
    /// <returns>The rows; null for all.</returns>
    public static List<int>? Keep(RecordBatch rows, HashSet<string> erasures)
    {
        if (erasures.Count == 0 || ColumnReader.Find(rows, PredictionColumns.Subject) is not StringArray subjects) return null;
        var erased = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var (digest, at) in erasures.Select(Read).OfType<(string, DateTimeOffset)>())
        {
            if (!(erased.GetValueOrDefault(digest) >= at)) erased[digest] = at;
        }

        var times = (TimestampArray)ColumnReader.Find(rows, PredictionColumns.Time)!;
        var known = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var kept = new List<int>(rows.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            if (subjects.GetString(row) is { } subject && times.GetTimestamp(row) <= ErasedAt(subject)) continue;
            kept.Add(row);
        }

        return kept.Count == rows.Length ? null : kept;

        DateTimeOffset ErasedAt(string subject)
        {
            if (!known.TryGetValue(subject, out var at)) known[subject] = at = erased.GetValueOrDefault(Sha256.Hex(subject), DateTimeOffset.MinValue);
            return at;
        }
    }

    // What is being written has another name.
    private static (string Digest, DateTimeOffset At)? Read(string name) =>
        name.Split('-') is [var digest, var ticks] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? (digest, new(at, TimeSpan.Zero)) : null;
}
