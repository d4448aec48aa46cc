using System.Text.RegularExpressions;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Finds everything that is wrong with definitions, as sentences that say what to do.</summary>
internal sealed partial class DefinitionChecks
{
    private static readonly HashSet<ColumnType> KeyTypes = [ColumnType.Int64, ColumnType.String, ColumnType.Date, ColumnType.Timestamp, ColumnType.Boolean];

    private readonly FeatureDefinitions _definitions;
    private readonly List<string> _errors = [];
    private readonly Dictionary<string, Entity> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FeatureView> _views = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ComputedView> _computed = new(StringComparer.Ordinal);

    private DefinitionChecks(FeatureDefinitions definitions) => _definitions = definitions;

    /// <summary>Gives a sentence or two for each error; none when all is well.</summary>
    public static IReadOnlyList<string> ErrorsOf(FeatureDefinitions definitions)
    {
        var checks = new DefinitionChecks(definitions);
        foreach (var entity in definitions.Entities) checks.Check(entity);
        foreach (var view in definitions.Views) checks.Check(view);
        foreach (var view in definitions.ComputedViews) checks.Check(view);
        foreach (var view in definitions.ComputedViews) checks.CheckInputs(view);
        foreach (var service in definitions.Services) checks.Check(service);
        return checks._errors;
    }

    private void Check(Entity entity)
    {
        var place = $"Entity '{entity.Name}'";
        CheckName("entity", entity.Name);
        if (!_entities.TryAdd(entity.Name, entity)) Add($"There are two entities '{entity.Name}'. Define it once, and name it where it is used.");
        if (entity.Keys.Count == 0) Add($"{place} has no join key. Say Key<long>(\"{entity.Name}_id\").");
        foreach (var key in entity.Keys)
        {
            CheckColumn($"{place} has a join key", key.Name);
            if (!KeyTypes.Contains(key.Type))
                Add($"{place}: join key '{key.Name}' is of type {key.Type}. Two of those that look alike need not be equal; use an integer, a text, a boolean, a date or a moment.");
        }

        foreach (var twice in TwiceOf(entity.Keys.Select(k => k.Name))) Add($"{place} has the join key '{twice}' twice.");
    }

    private void Check(FeatureView view)
    {
        var place = $"View '{view.Name}'";
        CheckName("view", view.Name);
        if (!_views.TryAdd(view.Name, view)) Add($"There are two views '{view.Name}'. Give one of the two another name.");
        CheckEntities(view, place);
        if (view.Source is null) Add($"{place} has no source.");
        if (string.IsNullOrWhiteSpace(view.EventTime)) Add($"{place} has no event time. A feature is that of the latest event at or before a row's time, so the column that holds it must be known.");
        if (view.CreatedTime is { } created && string.IsNullOrWhiteSpace(created)) Add($"{place} has a created time without a column.");
        if (view.TimeToLive is { } timeToLive) CheckTimeToLive(view, place, timeToLive);
        CheckFeatures(view, place);
    }

    private void CheckEntities(FeatureView view, string place)
    {
        if (view.Entities.Count == 0) Add($"{place} is about no entity, so its rows have no keys. Say Of(entity).");
        foreach (var entity in view.Entities)
        {
            if (!_entities.TryGetValue(entity.Name, out var known)) Add($"{place} is about entity '{entity.Name}', which nobody defines. {There(_entities.Keys)}");
            else if (!known.Keys.SequenceEqual(entity.Keys)) Add($"{place} is about an entity '{entity.Name}' with other keys than the one that is defined. Use the same one.");
        }

        foreach (var twice in TwiceOf(view.Keys.Select(k => k.Name))) Add($"{place}: two of its entities have the join key '{twice}'. Give one of the two keys another name, and say KeyFrom(\"…\", \"{twice}\").");
        foreach (var key in view.KeyColumns.Keys.Where(k => view.Keys.All(own => own.Name != k)))
            Add($"{place} takes the join key '{key}' from a column, and has no such key. {There(view.Keys.Select(k => k.Name))}");
    }

    private void CheckTimeToLive(FeatureView view, string place, TimeSpan timeToLive)
    {
        if (timeToLive < TimeSpan.Zero) Add($"{place} has a negative time to live. Zero, or none, is for ever.");
        else if (timeToLive.Ticks % TimeSpan.TicksPerMicrosecond != 0) Add($"{place} has a time to live with a part of a microsecond. Times are kept to the microsecond.");
        if (view.IsWindowed && timeToLive > TimeSpan.Zero) Add($"{place} has a time to live and windows. A window says itself how far back it reaches; leave the time to live away.");
    }

    private void CheckFeatures(FeatureView view, string place)
    {
        if (view.Features.Count == 0) Add($"{place} has no features. Say Feature(\"column\") or Aggregate(\"column\", …).");
        if (view.IsWindowed && view.Features.Any(f => f.Aggregation is null))
            Add($"{place} mixes windows with columns of the newest event: {string.Join(", ", view.Features.Where(f => f.Aggregation is null).Select(f => f.Name))}. Make two views of it, or take Last of the column.");
        if (view.IsReversal is not null && !view.IsWindowed && view.Features.Count > 0) Add($"{place} says which events are taken back and has no windows. Reversals are for windows only.");
        if (view.IsReversal is { } reversal && string.IsNullOrWhiteSpace(reversal)) Add($"{place} has a column of reversals without a name.");
        if (view.SkipsNulls && view.IsWindowed) Add($"{place} skips nulls and has windows. A window passes over missing values anyway; leave it away.");
        foreach (var twice in TwiceOf(view.Features.Select(f => f.Name))) Add($"{place} has two features '{twice}'. Name one of the two otherwise.");
        var taken = view.Keys.Select(k => k.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var feature in view.Features)
        {
            CheckColumn($"{place} has a feature", feature.Name);
            if (taken.Contains(feature.Name)) Add($"{place}: feature '{feature.Name}' is named as a join key. Name it otherwise.");
            if (feature.Name == view.EventTime) Add($"{place}: feature '{feature.Name}' is named as the event time. Name it otherwise.");
            if (string.IsNullOrEmpty(feature.Column) && feature.Aggregation is not { Kind: AggregationKind.Count })
                Add($"{place}: feature '{feature.Name}' is made of no column. Only Count needs none.");
            if (feature.Aggregation is { } aggregation) Check(aggregation, feature.Type, $"{place}, feature '{feature.Name}'");
        }
    }

    private void Check(Aggregation aggregation, ColumnType type, string place)
    {
        if (!Enum.IsDefined(aggregation.Kind))
        {
            Add($"{place}: {aggregation.Kind} is no kind of aggregation.");
            return;
        }

        if (aggregation.Hop <= TimeSpan.Zero) Add($"{place}: the hop is not positive.");
        else if (aggregation.Hop.Ticks % TimeSpan.TicksPerMicrosecond != 0) Add($"{place}: the hop has a part of a microsecond.");
        if (aggregation.Window is { } window)
        {
            if (window <= TimeSpan.Zero) Add($"{place}: the window is not positive.");
            else if (window.Ticks % TimeSpan.TicksPerMicrosecond != 0) Add($"{place}: the window has a part of a microsecond.");
            else if (window < aggregation.Hop) Add($"{place}: the window ({window:c}) is shorter than its hop ({aggregation.Hop:c}). Set a shorter hop, as Hop(\"10s\"), or take a longer window.");
        }

        if (aggregation.Kind is AggregationKind.LastK or AggregationKind.TopK && aggregation.K is < 1 or > AggregationTypes.MaxK) Add($"{place}: the place {aggregation.K} is not between 1 and {AggregationTypes.MaxK}.");
        if (aggregation.Kind is AggregationKind.Quantile && aggregation.Quantile is not (>= 0 and <= 1)) Add($"{place}: {aggregation.Quantile} is no quantile. It lies between 0 and 1: 0.9 is what nine of ten values do not exceed.");
        if (AggregationTypes.ResultOf(aggregation.Kind, null) is { } result)
        {
            if (type != result) Add($"{place}: {aggregation.Kind} gives {result}, and the feature is said to be of type {type}.");
        }
        else if (!AggregationTypes.Gives(aggregation.Kind, type))
        {
            Add($"{place}: {aggregation.Kind} cannot give a value of type {type}. {AggregationTypes.Advice(aggregation.Kind)}");
        }
    }

    private void Check(ComputedView view)
    {
        var place = $"Computed view '{view.Name}'";
        CheckName("computed view", view.Name);
        if (_views.ContainsKey(view.Name) || !_computed.TryAdd(view.Name, view)) Add($"There are two views '{view.Name}'. Give one of the two another name.");
        if (view.Features.Count == 0) Add($"{place} has no features. Say Feature<double>(\"name\", inputs => …).");
        if (view.Inputs.Count == 0 && view.Request.Count == 0) Add($"{place} reads nothing. Say which features it Reads, or which columns of the Request.");
        if (view.CodeVersion < 1) Add($"{place} has the code version {view.CodeVersion}. Versions count from 1.");
        foreach (var twice in TwiceOf(view.Features.Select(f => f.Name))) Add($"{place} has two features '{twice}'. Name one of the two otherwise.");
        foreach (var twice in TwiceOf(view.Request.Select(r => r.Name))) Add($"{place} reads the column '{twice}' of the request twice.");
        foreach (var column in view.Request) CheckColumn($"{place} reads a column of the request", column.Name);
        foreach (var feature in view.Features)
        {
            CheckColumn($"{place} has a feature", feature.Name);
            if (feature.Compute is null) Add($"{place}: feature '{feature.Name}' has no function.");
        }
    }

    private void CheckInputs(ComputedView view)
    {
        var place = $"Computed view '{view.Name}'";
        foreach (var input in view.Inputs) CheckReference(place, "reads", input);
        foreach (var both in view.Request.Select(r => r.Name).Intersect(view.Inputs.Select(i => i.Name)))
            Add($"{place} has two inputs named '{both}', a feature and a column of the request. Name the column otherwise.");
        if (DependsOnItself(view.Name)) Add($"{place} depends on itself. Break the circle.");
    }

    private bool DependsOnItself(string name)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>([name]);
        while (waiting.TryPop(out var here))
        {
            if (!_computed.TryGetValue(here, out var view)) continue;
            foreach (var input in view.Inputs)
            {
                if (input.View == name) return true;
                if (seen.Add(input.View)) waiting.Push(input.View);
            }
        }

        return false;
    }

    private void Check(FeatureService service)
    {
        var place = $"Feature service '{service.Name}@{service.Version}'";
        CheckName("feature service", service.Name);
        if (service.Version < 1) Add($"{place}: versions count from 1.");
        if (_definitions.Services.Count(s => s.Name == service.Name && s.Version == service.Version) > 1) Add($"There are two services '{service.Name}@{service.Version}'. Give one of the two another version.");
        if (service.Features.Count == 0) Add($"{place} lists no features. Say Add(view), or Add(\"view:feature\").");
        foreach (var reference in service.Features)
        {
            CheckReference(place, "lists", reference);
            CheckColumn($"{place} calls a feature", reference.Name);
        }

        foreach (var twice in TwiceOf(service.Features.Select(f => f.Name)))
            Add($"{place}: two features would both be called '{twice}'. Give the features of one view a Prefix, or call one of the two otherwise with Named.");
    }

    private void CheckReference(string place, string does, FeatureReference reference)
    {
        IEnumerable<string> keys;
        if (_views.TryGetValue(reference.View, out var view))
        {
            if (view.Features.All(f => f.Name != reference.Feature)) Add($"{place} {does} '{reference}', and view '{reference.View}' has no such feature. {There(view.Features.Select(f => f.Name))}");
            keys = view.Keys.Select(k => k.Name);
        }
        else if (_computed.TryGetValue(reference.View, out var computed))
        {
            if (computed.Features.All(f => f.Name != reference.Feature)) Add($"{place} {does} '{reference}', and computed view '{reference.View}' has no such feature. {There(computed.Features.Select(f => f.Name))}");
            keys = KeysOf(computed, []);
        }
        else
        {
            Add($"{place} {does} '{reference}', and nobody defines a view '{reference.View}'. {There(_views.Keys.Concat(_computed.Keys))}");
            return;
        }

        foreach (var key in reference.KeyColumns.Keys.Except(keys)) Add($"{place} takes the join key '{key}' of view '{reference.View}' from another column, and the view has no such key. {There(keys)}");
    }

    private HashSet<string> KeysOf(ComputedView view, HashSet<string> seen)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        if (!seen.Add(view.Name)) return keys;
        foreach (var input in view.Inputs)
        {
            if (_views.TryGetValue(input.View, out var read)) keys.UnionWith(read.Keys.Select(k => k.Name));
            else if (_computed.TryGetValue(input.View, out var computed)) keys.UnionWith(KeysOf(computed, seen));
        }

        return keys;
    }

    private void CheckName(string kind, string name)
    {
        if (name is null || !Name().IsMatch(name)) Add($"'{name}' is no name for a{(kind == "entity" ? "n" : string.Empty)} {kind}. Use letters, digits, dots, dashes and underscores, at most 100, a letter first.");
    }

    private void CheckColumn(string what, string name)
    {
        if (string.IsNullOrWhiteSpace(name)) Add($"{what} without a name.");
        else if (name.Length > 200 || name.Contains(':', StringComparison.Ordinal) || name.StartsWith("__", StringComparison.Ordinal) || name.Any(char.IsControl))
            Add($"{what} '{name}'. A name has at most 200 characters, no colon, and does not begin with two underscores.");
    }

    private void Add(string error) => _errors.Add(error);

    private static IEnumerable<string> TwiceOf(IEnumerable<string> names) => names.GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key);

    private static string There(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? $"There is: {list}." : "There is none.";

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex Name();
}
