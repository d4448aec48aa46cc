namespace MlOps.DataValidation;

/// <summary>Checks the number of rows of a dataset.</summary>
internal static class RowChecks
{
    public static Findings Check(RowLimits limits, DatasetFacts facts, Controls controls)
    {
        var found = new Findings(null);
        if (facts.Rows < limits.Min) found.Add(AnomalyKind.TooFewRows, facts.Rows, limits.Min, $"The dataset has {facts.Rows} rows, fewer than {limits.Min}.", c => c);
        if (facts.Rows > limits.Max) found.Add(AnomalyKind.TooManyRows, facts.Rows, limits.Max, $"The dataset has {facts.Rows} rows, more than {limits.Max}.", c => c);
        Compare(limits.Drift, controls.Previous, "previous span");
        Compare(limits.Version, controls.PreviousVersion, "previous version");
        return found;

        void Compare(NumericRange? ratio, DatasetFacts? control, string name)
        {
            if (ratio is null || control is null) return;
            if (control.Rows == 0)
            {
                if (ratio.Max is not null && facts.Rows > 0) found.Add(AnomalyKind.RowsGrew, facts.Rows, 0, $"The dataset has {facts.Rows} rows, the {name} has none.", c => c);
                return;
            }

            var seen = (double)facts.Rows / control.Rows;
            if (seen < ratio.Min) found.Add(AnomalyKind.RowsFell, seen, ratio.Min, $"The dataset has {facts.Rows} rows, {Findings.Text(seen)} times those of the {name}; at least {Findings.Text(ratio.Min)} are expected.", c => c);
            if (seen > ratio.Max) found.Add(AnomalyKind.RowsGrew, seen, ratio.Max, $"The dataset has {facts.Rows} rows, {Findings.Text(seen)} times those of the {name}; at most {Findings.Text(ratio.Max)} are expected.", c => c);
        }
    }

    /// <summary>Gives the limits that allow a number of rows.</summary>
    public static RowLimits Relax(RowLimits limits, DatasetFacts facts, Controls controls) => limits with
    {
        Min = limits.Min is { } min ? Math.Min(min, facts.Rows) : null,
        Max = limits.Max is { } max ? Math.Max(max, facts.Rows) : null,
        Drift = Relax(limits.Drift, facts, controls.Previous),
        Version = Relax(limits.Version, facts, controls.PreviousVersion),
    };

    private static NumericRange? Relax(NumericRange? ratio, DatasetFacts facts, DatasetFacts? control)
    {
        if (ratio is null || control is null) return ratio;
        if (control.Rows == 0) return ratio with { Max = null };
        var seen = (double)facts.Rows / control.Rows;
        return new(ratio.Min is { } min ? Math.Min(min, seen) : null, ratio.Max is { } max ? Math.Max(max, seen) : null);
    }
}
