using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>A file that is downloaded.</summary>
internal sealed record HttpSource(WebAddress Address, Func<string, DataFile> Format, long? MaxBytes) : IDataSource
{
    private const string ClientName = "MlOps.Data";

    public DatasetOrigin Origin => new("http", Address.ToString());

    public async ValueTask<string?> GetVersionAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(services, HttpMethod.Head, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode && answer.Headers.ETag is { IsWeak: false } tag ? Sha256.Hex($"{tag.Tag} {FileSource.Reading(Format("download"))}") : null;
    }

    public async ValueTask<long?> EstimateBytesAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(services, HttpMethod.Head, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode ? answer.Content.Headers.ContentLength : null;
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("mlops-"); // for this user only
        try
        {
            var path = Path.Combine(folder.FullName, "download");
            await DownloadAsync(services, path, cancellationToken).ConfigureAwait(false);
            var rows = services.GetRequiredService<IColumnarEngine>().ReadAsync(Format(path), null, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var owned = rows.ConfigureAwait(false);
            while (await NextAsync(rows, path).ConfigureAwait(false)) yield return rows.Current;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads on; an error names the address in the place of the file that nobody knows.</summary>
    private async ValueTask<bool> NextAsync(IAsyncEnumerator<RecordBatch> rows, string path)
    {
        try
        {
            return await rows.MoveNextAsync().ConfigureAwait(false);
        }
        catch (DataException e)
        {
            var message = e.Message.Replace(path, Address.ToString(), StringComparison.Ordinal);
            throw new DataException(message, e) { DataSource = Address.ToString(), Row = e.Row, Column = e.Column };
        }
    }

    private async Task DownloadAsync(IServiceProvider services, string path, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(services, HttpMethod.Get, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw Refused(answer.StatusCode);
        if (answer.Content.Headers.ContentLength > MaxBytes) throw TooLarge();
        var content = await OfNetworkAsync(() => answer.Content.ReadAsStreamAsync(cancellationToken)).ConfigureAwait(false);
        await using var ownedContent = content.ConfigureAwait(false);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, useAsync: true);
        await using var ownedFile = file.ConfigureAwait(false);
        var buffer = new byte[81920];
        for (var total = 0L; await OfNetworkAsync(() => content.ReadAsync(buffer, cancellationToken).AsTask()).ConfigureAwait(false) is > 0 and var read;)
        {
            total += read;
            if (total > MaxBytes) throw TooLarge();
            await WriteAsync(file, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new DataException($"The download of {Address} cannot be kept in '{Path.GetTempPath()}': {e.Message} Free space on the disk and run again.", e) { DataSource = Address.ToString() };
        }
    }

    private async Task<T> OfNetworkAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TransientDataException($"{Address} could not be read: {e.Message} Check the address and the network, and run again.", e) { DataSource = Address.ToString() };
        }
    }

    private async Task<HttpResponseMessage> SendAsync(IServiceProvider services, HttpMethod method, CancellationToken cancellationToken)
    {
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName);
        using var request = Address.Request(method);
        try
        {
            return await OfNetworkAsync(() => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientDataException($"{Address} did not answer in time. Try again, or give the HTTP client '{ClientName}' a longer timeout.", e) { DataSource = Address.ToString() };
        }
    }

    private DataException Refused(HttpStatusCode status)
    {
        var message = string.Create(CultureInfo.InvariantCulture, $"{Address} answered {(int)status} ({status}). Check the address and what it asks for.");
        return status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError
            ? new TransientDataException(message) { DataSource = Address.ToString() }
            : new DataException(message) { DataSource = Address.ToString() };
    }

    private DataTooLargeException TooLarge() =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Address} is larger than the {MaxBytes} bytes that may be downloaded. Raise the limit if that is meant.")) { DataSource = Address.ToString() };
}
