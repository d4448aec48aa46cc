using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.ML;

namespace MlOps.Benchmarks;

/// <summary>How many requests a second does MapModels answer against a bare minimal API that does the same prediction with ML.NET alone?</summary>
/// <remarks>Both sides get the same bytes: a request of the Open Inference Protocol for one flight. On both sides the server has a process of its own and the client another.</remarks>
internal static class ServingHttp
{
    private const string Path = $"/v2/models/{FlightModel.Name}/infer";

    private static readonly Side Bare = new("minimal API", () => LoadAsync("bare"));

    public static readonly Comparison[] Comparisons =
    [
        new("serve", "Requests a second over HTTP", new("MapModels", () => LoadAsync("models")), Bare, new("at least 0.70", (_, ratio) => ratio >= 0.7)),
        new("serve-logged", "Requests a second over HTTP, logged to Parquet", new("MapModels with the prediction log", () => LoadAsync("models-logged")), Bare, new("none", (_, _) => true)),
    ];

    /// <summary>Runs a server until the input is closed. Its port is the first line that it writes.</summary>
    public static async Task ServeAsync(string kind)
    {
        using var folder = new TemporaryFolder();
        await FlightModel.PromoteAsync(folder.Path);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (kind == "bare")
        {
            await using var app = builder.Build();
            MapBare(app, await FlightModel.LoadBareAsync(folder.Path));
            await RunAsync(app);
        }
        else
        {
            var mlops = builder.Services.AddMlOpsCore(o => o.Folder = folder.Path).UseSqlite().UseFileArtifacts().AddMLNet().AddModelRegistry().AddServing();
            if (kind == "models-logged") mlops.UseDuckDb().AddMonitoring();
            await using var app = builder.Build();
            app.MapModels();
            await RunAsync(app);
        }
    }

    private static void MapBare(WebApplication app, ITransformer model)
    {
        var ml = new MLContext();
        var engines = new ThreadLocal<PredictionEngine<Flight, DelayOutput>>(() => ml.Model.CreatePredictionEngine<Flight, DelayOutput>(model));
        app.MapPost(Path, (InferenceRequest request) =>
        {
            float Value(string name) => request.Inputs.First(i => i.Name == name).Data[0];
            var flight = new Flight { Hour = Value("hour"), Weekday = Value("weekday"), Distance = Value("distance"), Latitude = Value("latitude"), Longitude = Value("longitude") };
            var delay = engines.Value!.Predict(flight);
            return new InferenceResponse(FlightModel.Name, "1", Guid.CreateVersion7().ToString("N"),
            [
                new("PredictedLabel", "BOOL", [1, 1], new[] { delay.PredictedLabel }),
                new("Probability", "FP32", [1, 1], new[] { delay.Probability }),
                new("Score", "FP32", [1, 1], new[] { delay.Score }),
            ]);
        });
    }

    private static async Task RunAsync(WebApplication app)
    {
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.WriteLine(new Uri(address).Port.ToString(CultureInfo.InvariantCulture));
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    private static async Task<Measured> LoadAsync(string kind)
    {
        using var server = Process.Start(Itself.Start(["serve", kind], redirectsInput: true))!;
        try
        {
            var port = int.Parse((await server.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
            var flight = FlightModel.Example;
            (string Name, float Value)[] inputs = [("hour", flight.Hour), ("weekday", flight.Weekday), ("distance", flight.Distance), ("latitude", flight.Latitude), ("longitude", flight.Longitude)];
            var tensors = inputs.Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"name":"{{i.Name}}","datatype":"FP64","shape":[1,1],"data":[{{i.Value}}]}"""));
            return new(await LoadGenerator.RequestsPerSecondAsync(port, Path, $$"""{"inputs":[{{string.Join(',', tensors)}}]}"""), "requests/s");
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
    }

    private sealed record InferenceRequest(InputTensor[] Inputs);

    private sealed record InputTensor(string Name, string Datatype, int[] Shape, float[] Data);

    private sealed record InferenceResponse(string ModelName, string ModelVersion, string Id, OutputTensor[] Outputs);

    private sealed record OutputTensor(string Name, string Datatype, int[] Shape, object Data);
}
