using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Features have other values than a test expects.</summary>
public sealed class FeatureTestException : MlOpsException
{
    private const int Shown = 10;

    /// <summary>Creates the exception.</summary>
    /// <param name="differences">A line for each value that differs.</param>
    public FeatureTestException(IReadOnlyList<string> differences)
        : base(TextOf(differences)) => Differences = differences;

    /// <summary>Gets a line for each value that differs.</summary>
    public IReadOnlyList<string> Differences { get; }

    private static string TextOf(IReadOnlyList<string> differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        var more = differences.Count > Shown ? $"\n… and {differences.Count - Shown} more." : string.Empty;
        return $"{differences.Count} values are not as expected:\n{string.Join('\n', differences.Take(Shown))}{more}";
    }
}
