using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Answers the requests of Feast's feature server. Every error is a JSON object with the member detail.</summary>
internal sealed class FeatureEndpoints(
    IOnlineFeatures features, IFeatureDirectory directory, IMaterializer materializer, IEnumerable<IOnlineStore> stores, IOptions<FeatureServingOptions> options, ILogger<FeatureEndpoints> logger)
{
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(5);

    private readonly FeatureServingOptions _options = options.Value;
    private readonly FeatureGatekeeper _gatekeeper = new(options.Value);
    private readonly FeatureQuestions _questions = new(directory);

    public FeatureServingOptions Options => _options;

    /// <summary>Makes a handler of POST requests out of one that may throw.</summary>
    public RequestDelegate Post(bool writes, Func<FeatureEndpoints, HttpContext, Task> answer) => context => AnswerAsync(context, "POST", writes, answer);

    public RequestDelegate Health() => context => AnswerAsync(context, "GET", writes: false, static (self, context) => self.HealthAsync(context));

    /// <summary>Answers a path that the protocol does not know.</summary>
    public RequestDelegate Unknown() => context => AnswerAsync(context, context.Request.Method, writes: false, static (_, context) =>
        FeatureAnswers.DetailAsync(context, StatusCodes.Status404NotFound, "Not Found"));

    public static async Task GetOnlineFeaturesAsync(FeatureEndpoints self, HttpContext context)
    {
        OnlineFeaturesRequest request;
        using (var body = await self.ReadBodyAsync(context).ConfigureAwait(false)) request = OnlineFeaturesRequest.Read(body.Span, self._questions, self._options);
        var vectors = await self.Features.ReadAsync(request.ToQuery(), context.RequestAborted).ConfigureAwait(false);
        await FeatureAnswers.FeaturesAsync(context, request, vectors).ConfigureAwait(false);
    }

    public static async Task PushAsync(FeatureEndpoints self, HttpContext context)
    {
        PushRequest request;
        using (var body = await self.ReadBodyAsync(context).ConfigureAwait(false)) request = PushRequest.Read(body.Span, self.Directory, self._options);
        using (request.Rows) await self.Materializer.PushAsync(request.View, request.Rows, request.Target, context.RequestAborted).ConfigureAwait(false);
        await FeatureAnswers.DoneAsync(context).ConfigureAwait(false);
    }

    public static async Task MaterializeAsync(FeatureEndpoints self, HttpContext context)
    {
        MaterializeRequest request;
        using (var body = await self.ReadBodyAsync(context).ConfigureAwait(false)) request = MaterializeRequest.Read(body.Span, isIncremental: false);
        await self.Materializer.MaterializeAsync(request.Views, request.From!.Value, request.To, null, context.RequestAborted).ConfigureAwait(false);
        await FeatureAnswers.DoneAsync(context).ConfigureAwait(false);
    }

    public static async Task MaterializeIncrementalAsync(FeatureEndpoints self, HttpContext context)
    {
        MaterializeRequest request;
        using (var body = await self.ReadBodyAsync(context).ConfigureAwait(false)) request = MaterializeRequest.Read(body.Span, isIncremental: true);
        await self.Materializer.MaterializeIncrementalAsync(request.Views, request.To, null, context.RequestAborted).ConfigureAwait(false);
        await FeatureAnswers.DoneAsync(context).ConfigureAwait(false);
    }

    private IOnlineFeatures Features => features;

    private IFeatureDirectory Directory => directory;

    private IMaterializer Materializer => materializer;

    private async Task HealthAsync(HttpContext context)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        timeout.CancelAfter(HealthTimeout);
        try
        {
            foreach (var store in stores) await store.PingAsync(timeout.Token).WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            logger.FeaturesUnavailable(e.Message);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    private async Task AnswerAsync(HttpContext context, string method, bool writes, Func<FeatureEndpoints, HttpContext, Task> answer)
    {
        if (_gatekeeper.Objection(context, writes) is { } objection)
        {
            await FeatureAnswers.DetailAsync(context, StatusCodes.Status403Forbidden, objection).ConfigureAwait(false);
            return;
        }

        if (!context.Request.Method.Equals(method, StringComparison.OrdinalIgnoreCase) && !(method == "GET" && HttpMethods.IsHead(context.Request.Method)))
        {
            context.Response.Headers.Allow = method == "GET" ? "GET, HEAD" : method;
            await FeatureAnswers.DetailAsync(context, StatusCodes.Status405MethodNotAllowed, "Method Not Allowed").ConfigureAwait(false);
            return;
        }

        try
        {
            await answer(this, context).ConfigureAwait(false);
        }
        catch (InvalidRequestException e) when (!context.Response.HasStarted)
        {
            await FeatureAnswers.InvalidAsync(context, e.Place, e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var (status, message) = Describe(e);
            await FeatureAnswers.DetailAsync(context, status, message).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
    }

    // A message of ours about the request goes to the caller; what lies behind it, as a file or a server, stays here.
    private (int Status, string Message) Describe(Exception error)
    {
        switch (error)
        {
            case RequestRefusedException refused: return (refused.Status, refused.Message);
            case NotFoundException missing: return (StatusCodes.Status404NotFound, missing.Message);
            case DataException { DataSource: null } data: return (StatusCodes.Status422UnprocessableEntity, data.Message);
            case MaterializationException failed:
                logger.FeatureRequestFailed(failed);
                var status = failed.Failures.All(f => f.Error is ConflictException) ? StatusCodes.Status409Conflict : StatusCodes.Status500InternalServerError;
                return (status, $"These feature views were not materialized: {string.Join(", ", failed.Failures.Select(f => f.View))}. The log of the server says why.");
            case ConflictException conflict: return (StatusCodes.Status409Conflict, conflict.Message);
            case StoreException store:
                logger.FeaturesUnavailable(store.Message);
                return (StatusCodes.Status503ServiceUnavailable, "The feature store does not answer now. The log of the server says why.");
            default:
                logger.FeatureRequestFailed(error);
                return (StatusCodes.Status500InternalServerError, "The request failed. The log of the server says why.");
        }
    }

    private ValueTask<RequestBody> ReadBodyAsync(HttpContext context) => ContentTypes.IsPlainJson(context.Request)
        ? RequestBody.ReadAsync(context, _options.MaxRequestBytes)
        : throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "The body must be application/json in UTF-8, not compressed.");
}
