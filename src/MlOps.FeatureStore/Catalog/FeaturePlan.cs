using System.Globalization;
using System.Text;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>How the definitions of a host differ from those of the catalog. <see cref="ToString"/> says it for people.</summary>
public sealed class FeaturePlan
{
    internal FeaturePlan(IReadOnlyList<FeatureChange> changes, IReadOnlyList<FeatureChange> missing, IReadOnlyList<string> errors) => (Changes, Missing, Errors) = (changes, missing, errors);

    /// <summary>Gets what is new or different here.</summary>
    public IReadOnlyList<FeatureChange> Changes { get; }

    /// <summary>Gets what the catalog has and this host does not define: it was removed, or another host defines it.</summary>
    public IReadOnlyList<FeatureChange> Missing { get; }

    /// <summary>Gets why the plan cannot be applied: a version of a feature service that was applied has other features now.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>Gets whether everything that is defined here stands in the catalog as it is.</summary>
    public bool IsApplied => Changes.Count == 0;

    /// <summary>Gets whether values of features that are in use change, and not only words about them.</summary>
    public bool AltersValues => Changes.Any(c => c.AltersValues);

    /// <summary>Gives the plan, a line for each difference.</summary>
    /// <returns>The text: + is added, ~ is changed, ? is not defined here, ! cannot be applied.</returns>
    public override string ToString()
    {
        if (Changes.Count == 0 && Missing.Count == 0) return "Nothing differs.";
        var text = new StringBuilder();
        foreach (var change in Changes.Concat(Missing)) text.Append(change).Append('\n');
        foreach (var error in Errors) text.Append("! ").Append(error).Append('\n');
        return text.ToString().TrimEnd('\n');
    }
}

/// <summary>What is to become of a definition.</summary>
public enum FeatureChangeKind
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It says something else.</summary>
    Changed,

    /// <summary>This host does not define it.</summary>
    Removed,
}

/// <summary>How one definition differs.</summary>
/// <param name="Change">What is to become of it.</param>
/// <param name="Kind">One of <see cref="FeatureKinds"/>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version that it gets when the plan is applied.</param>
/// <param name="Properties">What differs, property by property; none for one that is added or removed.</param>
public sealed record FeatureChange(FeatureChangeKind Change, string Kind, string Name, int Version, IReadOnlyList<FeaturePropertyChange> Properties)
{
    /// <summary>Gets whether values change of features that the catalog knows. What is added changes none.</summary>
    public bool AltersValues => Properties.Any(p => p.AltersValues);

    internal string Digest { get; init; } = string.Empty;

    internal string Json { get; init; } = string.Empty;

    /// <inheritdoc/>
    public override string ToString()
    {
        var what = Change switch
        {
            FeatureChangeKind.Added => string.Create(CultureInfo.InvariantCulture, $"+ {Kind} {Name}"),
            FeatureChangeKind.Changed => string.Create(CultureInfo.InvariantCulture, $"~ {Kind} {Name}, version {Version}: {(AltersValues ? "values change" : "words only")}"),
            _ => $"? {Kind} {Name} is in the catalog, and not defined here",
        };
        return string.Join('\n', Properties.Select(p => "    " + p).Prepend(what));
    }
}

/// <summary>How one property of a definition differs.</summary>
/// <param name="Path">Where, as features.delay_mean_1h.aggregation.hop.</param>
/// <param name="Before">What the catalog has, as JSON; null when it has nothing there.</param>
/// <param name="After">What is defined here, as JSON; null when there is nothing.</param>
/// <param name="AltersValues">Whether it matters for values: a description, an owner, a tag and whether a view is online do not, nor does a feature that is added.</param>
public sealed record FeaturePropertyChange(string Path, string? Before, string? After, bool AltersValues)
{
    /// <inheritdoc/>
    public override string ToString() => (Before, After) switch
    {
        (null, _) => $"+ {Path}: {After}",
        (_, null) => $"- {Path}: {Before}",
        _ => $"~ {Path}: {Before} -> {After}",
    };
}
