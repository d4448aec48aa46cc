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

    public IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<IColumnarEngine>().ReadAsync(File, null, cancellationToken);
}
