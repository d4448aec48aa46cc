using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Brings the input columns that callers leave out and enrichers of the host know.</summary>
internal sealed class InputEnrichers(IEnumerable<IModelInputEnricher> enrichers)
{
    private readonly IModelInputEnricher[] _enrichers = [.. enrichers];

    /// <summary>Says whether requests to a loaded version are added to.</summary>
    public bool Know(ServedModel served) => _enrichers.Length > 0 && ColumnsOf(served).Length > 0;

    /// <summary>Adds what a request leaves out, or gives as missing in every row. What the caller gives is kept.</summary>
    public ValueTask<IReadOnlyList<Tensor>> AddAsync(ServedModel served, IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken) =>
        inputs.Count > 0 && Know(served) ? FindAsync(served, inputs, keepsMissing: false, cancellationToken) : new(inputs);

    /// <summary>Adds the columns that rows of a dataset do not have. What they have stays as it is, also where it is missing, so that it does not matter which rows come together.</summary>
    public ValueTask<IReadOnlyList<Tensor>> AddLackingAsync(ServedModel served, IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken) => FindAsync(served, inputs, keepsMissing: true, cancellationToken);

    /// <summary>Gives the columns by which enrichers find others and which the model itself does not take. A request may hold them.</summary>
    public IReadOnlyList<Column> KeysOf(ServedModel served) => (Know(served) ? served.Keys ??= FindKeys(served) : RequestKeys.None).Columns;

    /// <summary>Gives what a request may hold: what the model takes, and what enrichers find others by.</summary>
    public RequestColumns RequestColumnsOf(ServedModel served) => new(
        [.. served.Model.Manifest.Signature.GetInputs(), .. KeysOf(served).Select(k => new TensorSpec(k.Name, ModelSignature.TypeOf(k.Type)))],
        Know(served) ? [.. ColumnsOf(served).SelectMany(e => e.Columns)] : []);

    /// <summary>Gives the inputs of a request that the model takes or that others are found by.</summary>
    public IReadOnlyList<Tensor> KnownOf(ServedModel served, IReadOnlyList<Tensor> inputs)
    {
        var (schema, keys) = (served.Model.Manifest.Signature.InputSchema, KeysOf(served));
        return inputs.All(IsKnown) ? inputs : [.. inputs.Where(IsKnown)];

        bool IsKnown(Tensor input) => input is null || schema.Contains(input.Name) || keys.Any(k => k.Name == input.Name); // what is null is refused later
    }

    /// <summary>Gives what the model takes of a request: all but the columns by which enrichers find others.</summary>
    /// <exception cref="ModelInputException">Such a column stands twice in the request, or has another type, width or number of rows.</exception>
    public IReadOnlyList<Tensor> TakenBy(ServedModel served, IReadOnlyList<Tensor> inputs)
    {
        if (KeysOf(served).Count == 0) return inputs;
        var keys = served.Keys!;
        List<Tensor> given = [], taken = [];
        foreach (var input in inputs) (input is not null && keys.Columns.Contains(input.Name) ? given : taken).Add(input!);
        if (given.Count == 0) return inputs;
        var rows = keys.Check.Arrange(given, new Tensor?[keys.Columns.Count]);
        if (taken.Count > 0 && taken[0] is { } first && first.Rows != rows)
            throw new ModelInputException($"Input '{given[0].Name}' has {rows} rows, but '{first.Name}' has {first.Rows}.", given[0].Name);
        return taken;
    }

    private async ValueTask<IReadOnlyList<Tensor>> FindAsync(ServedModel served, IReadOnlyList<Tensor> inputs, bool keepsMissing, CancellationToken cancellationToken)
    {
        List<Tensor>? all = null;
        foreach (var (enricher, columns) in ColumnsOf(served))
        {
            var wanted = columns.Where(c => !inputs.Any(t => t is not null && t.Name == c && (keepsMissing || !IsMissing(t)))).ToList();
            if (wanted.Count == 0) continue;
            var found = await enricher.FindAsync(served.Model.Manifest, wanted, inputs, cancellationToken).ConfigureAwait(false);
            all ??= [.. inputs];
            all.RemoveAll(t => t is not null && wanted.Contains(t.Name));
            all.AddRange(found);
        }

        return all ?? inputs;
    }

    private Enrichment[] ColumnsOf(ServedModel served) =>
        served.Enrichments ??= [.. _enrichers.Select(e => new Enrichment(e, e.ColumnsOf(served.Model.Manifest))).Where(e => e.Columns.Count > 0)];

    private RequestKeys FindKeys(ServedModel served)
    {
        var manifest = served.Model.Manifest;
        return new(new([.. ColumnsOf(served).SelectMany(e => e.Enricher.KeysOf(manifest)).Where(k => !manifest.Signature.InputSchema.Contains(k.Name)).DistinctBy(k => k.Name, StringComparer.Ordinal)]));
    }

    private static bool IsMissing(Tensor tensor)
    {
        for (var i = 0; i < tensor.Rows * tensor.Width; i++)
        {
            if (!tensor.IsMissing(i)) return false;
        }

        return tensor.Rows > 0;
    }
}

/// <summary>What an enricher knows for a loaded version.</summary>
internal sealed record Enrichment(IModelInputEnricher Enricher, IReadOnlyList<string> Columns);

/// <summary>What a request may hold.</summary>
/// <param name="Inputs">What it may hold, the model's own inputs first.</param>
/// <param name="Optional">Those of them that enrichers bring when they are left out.</param>
internal sealed record RequestColumns(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<string> Optional);

/// <summary>The columns of requests by which enrichers find others, and which a loaded version does not take itself.</summary>
internal sealed record RequestKeys(DatasetSchema Columns)
{
    public static readonly RequestKeys None = new(new DatasetSchema([]));

    /// <summary>Gets what such columns of a request are held to. Each may be left out.</summary>
    public InputCheck Check { get; } = new(Columns, new HashSet<string>());
}
