namespace MlOps.Statistics;

/// <summary>A detector of errors: it takes 1 for a wrong prediction and 0 for a right one.</summary>
public abstract class ErrorDetector : ChangeDetector
{
    private protected ErrorDetector()
    {
    }

    private protected override void Check(double value)
    {
        if (value is not (0 or 1)) throw new ArgumentOutOfRangeException(nameof(value), value, $"{Name} takes 1 for an error and 0 for none.");
    }
}
