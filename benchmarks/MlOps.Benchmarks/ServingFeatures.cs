using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>How many requests for fifty features a second does MapFeatures answer, beside a bare endpoint that reads the same body and answers the same bytes without looking at anything?</summary>
/// <remarks>Features lie in the memory of the server. On both sides the server has a process of its own and the client another.</remarks>
internal static class ServingFeatures
{
    private const string Path = "/get-online-features";

    public static readonly Comparison[] Comparisons =
    [
        Of("features-http-1", "Requests for one entity x 50 features a second over HTTP", 1),
        Of("features-http-100", "Requests for 100 entities x 50 features a second over HTTP", 100),
    ];

    public static bool Serves(string kind) => kind is "features" or "features-bare-1" or "features-bare-100";

    public static async Task ServeAsync(string kind)
    {
        await using var app = await StartAsync(b => b.MapFeatures());
        if (kind == "features")
        {
            await RunAsync(app);
            return;
        }

        using var client = new HttpClient();
        using var content = new StringContent(BodyOf(kind == "features-bare-1" ? 1 : 100), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri($"http://127.0.0.1:{PortOf(app)}{Path}"), content);
        var bytes = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        await using var bare = await StartAsync(b => b.MapPost(Path, async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.ContentType = "application/json";
            await context.Response.BodyWriter.WriteAsync(bytes);
        }));
        await RunAsync(bare);
    }

    private static Comparison Of(string name, string question, int entities) => new(
        name, question, new("MapFeatures", () => LoadAsync("features", entities)), new("minimal API, the same bytes", () => LoadAsync($"features-bare-{entities}", entities)), new("none", (_, _) => true));

    private static string BodyOf(int entities) =>
        $"{{\"feature_service\":\"drivers@1\",\"entities\":{{\"driver_id\":[{string.Join(',', Enumerable.Range(0, entities))}]}}}}";

    private static async Task<WebApplication> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        OnlineDrivers.Add(builder.Services);
        builder.Services.AddMlOpsCore().UseDuckDb().UseInMemoryStores().UseInProcessOnlineStore().AddData().AddMLNet().AddModelRegistry().AddServing().AddFeatureStore();
        var app = builder.Build();
        var store = app.Services.GetRequiredService<IOnlineStore>();
        for (var first = 0; first < OnlineDrivers.Entities; first += 5_000) await store.WriteAsync(OnlineDrivers.Rows(first, 5_000));
        map(app);
        await app.StartAsync();
        return app;
    }

    private static int PortOf(WebApplication app) => new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    private static async Task RunAsync(WebApplication app)
    {
        Console.WriteLine(PortOf(app).ToString(CultureInfo.InvariantCulture));
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    private static async Task<Measured> LoadAsync(string kind, int entities)
    {
        using var server = Process.Start(Itself.Start(["serve", kind], redirectsInput: true))!;
        try
        {
            var port = int.Parse((await server.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
            return new(await LoadGenerator.RequestsPerSecondAsync(port, Path, BodyOf(entities)), "requests/s");
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
    }
}
