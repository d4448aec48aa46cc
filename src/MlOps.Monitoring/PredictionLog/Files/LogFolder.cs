using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Parquet files by model and part, which is a day: <c>model/part/sequence-kind-key.parquet</c>. A file appears whole or not at all.</summary>
/// <remarks>
/// Files that were put together are followed by one that takes their place: beside it stands a list of their names, and whoever reads passes over them from then on. They are removed when that is an hour ago, so that
/// those who were reading them come to their end.
/// </remarks>
internal sealed class LogFolder(string root, IColumnarEngine engine)
{
    private const string TemporarySuffix = ".tmp";
    private const string FileSuffix = ".parquet";
    private const string ReplacesSuffix = ".replaces";
    private static readonly TimeSpan MayBeInUse = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, DatasetSchema> _schemas = new(StringComparer.Ordinal);

    /// <summary>Writes rows for the next file of a part, where nobody looks for them yet.</summary>
    /// <param name="model">The model.</param>
    /// <param name="part">The part.</param>
    /// <param name="key">What tells the file from others beside its number: no dash.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <returns>What gives the file its place.</returns>
    public async Task<WrittenFile> WriteAsync(string model, string part, string key, DatasetSchema schema, RecordBatch rows, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(PathOf(model, part)).FullName;
        var temporary = Path.Combine(folder, Path.GetRandomFileName() + TemporarySuffix);
        try
        {
            await engine.WriteParquetAsync(temporary, schema, One(rows), cancellationToken).ConfigureAwait(false);
            DurableFile.Flush(temporary);
            return new(temporary, () =>
            {
                var next = Sequences(folder).DefaultIfEmpty(0).Max() + 1;
                while (!ExclusiveMove.TryMove(temporary, Path.Combine(folder, NameOf(next, schema, key)))) next++; // another process may have taken the number meanwhile
                DurableFile.FlushFolder(folder);
            });
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Says whether there is a file with a key, or with one that begins so.</summary>
    public bool Has(string model, string part, string key)
    {
        var folder = PathOf(model, part);
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, $"*-{key}{FileSuffix}").Any();
    }

    /// <summary>Lists the files of a model, part by part, in the order in which they were written within a part.</summary>
    /// <param name="model">The model.</param>
    /// <param name="isWanted">Says of the name of a part whether it is wanted.</param>
    public IReadOnlyList<LogFile> List(string model, Func<string, bool> isWanted)
    {
        ModelNames.CheckModel(model);
        var files = new List<LogFile>();
        foreach (var part in Parts(model).Where(isWanted)) files.AddRange(List(PathOf(model, part)).Files);
        return files;
    }

    /// <summary>Lists the files whose place others have taken, which nobody begins to read any more.</summary>
    /// <param name="model">The model.</param>
    public IReadOnlyList<LogFile> ListReplaced(string model) => [.. Parts(model).SelectMany(p => List(PathOf(model, p)).Replaced)];

    /// <summary>Lists the models.</summary>
    public IReadOnlyList<string> Models() => Directory.Exists(root) ? [.. new DirectoryInfo(root).EnumerateDirectories().Select(d => d.Name).Order(StringComparer.Ordinal)] : [];

    /// <summary>Lists the parts of a model.</summary>
    public IReadOnlyList<string> Parts(string model)
    {
        var folder = new DirectoryInfo(Path.Combine(root, model));
        return folder.Exists ? [.. folder.EnumerateDirectories().Select(d => d.Name).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Reads the columns of a file, which are null when it was removed since it was listed. Files of one kind have the same, so each kind is read once.</summary>
    public async Task<DatasetSchema?> SchemaOfAsync(LogFile file, CancellationToken cancellationToken)
    {
        if (_schemas.TryGetValue(file.Kind, out var known)) return known;
        await foreach (var batch in ReadAsync(file, null, cancellationToken).ConfigureAwait(false)) return _schemas[file.Kind] = DatasetSchema.FromArrow(batch.Schema);
        return File.Exists(file.Path) ? throw new DataException($"The log file '{file.Path}' has no columns. Restore it from a backup or remove it.") { DataSource = file.Path } : null;
    }

    /// <summary>Reads a file. One that was removed since it was listed, since its day or all of its subjects were, has no rows.</summary>
    /// <exception cref="DataException">The file cannot be read, or it was listed so long ago that its rows may lie in another one by now.</exception>
    public async IAsyncEnumerable<RecordBatch> ReadAsync(LogFile file, IReadOnlyList<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batches = engine.ReadAsync(new ParquetFile(file.Path), columns, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (batches.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await batches.MoveNextAsync().ConfigureAwait(false)) yield break;
                }
                catch (DataException e) when (!File.Exists(file.Path))
                {
                    if (Stopwatch.GetElapsedTime(file.Listed) < MayBeInUse) yield break;
                    throw new DataException($"The log file '{file.Path}' was put together with others while the log was read for more than an hour. Read a shorter span at a time.", e) { DataSource = file.Path };
                }

                yield return batches.Current;
            }
        }
    }

    /// <summary>Writes a file again with other rows, in its place. Without rows it is removed.</summary>
    public async Task RewriteAsync(LogFile file, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(file.Path)!, Path.GetRandomFileName() + TemporarySuffix);
        try
        {
            if (await engine.WriteParquetAsync(temporary, schema, rows, cancellationToken).ConfigureAwait(false) > 0)
            {
                DurableFile.Flush(temporary);
                File.Move(temporary, file.Path, overwrite: true);
            }
            else
            {
                File.Delete(file.Path);
            }

            DurableFile.FlushFolder(Path.GetDirectoryName(file.Path)!);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Puts the files of a part together, those of one kind into one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="part">The part.</param>
    /// <param name="keyPrefix">What the keys of the new files begin with.</param>
    /// <param name="isSettled">Says of the key of a file whether it may be taken.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>How many files there are less to read.</returns>
    public async Task<int> CompactAsync(string model, string part, string keyPrefix, Func<string, bool> isSettled, CancellationToken cancellationToken)
    {
        var folder = PathOf(model, part);
        RemoveReplaced(folder);
        var less = 0;
        foreach (var kind in List(folder).Files.Where(f => isSettled(f.Key)).GroupBy(f => f.Kind).ToArray())
        {
            LogFile[] files = [.. kind];
            if (files.Length < 2) continue;
            if (await SchemaOfAsync(files[0], cancellationToken).ConfigureAwait(false) is not { } schema) continue;
            var temporary = Path.Combine(folder, Path.GetRandomFileName() + TemporarySuffix);
            var name = NameOf(SequenceOf(Path.GetFileName(files[^1].Path)), schema, keyPrefix + Guid.CreateVersion7().ToString("n"));
            try
            {
                await engine.WriteParquetAsync(temporary, schema, AllAsync(files, cancellationToken), cancellationToken).ConfigureAwait(false);
                DurableFile.Flush(temporary);
                var replaced = Encoding.UTF8.GetBytes(string.Join('\n', files.Select(f => Path.GetFileName(f.Path))));
                await DurableFile.WriteAsync(Path.Combine(folder, name + ReplacesSuffix), replaced, cancellationToken).ConfigureAwait(false);
                File.Move(temporary, Path.Combine(folder, name)); // from here on the others are passed over
                DurableFile.FlushFolder(folder);
                less += files.Length - 1;
            }
            finally
            {
                File.Delete(temporary);
            }
        }

        return less;
    }

    /// <summary>Removes a part.</summary>
    public void Remove(string model, string part) => Directory.Delete(PathOf(model, part), recursive: true);

    /// <summary>Removes what a killed process left half written. What another process may still be writing is left alone.</summary>
    public void RemoveTorn()
    {
        if (!Directory.Exists(root)) return;
        foreach (var path in Directory.EnumerateFiles(root, "*" + TemporarySuffix, SearchOption.AllDirectories))
        {
            if (!IsInUse(path)) File.Delete(path);
        }
    }

    private static string NameOf(int sequence, DatasetSchema schema, string key) =>
        string.Create(CultureInfo.InvariantCulture, $"{sequence:D8}-{Sha256.Hex(schema.ToString())[..16]}{(key.Length == 0 ? string.Empty : "-")}{key}{FileSuffix}");

    // Only one process at a time does this.
    private static void RemoveReplaced(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var list in Directory.GetFiles(folder, "*" + ReplacesSuffix))
        {
            // Without the new file, the process that wanted to write it was killed before.
            if (File.Exists(list[..^ReplacesSuffix.Length]))
            {
                if (IsInUse(list)) continue;
                var replaced = ReadNames(list);
                if (replaced.Any(f => File.Exists(f + ReplacesSuffix))) continue; // without that file, those before it would count again
                replaced.ForEach(File.Delete);
            }

            File.Delete(list); // last: without it they would count again
        }
    }

    // The time of a file is the machine's, so it is held against the machine's clock and not the host's.
    private static bool IsInUse(string path) => TimeProvider.System.GetUtcNow() - File.GetLastWriteTimeUtc(path) <= MayBeInUse;

    private static (IReadOnlyList<LogFile> Files, IReadOnlyList<LogFile> Replaced) List(string folder)
    {
        string[] all;
        try
        {
            all = [.. Directory.EnumerateFiles(folder, "*" + FileSuffix).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return ([], []); // removed meanwhile
        }

        // The list is asked for by the file that was found, as it is there before the file is: others may be put together at this moment.
        var passed = all.SelectMany(f => ReadNames(f + ReplacesSuffix)).ToHashSet(StringComparer.Ordinal);
        var files = all.Where(File.Exists).Select(LogFile.Of).ToLookup(f => passed.Contains(f.Path));
        return ([.. files[false]], [.. files[true]]);
    }

    // Empty for a list that is not there.
    private static List<string> ReadNames(string list)
    {
        try
        {
            return File.Exists(list) ? [.. File.ReadLines(list).Select(name => Path.Combine(Path.GetDirectoryName(list)!, Path.GetFileName(name)))] : [];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return []; // it was removed meanwhile, and before it the files that it names
        }
    }

    private static IEnumerable<int> Sequences(string folder) => Directory.EnumerateFiles(folder, "*" + FileSuffix).Select(f => SequenceOf(Path.GetFileName(f)));

    private static int SequenceOf(string name) => int.TryParse(name.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;

    private static async IAsyncEnumerable<RecordBatch> One(RecordBatch batch)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return batch;
    }

    private async IAsyncEnumerable<RecordBatch> AllAsync(LogFile[] files, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            await foreach (var batch in ReadAsync(file, null, cancellationToken).ConfigureAwait(false)) yield return batch;
        }
    }

    private string PathOf(string model, string part)
    {
        ModelNames.CheckModel(model);
        return Path.Combine(root, model, part);
    }
}

/// <summary>A file of a log.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Kind">Files of the same kind have the same columns.</param>
/// <param name="Key">What else tells it from others; empty for files of older versions.</param>
/// <param name="Listed">When it was found, by the <see cref="Stopwatch"/>.</param>
internal sealed record LogFile(string Path, string Kind, string Key, long Listed)
{
    public static LogFile Of(string path)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(path).Split('-', 3);
        return new(path, name.Length > 1 ? name[1] : name[0], name.Length > 2 ? name[2] : string.Empty, Stopwatch.GetTimestamp());
    }
}

/// <summary>A file that is written and has no place yet. Disposed without one, it is removed.</summary>
/// <param name="temporary">Where it lies.</param>
/// <param name="place">Gives it its place.</param>
internal sealed class WrittenFile(string temporary, Action place) : IDisposable
{
    /// <summary>Gives the file its place, in which readers find it.</summary>
    public void Place() => place();

    public void Dispose() => File.Delete(temporary);
}
