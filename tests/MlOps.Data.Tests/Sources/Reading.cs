using System.Net;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data.Tests;

/// <summary>Reads sources, with the real engine, into schemas and rows of objects.</summary>
internal sealed class Reading : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlops-sources-");
    private readonly ServiceProvider _services;

    public Reading(HttpMessageHandler? http = null)
    {
        var builder = new ServiceCollection().AddMlOpsCore().UseDuckDb();
        if (http is not null) builder.Services.AddHttpClient("MlOps.Data").ConfigurePrimaryHttpMessageHandler(() => http);
        _services = builder.Services.BuildServiceProvider();
    }

    public IServiceProvider Services => _services;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public string File(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public async Task<(DatasetSchema Schema, object?[][] Rows, int Batches)> ReadAsync(IDataSource source)
    {
        DatasetSchema? schema = null;
        var rows = new List<object?[]>();
        var batches = 0;
        await foreach (var batch in source.ReadAsync(Services, Token))
        {
            schema = DatasetSchema.FromArrow(batch.Schema);
            batches++;
            for (var i = 0; i < batch.Length; i++) rows.Add([.. batch.Arrays.Select(a => Table.At(a, i))]);
        }

        return (schema!, [.. rows], batches);
    }

    public void Dispose()
    {
        _services.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>A server of one file that remembers what it was asked.</summary>
internal sealed class FakeServer(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    public List<(HttpMethod Method, Uri Address, string? Authorization)> Requests { get; } = [];

    public static HttpResponseMessage Ok(string content) => new(HttpStatusCode.OK) { Content = new StringContent(content) };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Requests.Add((request.Method, request.RequestUri!, request.Headers.Authorization?.ToString()));
        return Task.FromResult(answer(request));
    }
}
