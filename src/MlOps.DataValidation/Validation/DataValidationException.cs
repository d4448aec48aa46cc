using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Data is not as it was expected.</summary>
/// <param name="result">What came of the validation.</param>
/// <param name="history">How the metrics of the data fit their history; null when they were not compared.</param>
public sealed class DataValidationException(ValidationResult result, HistoryReport? history = null) : MlOpsException(Words(result, history))
{
    private const int Shown = 5;

    /// <summary>Gets what came of the validation.</summary>
    public ValidationResult Result { get; } = result;

    /// <summary>Gets how the metrics of the data fit their history; null when they were not compared.</summary>
    public HistoryReport? History { get; } = history;

    private static string Words(ValidationResult result, HistoryReport? history)
    {
        ArgumentNullException.ThrowIfNull(result);
        string[] parts = [.. history is null || !result.Success ? [OfRows(result)] : Array.Empty<string>(), .. history is { HasAnomalies: true } ? [OfHistory(history)] : Array.Empty<string>()];
        return string.Join('\n', parts);
    }

    private static string OfHistory(HistoryReport history)
    {
        var anomalies = history.Anomalies.ToList();
        var more = anomalies.Count > Shown ? $"\n- and {anomalies.Count - Shown} more" : string.Empty;
        return $"The data does not fit the history of '{history.Dataset}':{string.Concat(anomalies.Take(Shown).Select(f => $"\n- {f.Sentence}"))}{more}\nCorrect the data, or change the rules.";
    }

    private static string OfRows(ValidationResult result)
    {
        var failed = result.Failures.Where(f => f.Severity == Severity.Error).ToList();
        var lines = failed.Take(Shown).Select(f => $"\n- {f.Message}");
        var more = failed.Count > Shown ? $"\n- and {failed.Count - Shown} more" : string.Empty;
        return $"{failed.Count} of {result.Results.Count} expectations of '{result.Suite}' failed on {result.RowCount} rows:{string.Concat(lines)}{more}\nCorrect the data, put bad rows into quarantine, or change the suite.";
    }
}
