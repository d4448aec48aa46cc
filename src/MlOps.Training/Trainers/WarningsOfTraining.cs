using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace MlOps.Training;

/// <summary>Hands what ML.NET warns of to the log, each sentence once for a training: most of all that a trainer passes over rows with missing features, which costs quality and breaks nothing.</summary>
internal sealed class WarningsOfTraining(string model, ILogger logger)
{
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    public void ListenTo(MLContext ml) => ml.Log += (_, message) =>
    {
        if (message.Kind is ChannelMessageKind.Warning && _told.TryAdd(message.RawMessage, true)) logger.MLNetWarned(model, message.RawMessage);
    };
}
