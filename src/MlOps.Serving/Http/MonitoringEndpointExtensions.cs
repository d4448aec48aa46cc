using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;
using MlOps.Serving;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what monitors have kept and found.</summary>
public static class MonitoringEndpointExtensions
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Serves a page of all monitors of the host with what is open, its saved reports as HTML, JSON and Markdown, and the lists <c>alerts.json</c> and <c>reports.json</c>. Nothing can be changed through it.</summary>
    /// <param name="endpoints">The application. Its host must have a monitor (<c>AddMonitor</c>), and keeps reports where <c>KeepReports</c> says so.</param>
    /// <param name="prefix">Where the pages begin. The whole path below it belongs to them.</param>
    /// <returns>The endpoints, to call <c>RequireAuthorization()</c> on.</returns>
    /// <exception cref="ArgumentException">The prefix does not begin with a slash, or is nothing more.</exception>
    /// <exception cref="InvalidOperationException">The host has no monitor.</exception>
    /// <remarks>The pages hold values of columns. Without authorization only callers on the same machine are answered.</remarks>
    public static RouteGroupBuilder MapMonitoring(this IEndpointRouteBuilder endpoints, string prefix = "/monitoring")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrWhiteSpace(prefix);
        prefix = prefix.TrimEnd('/');
        if (!prefix.StartsWith('/')) throw new ArgumentException("The prefix must begin with a slash and have a name, as /monitoring.", nameof(prefix));
        var pages = endpoints.ServiceProvider.GetService<IMonitorPages>() ?? throw new InvalidOperationException("Monitoring cannot be mapped because the host has no monitor. Call AddMonitor() on the MlOps builder first.");
        var logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger<IMonitorPages>();
        var group = endpoints.MapGroup(prefix);
        group.MapMethods("/{**path}", Reading, context => AnswerAsync(context, pages, logger));
        return group;
    }

    private static Task AnswerAsync(HttpContext context, IMonitorPages pages, ILogger logger)
    {
        if (!LocalCallers.IsAuthorized(context) && !LocalCallers.IsLocal(context))
            return WriteAsync(context, StatusCodes.Status403Forbidden, Plain("Only callers on the same machine are answered. The server can ask for authorization with MapMonitoring().RequireAuthorization()."));
        var path = context.Request.RouteValues["path"] as string ?? string.Empty;
        return path.Length == 0 && !context.Request.Path.Value!.EndsWith('/') ? RedirectAsync(context) : FindAsync(context, path, pages, logger);
    }

    // Links of the index are relative.
    private static Task RedirectAsync(HttpContext context)
    {
        context.Response.Redirect(context.Request.PathBase.Add(context.Request.Path).Add("/").ToUriComponent());
        return Task.CompletedTask;
    }

    private static async Task FindAsync(HttpContext context, string path, IMonitorPages pages, ILogger logger)
    {
        try
        {
            var page = await pages.FindAsync(path, context.RequestAborted).ConfigureAwait(false);
            await WriteAsync(context, page is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK, page ?? Plain("There is no such page.")).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested && e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            logger.MonitoringUnavailable(e);
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, Plain("What monitors remember cannot be read now. The log of the server says why.")).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
    }

    private static MonitorPageContent Plain(string text) => new("text/plain; charset=utf-8", text);

    private static async Task WriteAsync(HttpContext context, int status, MonitorPageContent page)
    {
        var bytes = Encoding.UTF8.GetBytes(page.Text);
        var (response, headers) = (context.Response, context.Response.Headers);
        response.StatusCode = status;
        response.ContentType = page.ContentType;
        response.ContentLength = bytes.Length;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }
}
