namespace MlOps.Core;

/// <summary>Takes what is to be recorded of a run, and never waits: the context of a stage, a buffered logger, a tracked run.</summary>
public interface IRunLog
{
    /// <summary>Logs a metric.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; NaN and infinities are allowed.</param>
    /// <param name="step">The step of a series, 0 for a single value.</param>
    void LogMetric(string name, double value, long step = 0);

    /// <summary>Logs a parameter.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    void LogParameter(string name, string value);

    /// <summary>Sets a tag. Setting it again replaces the value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    void SetTag(string name, string value);

    /// <summary>Logs a dataset that the run uses.</summary>
    /// <param name="input">The dataset and what for.</param>
    void LogInput(DatasetInput input);
}
