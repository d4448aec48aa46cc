using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.MLNet;

/// <summary>How the columns of a request become the row of a model and its row the outputs; worked out once a model, used by each of its engines.</summary>
internal sealed class EngineBlueprint
{
    private readonly IRowToRowMapper _mapper;
    private readonly DatasetSchema _columns;
    private readonly IReadOnlyList<TensorSpec> _outputs;

    /// <summary>Creates the blueprint.</summary>
    /// <param name="transformer">The model.</param>
    /// <param name="inputSchema">What the model reads.</param>
    /// <param name="columns">The columns that a request has after its preparation.</param>
    /// <param name="manifest">The manifest of the bundle.</param>
    /// <exception cref="DataException">The model and the manifest do not fit each other.</exception>
    public EngineBlueprint(ITransformer transformer, DataViewSchema inputSchema, DatasetSchema columns, BundleManifest manifest)
    {
        if (!transformer.IsRowToRowMapper)
            throw new DataException($"The model '{manifest.Model}' does not predict row by row, so it cannot answer requests. Use transforms that give one row for each row.");
        _mapper = transformer.GetRowToRowMapper(inputSchema);
        (InputSchema, _columns, _outputs) = (inputSchema, columns, manifest.Signature.Outputs);
        RequestSpecs = manifest.Signature.GetInputs();
        var outputs = _outputs.Select(Find).ToList();
        var needed = _mapper.GetDependencies(outputs).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        Sources = new int[inputSchema.Count];
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in inputSchema)
        {
            Sources[column.Index] = -1;
            if (column.IsHidden || !needed.Contains(column.Name)) continue;
            if (columns.Contains(column.Name))
            {
                if (InputSlot.Create(columns[column.Name], column.Type) is null)
                    throw Misfit(manifest, $"reads '{column.Name}' as {column.Type}, but the column is {columns[column.Name].Type}");
                Sources[column.Index] = columns.IndexOf(column.Name);
                used.Add(column.Name);
            }
            else if (column.Name != manifest.Label)
            {
                throw Misfit(manifest, $"reads '{column.Name}', which is none of its inputs: {columns}");
            }
        }

        Used = used;
    }

    /// <summary>Gets what the model reads.</summary>
    public DataViewSchema InputSchema { get; }

    /// <summary>Gets the column of a request behind each column of the model; -1 for the default of its type.</summary>
    public int[] Sources { get; }

    /// <summary>Gets the columns that an output depends on.</summary>
    public IReadOnlySet<string> Used { get; }

    /// <summary>Gets the inputs of the signature, before preparation.</summary>
    public IReadOnlyList<TensorSpec> RequestSpecs { get; }

    public InputSlot[] CreateInputs()
    {
        var slots = new InputSlot[InputSchema.Count];
        foreach (var column in InputSchema)
        {
            var source = Sources[column.Index];
            slots[column.Index] = (source < 0 ? null : InputSlot.Create(_columns[source], column.Type)) ?? InputSlot.CreateDefault(column.Type);
        }

        return slots;
    }

    public (DataViewRow Row, OutputSlot[] Outputs) CreateOutputs(InputRow row)
    {
        var columns = _outputs.Select(Find).ToArray();
        // Creating a row is not said to be thread-safe.
        lock (_mapper)
        {
            var result = _mapper.GetRow(row, columns);
            var outputs = _outputs.Select((spec, i) => OutputSlot.Create(spec, result, columns[i])
                ?? throw new DataException($"Output '{spec.Name}' of the model is {columns[i].Type}, which is not {TensorJson.DatatypeOf(spec.Type)} of {spec.Width} a row as its signature says. Train the model again."));
            return (result, [.. outputs]);
        }
    }

    private DataViewSchema.Column Find(TensorSpec output) => _mapper.OutputSchema.GetColumnOrNull(output.Name)
        ?? throw new DataException($"The model has no output '{output.Name}', which its signature names. Train the model again.");

    private static DataException Misfit(BundleManifest manifest, string what) => new($"The model '{manifest.Model}' {what}. Train the model again.");
}
