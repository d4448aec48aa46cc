using System.Globalization;

namespace MlOps.Core;

/// <summary>Asks the gates of a host, the same way in every registry.</summary>
public static class AliasGates
{
    /// <summary>Asks every gate and refuses the change when any of them objects.</summary>
    /// <param name="gates">The gates.</param>
    /// <param name="change">The change.</param>
    /// <param name="candidate">The version that the alias would point to; null when it would point to none.</param>
    /// <param name="registry">The registry that asks.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When all let it pass.</returns>
    /// <exception cref="GateRefusedException">At least one objects; it holds the reasons of all.</exception>
    public static async Task AskAsync(
        this IEnumerable<IAliasGate> gates, AliasChange change, ModelVersion? candidate, IModelRegistry registry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(gates);
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(registry);
        var reasons = new List<string>();
        foreach (var gate in gates) reasons.AddRange(await gate.ObjectionsAsync(change, candidate, registry, cancellationToken).ConfigureAwait(false));
        if (reasons.Count == 0) return;
        var what = change.To is { } to
            ? string.Create(CultureInfo.InvariantCulture, $"Version {to} of model '{change.Model}' does not become {change.Alias}")
            : string.Create(CultureInfo.InvariantCulture, $"Version {change.From} of model '{change.Model}' stays {change.Alias}");
        throw new GateRefusedException(what, reasons);
    }
}
