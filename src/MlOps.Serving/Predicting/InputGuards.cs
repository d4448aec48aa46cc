using System.Globalization;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>The guards of the host, by model.</summary>
internal sealed class InputGuards(IEnumerable<IModelInputGuard> guards, ServingMetrics metrics)
{
    private const int Named = 5;
    private readonly Dictionary<string, IModelInputGuard[]> _guards = guards.GroupBy(g => g.Model, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);

    /// <summary>Says whether requests to a model are looked at.</summary>
    public bool Watch(string model) => _guards.ContainsKey(model);

    /// <summary>Gives inputs the types that the signature of a model names, which guards look at: a model also takes integers as fractions, and fractions of 32 bits.</summary>
    /// <returns>The inputs; null when the model does not know one, or cannot take it.</returns>
    public static List<Tensor>? Fit(ServedModel served, IReadOnlyList<Tensor> inputs)
    {
        var schema = served.Model.Manifest.Signature.InputSchema;
        var fitted = new List<Tensor>(inputs.Count);
        foreach (var input in inputs)
        {
            if (input is not { Width: 1 } || !schema.Contains(input.Name) || fitted.Exists(t => t.Name == input.Name)) return null;
            var tensor = InputCheck.Fit(input, schema[input.Name]);
            if (tensor.Type != ModelSignature.TypeOf(schema[input.Name].Type)) return null;
            fitted.Add(tensor);
        }

        return fitted;
    }

    /// <summary>Looks at a request whose inputs are all known to the model; what else is wrong with a request, the model says itself.</summary>
    /// <returns>What is odd but not refused.</returns>
    /// <exception cref="ModelInputException">A guard refuses the request.</exception>
    public IReadOnlyList<InputFinding> Check(ServedModel served, IReadOnlyList<Tensor> inputs)
    {
        if (inputs.Count == 0 || !_guards.TryGetValue(served.Name, out var guards)) return [];
        for (var i = 1; i < inputs.Count; i++)
        {
            if (inputs[i].Rows != inputs[0].Rows) return [];
        }

        List<InputFinding>? flagged = null;
        foreach (var guard in guards)
        {
            var findings = guard.Check(served.Model.Manifest.Signature.InputSchema, inputs);
            if (findings.Count == 0) continue;
            if (findings.Any(f => f.IsRefused)) throw Refused([.. findings.Where(f => f.IsRefused)]);
            (flagged ??= []).AddRange(findings);
        }

        if (flagged is null) return [];
        metrics.Flagged(served, flagged.Select(f => f.Row).Distinct().Count());
        return flagged;
    }

    /// <summary>Looks at rows of a dataset, one by one, whose inputs are all known to the model.</summary>
    /// <returns>What speaks against the rows that are refused, by row.</returns>
    public Dictionary<int, List<InputFinding>> FindRefused(ServedModel served, IReadOnlyList<Tensor> inputs)
    {
        var refused = new Dictionary<int, List<InputFinding>>();
        if (inputs.Count == 0 || !_guards.TryGetValue(served.Name, out var guards)) return refused;
        var schema = served.Model.Manifest.Signature.InputSchema;
        var flagged = new HashSet<int>();
        foreach (var finding in guards.SelectMany(guard => guard.Check(schema, inputs)))
        {
            if (!finding.IsRefused) flagged.Add(finding.Row);
            else if (refused.TryGetValue(finding.Row, out var findings)) findings.Add(finding);
            else refused[finding.Row] = [finding];
        }

        flagged.ExceptWith(refused.Keys);
        if (flagged.Count > 0) metrics.Flagged(served, flagged.Count);
        return refused;
    }

    /// <summary>Says what was found, as an answer carries it.</summary>
    public static string Words(InputFinding finding) => string.Create(CultureInfo.InvariantCulture, $"Row {finding.Row}: expected that {finding.Message}.");

    private static ModelInputException Refused(List<InputFinding> findings)
    {
        var more = findings.Count > Named ? string.Create(CultureInfo.InvariantCulture, $" And {findings.Count - Named} more.") : string.Empty;
        return new($"The request is not what the model may be asked. {string.Join(' ', findings.Take(Named).Select(Words))}{more}", findings[0].Column);
    }
}
