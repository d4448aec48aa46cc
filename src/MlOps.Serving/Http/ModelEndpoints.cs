using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Answers the requests of the Open Inference Protocol v2. Every error is a JSON object with the member error.</summary>
internal sealed class ModelEndpoints(ModelHost host, IModelRegistry registry, PredictionRecorder recorder, IOptions<ServingOptions> options, ILogger<ModelEndpoints> logger)
{
    private const int MaxSubjectLength = 1000;

    private readonly ServingOptions _options = options.Value;

    /// <summary>Makes a handler out of one that may throw.</summary>
    public RequestDelegate Handle(bool posts, Func<ModelEndpoints, HttpContext, Task> answer) => context => AnswerAsync(context, posts, answer);

    public static Task LiveAsync(ModelEndpoints _, HttpContext context) => Answers.LiveAsync(context);

    public static Task ServerAsync(ModelEndpoints _, HttpContext context) => Answers.ServerAsync(context);

    public static Task ReadyAsync(ModelEndpoints self, HttpContext context) => self.ReadyAsync(context);

    public static Task ModelReadyAsync(ModelEndpoints self, HttpContext context) => self.ModelReadyAsync(context);

    public static Task ModelAsync(ModelEndpoints self, HttpContext context) => self.ModelAsync(context);

    public static Task InferAsync(ModelEndpoints self, HttpContext context) => self.InferAsync(context);

    /// <summary>Answers a path that the protocol does not know.</summary>
    public RequestDelegate HandleUnknown() => context => MayCall(context)
        ? Answers.ErrorAsync(context, StatusCodes.Status404NotFound, $"There is nothing at '{context.Request.Path}'.")
        : RefuseRemoteAsync(context);

    private async Task AnswerAsync(HttpContext context, bool posts, Func<ModelEndpoints, HttpContext, Task> answer)
    {
        if (!MayCall(context))
        {
            await RefuseRemoteAsync(context).ConfigureAwait(false);
            return;
        }

        var method = context.Request.Method;
        if (posts ? !HttpMethods.IsPost(method) : !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
        {
            context.Response.Headers.Allow = posts ? "POST" : "GET, HEAD";
            await Answers.ErrorAsync(context, StatusCodes.Status405MethodNotAllowed, $"Use {(posts ? "POST" : "GET")} here.").ConfigureAwait(false);
            return;
        }

        try
        {
            await answer(this, context).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var (status, message) = Describe(e);
            await Answers.ErrorAsync(context, status, message).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
    }

    private (int Status, string Message) Describe(Exception error)
    {
        switch (error)
        {
            case RequestRefusedException refused: return (refused.Status, refused.Message);
            case ModelInputException input: return (StatusCodes.Status400BadRequest, input.Message);
            case NotFoundException missing: return (StatusCodes.Status404NotFound, missing.Message);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }: return (StatusCodes.Status413PayloadTooLarge, "The body is too long. Send fewer rows in one request.");
            case BadHttpRequestException bad: return (bad.StatusCode, "The request is not well formed.");
            case StoreException store:
                logger.Unavailable(store.Message);
                return (StatusCodes.Status503ServiceUnavailable, "The model cannot be served now. The log of the server says why.");
            default:
                logger.RequestFailed(error);
                return (StatusCodes.Status500InternalServerError, "The request failed. The log of the server says why.");
        }
    }

    private bool MayCall(HttpContext context) => _options.AllowRemote || LocalCallers.IsAuthorized(context) || LocalCallers.IsLocal(context);

    private static Task RefuseRemoteAsync(HttpContext context) => Answers.ErrorAsync(
        context, StatusCodes.Status403Forbidden, "Only callers on the same machine are answered. The server can require authorization for these endpoints, or set MlOps:Serving:AllowRemote.");

    private Task ReadyAsync(HttpContext context) => host.FindNotLoaded() is { } model
        ? Answers.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, $"Model '{model}' is not loaded.")
        : Answers.ReadyAsync(context);

    private async Task ModelReadyAsync(HttpContext context)
    {
        using var lease = await LeaseAsync(context).ConfigureAwait(false);
        await Answers.ModelReadyAsync(context, lease.Served).ConfigureAwait(false);
    }

    private async Task ModelAsync(HttpContext context)
    {
        using var lease = await LeaseAsync(context).ConfigureAwait(false);
        var versions = await registry.ListVersionsAsync(lease.Served.Name, context.RequestAborted).ConfigureAwait(false);
        await Answers.ModelAsync(context, lease.Served, versions, recorder.ColumnsOf(lease.Served)).ConfigureAwait(false);
    }

    private async Task InferAsync(HttpContext context)
    {
        if (!ContentTypes.IsPlainJson(context.Request))
            throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "The body must be application/json in UTF-8, not compressed.");
        using var lease = await LeaseAsync(context).ConfigureAwait(false);
        var served = lease.Served;
        InferRequest request;
        using (var body = await RequestBody.ReadAsync(context, _options.MaxRequestBytes).ConfigureAwait(false)) request = InferRequest.Read(body.Span, _options.MaxRows);
        CheckOutputs(request.Outputs, served.Model.Manifest.Signature.Outputs);
        var stamp = recorder.Stamp(request.Id);

        // What was predicted is logged even when the caller has gone.
        var predicted = await recorder.PredictAsync(served, stamp, request.Inputs, new("http", VariantOf(context), SubjectOf(context)), CancellationToken.None).ConfigureAwait(false);
        await Answers.PredictionsAsync(context, served, stamp.Id, Pick(predicted.Outputs, request.Outputs), predicted.Flagged).ConfigureAwait(false);
    }

    /// <summary>Takes the model that the path names: the champion, a version, or another alias in place of the version.</summary>
    private ValueTask<ModelLease> LeaseAsync(HttpContext context)
    {
        var values = context.Request.RouteValues;
        var model = (string)values["model"]!;
        if (values["version"] is not string version) return host.LeaseAsync(model, ModelNames.Champion, context.RequestAborted);
        return int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? host.LeaseAsync(model, number, context.RequestAborted)
            : host.LeaseAsync(model, version, context.RequestAborted);
    }

    /// <summary>Gives the alias that the path names; null when it names a version by its number.</summary>
    private static string? VariantOf(HttpContext context) => context.Request.RouteValues["version"] switch
    {
        null => ModelNames.Champion,
        string version when int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _) => null,
        var alias => (string)alias,
    };

    private string? SubjectOf(HttpContext context)
    {
        if (_options.SubjectHeader is not { } header || !context.Request.Headers.TryGetValue(header, out var values)) return null;
        var subject = values.ToString();
        if (subject.Length > MaxSubjectLength) throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"The header '{header}' is longer than {MaxSubjectLength} characters.");
        return subject.Length == 0 ? null : subject;
    }

    private static void CheckOutputs(IReadOnlyList<string>? wanted, IReadOnlyList<TensorSpec> outputs)
    {
        for (var i = 0; wanted is not null && i < wanted.Count; i++)
        {
            var isKnown = false;
            for (var k = 0; k < outputs.Count; k++) isKnown |= outputs[k].Name == wanted[i];
            if (!isKnown) throw new ModelInputException($"Output '{wanted[i]}' is unknown. The model gives: {string.Join(", ", outputs.Select(o => o.Name))}.");
        }
    }

    private static IReadOnlyList<Tensor> Pick(IReadOnlyList<Tensor> outputs, IReadOnlyList<string>? wanted)
    {
        if (wanted is null) return outputs;
        var picked = new Tensor[wanted.Count];
        for (var i = 0; i < picked.Length; i++) picked[i] = outputs.First(output => output.Name == wanted[i]);
        return picked;
    }
}
