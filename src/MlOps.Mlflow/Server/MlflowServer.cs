using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Runs the handlers of the MLflow API: who may call, what the body is, and which error becomes which answer.</summary>
internal sealed class MlflowServer
{
    private readonly Gatekeeper _gatekeeper;
    private readonly ILogger _logger;

    public MlflowServer(IMetadataStore metadata, IModelRegistry registry, IArtifactStore artifacts, TimeProvider time, IOptions<MlflowOptions> options, ILogger<MlflowServer> logger)
    {
        Metadata = metadata;
        Registry = registry;
        Artifacts = artifacts;
        Time = time;
        Options = options.Value;
        var root = Options.DefaultArtifactRoot;
        ArtifactRoot = ArtifactLocations.SplitScheme(root).Scheme is null ? Path.GetFullPath(root) : root;
        Runs = new(this);
        _gatekeeper = new(Options);
        _logger = logger;
    }

    public IMetadataStore Metadata { get; }

    public IModelRegistry Registry { get; }

    public IArtifactStore Artifacts { get; }

    public TimeProvider Time { get; }

    public MlflowOptions Options { get; }

    /// <summary>Gets where artifacts of experiments without a place of their own lie.</summary>
    public string ArtifactRoot { get; }

    public RunDirectory Runs { get; }

    /// <summary>Makes a handler out of one that may throw.</summary>
    public RequestDelegate Handle(ApiRoute route) => context => AnswerAsync(context, route);

    /// <summary>Answers a path that the API does not know.</summary>
    public async Task UnknownAsync(HttpContext context)
    {
        if (await RefusesAsync(context).ConfigureAwait(false)) return;
        await HtmlAsync(context, StatusCodes.Status404NotFound, "Not Found", "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.").ConfigureAwait(false);
    }

    /// <summary>Answers a method that a path does not have.</summary>
    public RequestDelegate WrongMethod(string allowed) => async context =>
    {
        if (await RefusesAsync(context).ConfigureAwait(false)) return;
        context.Response.Headers.Allow = allowed;
        await HtmlAsync(context, StatusCodes.Status405MethodNotAllowed, "Method Not Allowed", "The method is not allowed for the requested URL.").ConfigureAwait(false);
    };

    private async Task AnswerAsync(HttpContext context, ApiRoute route)
    {
        if (await RefusesAsync(context).ConfigureAwait(false)) return;
        try
        {
            await RunAsync(context, route).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var (code, message, status) = Describe(e, context.Request.Path);
            context.Response.Clear();
            await Call.ErrorAsync(context, code, message, status).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _logger.RequestFailed(e, context.Request.Path);
            context.Abort(); // what was sent is no whole answer
        }
    }

    private async Task RunAsync(HttpContext context, ApiRoute route)
    {
        var method = context.Request.Method;
        if (route.Body != BodyKind.Json || HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
        {
            using var query = WireRequest.Of(context.Request.Query);
            await route.Handler(new(this, context, query)).ConfigureAwait(false);
            return;
        }

        Gatekeeper.CheckContentType(context.Request, isBodyExpected: HttpMethods.IsPost(method));
        using var body = await RequestBody.ReadAsync(context, Options.MaxRequestBytes).ConfigureAwait(false);
        using var request = WireRequest.Of(body.Memory);
        await route.Handler(new(this, context, request)).ConfigureAwait(false);
    }

    private async Task<bool> RefusesAsync(HttpContext context)
    {
        if (_gatekeeper.Objection(context) is not { } objection) return false;
        _logger.Refused(objection);
        await Call.ErrorAsync(context, ErrorCodes.PermissionDenied, objection).ConfigureAwait(false);
        return true;
    }

    // What goes out names nothing but what the caller sent: no SQL, no path of this machine, no stack.
    private (string Code, string Message, int? Status) Describe(Exception error, string path)
    {
        switch (error)
        {
            case WireException wire: return (wire.Code, wire.Message, wire.Status);
            case SearchException search: return (ErrorCodes.InvalidParameterValue, search.Message, null);
            case GateRefusedException refused: return (ErrorCodes.PermissionDenied, refused.Message, null);
            case NotFoundException missing: return (ErrorCodes.ResourceDoesNotExist, $"There is no {missing.Kind} '{missing.Name}'.", null);
            case ConflictException conflict: return (ErrorCodes.ResourceConflict, conflict.Message, null);
            case ArtifactCorruptException corrupt:
                _logger.RequestFailed(corrupt, path);
                return (ErrorCodes.DataLoss, "The stored bytes are damaged and were not sent. The log of the server says which.", null);
            case StoreException { IsTransient: true } busy:
                _logger.Unavailable(busy.Message);
                return (ErrorCodes.TemporarilyUnavailable, "The store is busy. Try again.", null);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }: return (ErrorCodes.InvalidParameterValue, "The body is too long.", StatusCodes.Status413PayloadTooLarge);
            case BadHttpRequestException bad: return ("BAD_REQUEST", "The request is not well formed.", bad.StatusCode);
            case NotSupportedException unsupported when unsupported.Source == typeof(MlflowServer).Assembly.GetName().Name: return (ErrorCodes.NotImplemented, unsupported.Message, null);
            case ArgumentException argument when argument.GetType() == typeof(ArgumentException) && argument.Source?.StartsWith("MlOps.", StringComparison.Ordinal) == true:
                return (ErrorCodes.InvalidParameterValue, argument.ParamName is { } name ? argument.Message.Replace($" (Parameter '{name}')", string.Empty, StringComparison.Ordinal) : argument.Message, null);
            default:
                _logger.RequestFailed(error, path);
                return (ErrorCodes.InternalError, "The request failed. The log of the server says why.", null);
        }
    }

    private static Task HtmlAsync(HttpContext context, int status, string title, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync($"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n", context.RequestAborted);
    }
}
