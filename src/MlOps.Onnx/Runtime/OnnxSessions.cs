using Microsoft.ML.OnnxRuntime;

namespace MlOps.Onnx;

/// <summary>Opens models with ONNX Runtime, from memory alone.</summary>
internal static class OnnxSessions
{
    /// <summary>Opens a model.</summary>
    /// <param name="model">The file.</param>
    /// <param name="threads">How many threads work on one request.</param>
    /// <returns>The session, which the caller disposes.</returns>
    /// <exception cref="InvalidDataException">The file is no model, or reads other files; the message is the end of a sentence.</exception>
    public static InferenceSession Open(byte[] model, int threads)
    {
        if (ExternalData.IsUsedBy(model)) throw new InvalidDataException("it keeps tensors in other files, which are never read. Save it as one file");
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // a waiting thread burns no core
        try
        {
            return new(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"ONNX Runtime says: {e.Message}", e);
        }
    }
}
