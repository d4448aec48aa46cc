using System.Globalization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Remembers which subjects were erased and when, by their digests alone: what is stored later of a request from before is not taken.</summary>
internal sealed class ErasedSubjects(string root)
{
    public void Add(string subject, DateTimeOffset at)
    {
        Directory.CreateDirectory(root);
        var temporary = Path.Combine(root, Path.GetRandomFileName());
        File.WriteAllText(temporary, at.UtcTicks.ToString(CultureInfo.InvariantCulture));
        File.Move(temporary, Path.Combine(root, Sha256.Hex(subject)), overwrite: true);
    }

    /// <summary>Says which rows may be kept.</summary>
    /// <returns>The rows; null for all.</returns>
    public List<int>? Keep(RecordBatch rows)
    {
        if (!Directory.Exists(root)) return null;
        var erased = new HashSet<string>(Directory.EnumerateFiles(root).Select(f => Path.GetFileName(f)), StringComparer.Ordinal);
        if (erased.Count == 0 || ColumnReader.Find(rows, PredictionColumns.Subject) is not StringArray subjects) return null;
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
            if (known.TryGetValue(subject, out var at)) return at;
            var digest = Sha256.Hex(subject);
            return known[subject] = erased.Contains(digest)
                ? new(long.Parse(File.ReadAllText(Path.Combine(root, digest)), CultureInfo.InvariantCulture), TimeSpan.Zero)
                : DateTimeOffset.MinValue;
        }
    }
}
