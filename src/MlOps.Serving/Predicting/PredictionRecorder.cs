using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Predicts, measures and logs: what happens to every request however it came.</summary>
internal sealed class PredictionRecorder(TimeProvider time, ServingMetrics metrics, ILogger<PredictionRecorder> logger, IPredictionLog? log)
{
    /// <summary>Gets whether predictions are logged.</summary>
    public bool IsLogging => log is not null;

    /// <summary>Makes an identifier for a request that brought none. Later ones sort after earlier ones.</summary>
    public string NewId() => PredictionIds.Create(time.GetUtcNow());

    public async ValueTask<IReadOnlyList<Tensor>> PredictAsync(
        ServedModel served, string id, IReadOnlyList<Tensor> inputs, string caller, CancellationToken cancellationToken)
    {
        using var activity = ServingMetrics.Start(served);
        var at = time.GetUtcNow();
        var started = time.GetTimestamp();
        IReadOnlyList<Tensor> outputs;
        try
        {
            outputs = served.Model.Predict(inputs);
        }
        catch (Exception e)
        {
            var failedAfter = time.GetElapsedTime(started);
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            metrics.Predicted(served, caller, e is ModelInputException ? "refused" : "failed", failedAfter);
            await LogAsync(served, id, at, Known(served, inputs), [], failedAfter, caller, e.Message, cancellationToken).ConfigureAwait(false);
            throw;
        }

        var elapsed = time.GetElapsedTime(started);
        metrics.Predicted(served, caller, "ok", elapsed);
        await LogAsync(served, id, at, inputs, outputs, elapsed, caller, null, cancellationToken).ConfigureAwait(false);
        return outputs;
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
    private static List<Tensor> Known(ServedModel served, IReadOnlyList<Tensor> inputs)
    {
        var known = new List<Tensor>(inputs.Count);
        var schema = served.Version.Bundle.Manifest.Signature.InputSchema;
        foreach (var tensor in inputs)
        {
            if (tensor.Width == 1 && schema.Contains(tensor.Name) && ModelSignature.TypeOf(schema[tensor.Name].Type) == tensor.Type && !known.Exists(t => t.Name == tensor.Name))
                known.Add(tensor);
        }

        return known;
    }

    private async ValueTask LogAsync(
        ServedModel served, string id, DateTimeOffset at, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs,
        TimeSpan latency, string caller, string? error, CancellationToken cancellationToken)
    {
        if (log is null) return;
        var entry = new PredictionEntry
        {
            Id = id,
            Model = served.Name,
            Version = served.Version.Version,
            Time = at,
            Inputs = inputs,
            Outputs = outputs,
            Latency = latency,
            Caller = caller,
            Error = error,
        };
        try
        {
            await log.WriteAsync(entry, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NotRecorded(e, served.Name); // the prediction itself is good
        }
    }
}
