using System.Net;
using MlOps.Core;
using TrackingServer;

if (Arguments.Parse(args) is not { } arguments)
{
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = arguments.Host, ContentRootPath = AppContext.BaseDirectory });
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // nothing a request
var store = Store.Parse(arguments.Store);
store.Use(builder.Services.AddMlOpsCore())
    .UseFileArtifacts(Path.GetFullPath(arguments.Artifacts))
    .AddMlflow(options => options.DefaultArtifactRoot = arguments.ArtifactRoot ?? options.DefaultArtifactRoot);

await using var app = builder.Build();
app.Use((context, next) =>
{
    // Clients put a path behind a tracking URI that may end with a slash already.
    if (context.Request.Path.Value is { } path && path.StartsWith("//", StringComparison.Ordinal)) context.Request.Path = "/" + path.TrimStart('/');
    return next(context);
});
app.UseRouting();
app.MapMlflow();

await using var reset = arguments.AllowReset && app.Environment.IsDevelopment() ? await store.CreateResetAsync() : null;
if (reset is not null)
{
    app.MapPost("/test-only/reset", async (HttpContext context) =>
    {
        if (!IsFromHere(context)) return Results.StatusCode(StatusCodes.Status403Forbidden);
        await reset.RunAsync(context.RequestAborted);
        return Results.Json(new { });
    });
}

await app.Services.GetRequiredService<IMetadataStore>().FindExperimentAsync(Experiment.DefaultId); // the default experiment is older than any other
await app.RunAsync();
return 0;

// No page of a site that somebody looks at on this machine may empty the store.
static bool IsFromHere(HttpContext context) =>
    context.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller)
    && context.Request.Headers.Origin.Count == 0
    && (context.Request.Host.Host == "localhost" || (IPAddress.TryParse(context.Request.Host.Host.Trim('[', ']'), out var host) && IPAddress.IsLoopback(host)));
