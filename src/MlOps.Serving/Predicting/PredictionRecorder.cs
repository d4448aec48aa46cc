using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Predicts, measures and logs: what happens to every request however it came.</summary>
internal sealed class PredictionRecorder(
    TimeProvider time, ServingMetrics metrics, InputEnrichers enrichers, InputGuards guards, ShadowQueues shadows, bool ignoresUnknown, ILogger<PredictionRecorder> logger, IPredictionLog? log)
{
    /// <summary>Says whether predictions of a loaded version need their inputs as tensors, because they are logged, looked at, added to or given to a shadow.</summary>
    public bool NeedsTensors(ServedModel served) => log is not null || guards.Watch(served.Name) || enrichers.Know(served) || shadows.Of(served.Name) is not null;

    /// <summary>Says whether enrichers add columns that requests to a loaded version leave out.</summary>
    public bool Completes(ServedModel served) => enrichers.Know(served);

    /// <summary>Gives what a request may hold.</summary>
    public RequestColumns ColumnsOf(ServedModel served) => enrichers.RequestColumnsOf(served);

    /// <summary>Notes when a request came, and gives it an identifier when it brought none.</summary>
    public RequestStamp Stamp(string? id = null)
    {
        var now = time.GetUtcNow();
        return new(id ?? PredictionIds.Create(now), now);
    }

    public async ValueTask<Predicted> PredictAsync(
        ServedModel served, RequestStamp stamp, IReadOnlyList<Tensor> inputs, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var isShadow = origin.Variant == PredictionVariants.Shadow;
        var caller = isShadow ? PredictionVariants.Shadow : origin.Caller;
        var asked = inputs;
        using var activity = ServingMetrics.Start(served);
        var started = time.GetTimestamp();
        IReadOnlyList<Tensor> outputs;
        IReadOnlyList<InputFinding> flagged = [];
        try
        {
            if (isShadow || ignoresUnknown) inputs = enrichers.KnownOf(served, inputs); // the champion has taken all of them; a shadow that learned from fewer columns is not to be refused for that
            inputs = await enrichers.AddAsync(served, inputs, cancellationToken).ConfigureAwait(false);
            var taken = enrichers.TakenBy(served, inputs);
            if (!isShadow && guards.Watch(served.Name) && InputGuards.Fit(served, taken) is { } fitted) flagged = guards.Check(served, fitted);
            outputs = served.Model.Predict(taken);
        }
        catch (Exception e)
        {
            var failedAfter = time.GetElapsedTime(started);
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            metrics.Predicted(served, caller, e is ModelInputException ? "refused" : "failed", failedAfter);
            await LogAsync(served, stamp, Known(served, inputs), [], failedAfter, origin, e.Message, cancellationToken).ConfigureAwait(false);
            throw;
        }

        var elapsed = time.GetElapsedTime(started);
        metrics.Predicted(served, caller, "ok", elapsed);
        await LogAsync(served, stamp, inputs, outputs, elapsed, origin, null, cancellationToken).ConfigureAwait(false);
        if (origin.Variant == ModelNames.Champion) shadows.Of(served.Name)?.Offer(new(stamp, asked, outputs, origin, served.Version.Version, Activity.Current?.Context ?? default));
        return new(outputs, flagged);
    }

    /// <summary>Calls code that is bound to the model and measures; nothing is logged.</summary>
    public TOutput Predict<TInput, TOutput>(ServedModel served, Func<TInput, TOutput> predict, TInput input, string caller)
    {
        using var activity = ServingMetrics.Start(served);
        if (!metrics.IsMeasuring) return predict(input);
        var started = time.GetTimestamp();
        try
        {
            var output = predict(input);
            metrics.Predicted(served, caller, "ok", time.GetElapsedTime(started));
            return output;
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            metrics.Predicted(served, caller, e is ModelInputException ? "refused" : "failed", time.GetElapsedTime(started));
            throw;
        }
    }

    /// <summary>A refused request may hold anything; callers must not be able to add columns to the log.</summary>
    private List<Tensor> Known(ServedModel served, IReadOnlyList<Tensor> inputs)
    {
        var known = new List<Tensor>(inputs.Count);
        var columns = enrichers.RequestColumnsOf(served).Inputs;
        foreach (var tensor in inputs)
        {
            if (columns.Contains(new(tensor.Name, tensor.Type, tensor.Width)) && !known.Exists(t => t.Name == tensor.Name)) known.Add(tensor);
        }

        return known;
    }

    private ValueTask LogAsync(
        ServedModel served, RequestStamp stamp, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs,
        TimeSpan latency, RequestOrigin origin, string? error, CancellationToken cancellationToken)
    {
        if (log is null) return ValueTask.CompletedTask;
        return WriteAsync(served, new()
        {
            Id = stamp.Id,
            Model = served.Name,
            Version = served.Version.Version,
            Time = stamp.At,
            Inputs = inputs,
            Outputs = outputs,
            Latency = latency,
            Caller = origin.Caller,
            Variant = origin.Variant,
            Subject = origin.Subject,
            TraceId = origin.TraceId,
            SchemaHash = served.SchemaHash,
            Error = error,
        }, cancellationToken);
    }

    /// <summary>Logs predictions. One that cannot be logged is good all the same.</summary>
    public ValueTask WriteAsync(ServedModel served, PredictionEntry entry, CancellationToken cancellationToken)
    {
        if (log is null) return ValueTask.CompletedTask;
        served.Deployment?.Logged(entry.Time);
        try
        {
            var writing = log.WriteAsync(entry, cancellationToken);
            return writing.IsCompletedSuccessfully ? ValueTask.CompletedTask : WaitAsync(writing, served, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NotRecorded(e, served.Name);
            return ValueTask.CompletedTask;
        }
    }

    private async ValueTask WaitAsync(ValueTask writing, ServedModel served, CancellationToken cancellationToken)
    {
        try
        {
            await writing.ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NotRecorded(e, served.Name);
        }
    }
}

/// <summary>What tells a request from others.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="At">When it came.</param>
internal readonly record struct RequestStamp(string Id, DateTimeOffset At);

/// <summary>Where a request came from.</summary>
/// <param name="Caller">How it came: http, in-process.</param>
/// <param name="Variant">As what the model was asked: the alias; null for a version by its number.</param>
/// <param name="Subject">Who or what it is about; null when nobody said so.</param>
/// <param name="TraceId">Its trace; null for that of the current activity.</param>
internal readonly record struct RequestOrigin(string Caller, string? Variant, string? Subject = null, string? TraceId = null);

/// <summary>What was predicted, and what is odd about the inputs.</summary>
internal readonly record struct Predicted(IReadOnlyList<Tensor> Outputs, IReadOnlyList<InputFinding> Flagged);
