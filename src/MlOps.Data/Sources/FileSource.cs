using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>A file on a disk.</summary>
internal sealed record FileSource(DataFile File) : IDataSource
{
    public DatasetOrigin Origin => new(Kind(File), File.Path);

    public static string Kind(DataFile file) => file switch
    {
        ParquetFile => "parquet",
        CsvFile => "csv",
        JsonLinesFile => "jsonlines",
        _ => "file",
    };

    /// <summary>Describes how a file is read, whatever it is called.</summary>
    public static string Reading(DataFile file) => $"{Kind(file)} {JsonSerializer.Serialize(file with { Path = "" }, file.GetType(), MlOpsJson.Options)}";

    public async ValueTask<string?> GetVersionAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = new FileStream(File.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: true);
            var content = await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false);
            return Sha256.Hex($"{Convert.ToHexStringLower(content)} {Reading(File)}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException($"There is no file '{File.Path}'. Check the path and the folder that the process runs in.", e) { DataSource = File.Path };
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DataException($"File '{File.Path}' may not be read by this process, or is a folder. Check the path and its permissions.", e) { DataSource = File.Path };
        }
    }

    public ValueTask<long?> EstimateBytesAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var file = new FileInfo(File.Path);
        return ValueTask.FromResult<long?>(file.Exists ? file.Length : null);
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = Stamp();
        await foreach (var batch in services.GetRequiredService<IColumnarEngine>().ReadAsync(File, null, cancellationToken).ConfigureAwait(false)) yield return batch;
        // Not worth another attempt of the stage, for its key was made of what the file held before.
        if (Stamp() != before)
            throw new DataException($"File '{File.Path}' was written to while it was read, so its rows are neither the old ones nor the new ones. Nothing was kept; run again when it is whole.") { DataSource = File.Path };
    }

    private (long Length, DateTime Written)? Stamp()
    {
        var file = new FileInfo(File.Path);
        return file.Exists ? (file.Length, file.LastWriteTimeUtc) : null;
    }
}
