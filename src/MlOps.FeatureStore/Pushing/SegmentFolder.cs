using System.Globalization;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>A folder of files that are only ever added, each as a whole, by any number of processes. A file of several numbers takes the place of the files with these numbers.</summary>
internal sealed class SegmentFolder(string path, TimeProvider time)
{
    private const string Extension = ".parquet";
    private const int MaxListings = 100;

    // Somebody who has listed the folder may still read what another file has taken the place of.
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>Gets where it is kept which datasets the files were made into.</summary>
    public string StatePath => Path.Combine(path, "parts.json");

    /// <summary>Lists the files that count, in the order of their numbers.</summary>
    /// <exception cref="StoreException">A number lacks: somebody has removed a file.</exception>
    /// <remarks>Numbers are given without gaps. A file that appears while the folder is listed may be passed over although a later one is seen; then the folder is listed again.</remarks>
    public IReadOnlyList<Segment> List()
    {
        for (var attempt = 1; ; attempt++)
        {
            List<Segment> segments = [.. Cover(All())];
            var gap = Enumerable.Range(1, Math.Max(segments.Count - 1, 0)).FirstOrDefault(i => segments[i].First != segments[i - 1].Last + 1);
            if (gap == 0 && (attempt > 1 || segments.Count == 0 || segments[0].First == 1)) return segments;
            if (attempt == MaxListings) throw new StoreException($"The history of pushes in '{Path.GetFileName(path)}' lacks number {segments[gap - 1].Last + 1}. Restore the file, or remove all files before that number.");
        }
    }

    /// <summary>Adds a file under the next number.</summary>
    /// <param name="write">Writes it at the given path.</param>
    public async Task AddAsync(Func<string, Task> write)
    {
        var temporary = await WriteAsync(write).ConfigureAwait(false);
        try
        {
            for (var next = All().Select(s => s.Last).DefaultIfEmpty(0).Max() + 1; !ExclusiveMove.TryMove(temporary, PathOf(next, next)); next++)
            {
                // Somebody else was first.
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Puts one file in the place of several that follow each other, and removes what was replaced long ago.</summary>
    /// <param name="segments">The files.</param>
    /// <param name="write">Writes the one at the given path.</param>
    public async Task ReplaceAsync(IReadOnlyList<Segment> segments, Func<string, Task> write)
    {
        var temporary = await WriteAsync(write).ConfigureAwait(false);
        try
        {
            _ = ExclusiveMove.TryMove(temporary, PathOf(segments[0].First, segments[^1].Last)); // else somebody else has done the same
        }
        finally
        {
            File.Delete(temporary);
        }

        Sweep();
    }

    private void Sweep()
    {
        var now = time.GetUtcNow().UtcDateTime;
        var all = All();
        var covering = Cover(all).ToList();
        foreach (var old in all.Except(covering))
        {
            if (all.Exists(c => c != old && c.First <= old.First && c.Last >= old.Last && now - File.GetLastWriteTimeUtc(c.Path) > Grace)) File.Delete(old.Path);
        }

        foreach (var left in Directory.EnumerateFiles(path, "*.tmp"))
        {
            if (now - File.GetLastWriteTimeUtc(left) > Abandoned) File.Delete(left);
        }
    }

    private async Task<string> WriteAsync(Func<string, Task> write)
    {
        Directory.CreateDirectory(path);
        var temporary = Path.Combine(path, $"{Guid.NewGuid():N}.tmp");
        try
        {
            await write(temporary).ConfigureAwait(false);
            using var file = File.Open(temporary, FileMode.Open, FileAccess.ReadWrite);
            file.Flush(flushToDisk: true);
            return temporary;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private List<Segment> All()
    {
        var found = new List<Segment>();
        foreach (var file in Directory.Exists(path) ? Directory.EnumerateFiles(path, "*" + Extension) : [])
        {
            var parts = Path.GetFileNameWithoutExtension(file).Split('-');
            if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
                found.Add(new(file, first, last));
        }

        return found;
    }

    private static IEnumerable<Segment> Cover(List<Segment> all)
    {
        var end = 0L;
        foreach (var segment in all.OrderBy(s => s.First).ThenByDescending(s => s.Last))
        {
            if (segment.Last <= end) continue;
            end = segment.Last;
            yield return segment;
        }
    }

    private string PathOf(long first, long last) => Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{first:D12}-{last:D12}{Extension}"));
}

/// <summary>A file of a history.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="First">The first number that it has.</param>
/// <param name="Last">The last number that it has.</param>
internal sealed record Segment(string Path, long First, long Last);
