using System.Globalization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Parquet files by model and day: <c>model/yyyy-MM-dd/sequence-schema.parquet</c>. A file appears whole or not at all.</summary>
internal sealed class LogFolder(string root, IColumnarEngine engine)
{
    private const string DayFormat = "yyyy-MM-dd";
    private const string TemporarySuffix = ".tmp";
    private static readonly TimeSpan TornAfter = TimeSpan.FromHours(1);

    /// <summary>Writes rows as the next file of a day.</summary>
    public async Task WriteAsync(string model, DateOnly day, DatasetSchema schema, RecordBatch rows, CancellationToken cancellationToken)
    {
        ModelNames.CheckModel(model);
        var folder = Path.Combine(root, model, day.ToString(DayFormat, CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, Path.GetRandomFileName() + TemporarySuffix);
        try
        {
            await engine.WriteParquetAsync(temporary, schema, One(rows), cancellationToken).ConfigureAwait(false);
            var kind = Sha256.Hex(schema.ToString())[..16];
            var next = Sequences(folder).DefaultIfEmpty(0).Max() + 1;
            while (!ExclusiveMove.TryMove(temporary, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{next:D8}-{kind}.parquet")))) next++; // another process may have taken the number meanwhile
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Lists the files of a model, of the days from one to another, in the order in which they were written within a day.</summary>
    public IReadOnlyList<LogFile> List(string model, DateOnly? first = null, DateOnly? last = null)
    {
        ModelNames.CheckModel(model);
        var folder = new DirectoryInfo(Path.Combine(root, model));
        if (!folder.Exists) return [];
        var files = new List<LogFile>();
        foreach (var dayFolder in folder.EnumerateDirectories().OrderBy(d => d.Name, StringComparer.Ordinal))
        {
            if (!DateOnly.TryParseExact(dayFolder.Name, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) continue;
            if (day < first || day > last) continue;
            files.AddRange(dayFolder.EnumerateFiles("*.parquet").OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => new LogFile(f.FullName, KindOf(f.Name))));
        }

        return files;
    }

    /// <summary>Removes what a killed process left half written. What another process may still be writing is left alone.</summary>
    public void RemoveTorn()
    {
        if (!Directory.Exists(root)) return;
        foreach (var path in Directory.EnumerateFiles(root, "*" + TemporarySuffix, SearchOption.AllDirectories))
        {
            // The time of a file is the machine's, so it is held against the machine's clock and not the host's.
            if (TimeProvider.System.GetUtcNow() - File.GetLastWriteTimeUtc(path) > TornAfter) File.Delete(path);
        }
    }

    private static string KindOf(string name) => Path.GetFileNameWithoutExtension(name).Split('-', 2)[^1];

    private static IEnumerable<int> Sequences(string folder) => Directory.EnumerateFiles(folder, "*.parquet")
        .Select(f => int.TryParse(Path.GetFileName(f).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0);

    private static async IAsyncEnumerable<RecordBatch> One(RecordBatch batch)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return batch;
    }
}

/// <summary>A file of a log.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Kind">Files of the same kind have the same columns.</param>
internal sealed record LogFile(string Path, string Kind);
