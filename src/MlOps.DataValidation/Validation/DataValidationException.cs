using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Data is not as it was expected.</summary>
/// <param name="result">What came of the validation.</param>
public sealed class DataValidationException(ValidationResult result) : MlOpsException(Words(result))
{
    private const int Shown = 5;

    /// <summary>Gets what came of the validation.</summary>
    public ValidationResult Result { get; } = result;

    private static string Words(ValidationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var failed = result.Failures.Where(f => f.Severity == Severity.Error).ToList();
        var lines = failed.Take(Shown).Select(f => $"\n- {f.Message}");
        var more = failed.Count > Shown ? $"\n- and {failed.Count - Shown} more" : string.Empty;
        return $"{failed.Count} of {result.Results.Count} expectations of '{result.Suite}' failed on {result.RowCount} rows:{string.Concat(lines)}{more}\nCorrect the data, put bad rows into quarantine, or change the suite.";
    }
}
