using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.MLNet;

/// <summary>Works out what a zip that ML.NET saved takes and gives.</summary>
internal sealed class MLNetFormat : IModelFormat
{
    private static readonly ColumnType[] ColumnTypes = [ColumnType.Float64, ColumnType.Int64, ColumnType.Boolean, ColumnType.String, ColumnType.Timestamp];
    private static readonly string[] UsualOutputs = ["PredictedLabel", "Probability", "Score"];

    public string Platform => MLNetRuntime.PlatformName;

    public bool Recognizes(ReadOnlySpan<byte> file) => file.StartsWith("PK\u0003\u0004"u8);

    public BundleContent Describe(byte[] file, ModelImport import)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(import);
        var ml = new MLContext();
        using var stream = new MemoryStream(file, writable: false);
        ITransformer model;
        DataViewSchema inputs;
        try
        {
            model = ml.Model.Load(stream, out inputs);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw import.Wrong($"cannot be loaded by ML.NET: {e.Message} Reference the package of its trainer (as Microsoft.ML.FastTree) in this host.", e);
        }

        try
        {
            if (inputs is null) throw import.Wrong("was saved without the schema of its input. Save it with one.");
            if (!model.IsRowToRowMapper) throw import.Wrong("does not predict row by row, so it cannot answer requests. Save a chain of transforms that give one row for each row.");
            var (needed, outputs) = NeededFor(model, inputs, import);
            var vectors = needed.Where(c => c.Type is VectorDataViewType).ToList();
            var bytes = vectors.Count == 0 ? file : Save(ml, model, inputs, vectors, import);
            return new(import.ToManifest(Platform, ColumnsOf(needed, import), outputs), new Dictionary<string, byte[]> { [BundleFile.ModelPart] = bytes });
        }
        finally
        {
            (model as IDisposable)?.Dispose();
        }
    }

    private static (List<DataViewSchema.Column> Inputs, List<TensorSpec> Outputs) NeededFor(ITransformer model, DataViewSchema inputs, ModelImport import)
    {
        var mapper = model.GetRowToRowMapper(inputs);
        var given = mapper.OutputSchema;
        var candidates = import.Outputs.Count > 0 ? import.Outputs
            : UsualOutputs.Any(name => given.GetColumnOrNull(name) is not null) ? UsualOutputs
            : given.Where(c => !c.IsHidden && inputs.GetColumnOrNull(c.Name) is null).Select(c => c.Name);
        var found = new List<(DataViewSchema.Column Column, TensorSpec Spec)>();
        foreach (var name in candidates)
        {
            var column = given.GetColumnOrNull(name);
            if (column is null && import.Outputs.Count > 0) throw import.Wrong($"has no output '{name}'. It gives: {string.Join(", ", given.Where(c => !c.IsHidden).Select(c => c.Name))}.");
            if (column is not { } output) continue;
            if (SpecOf(output) is { } spec) found.Add((output, spec));
            else if (import.Outputs.Count > 0) throw import.Wrong($"gives '{name}' as {output.Type}, which cannot be served. Choose other outputs.");
        }

        if (found.Count == 0) throw import.Wrong($"has no output that can be served. It gives: {string.Join(", ", given.Where(c => !c.IsHidden).Select(c => $"{c.Name} ({c.Type})"))}.");
        var names = mapper.GetDependencies(found.Select(f => f.Column)).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return ([.. inputs.Where(c => !c.IsHidden && names.Contains(c.Name) && c.Name != import.Label)], [.. found.Select(f => f.Spec)]);
    }

    private static TensorSpec? SpecOf(DataViewSchema.Column column)
    {
        var item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        var width = column.Type is VectorDataViewType { IsKnownSize: true } sized ? sized.Size : 1;
        if (column.Type is VectorDataViewType { IsKnownSize: false }) return null;
        TensorType? type = item switch
        {
            _ when column.Type is VectorDataViewType && item != NumberDataViewType.Single && item != NumberDataViewType.Double => null,
            BooleanDataViewType => TensorType.Bool,
            TextDataViewType => TensorType.String,
            KeyDataViewType => HasTextKeys(column) ? TensorType.String : TensorType.Int64,
            _ when item == NumberDataViewType.Single => TensorType.Float32,
            _ when item == NumberDataViewType.Double => TensorType.Float64,
            NumberDataViewType when item != NumberDataViewType.UInt64 => TensorType.Int64,
            _ => null,
        };
        return type is { } known ? new(column.Name, known, width) : null;
    }

    private static bool HasTextKeys(DataViewSchema.Column column) => column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is VectorDataViewType { ItemType: TextDataViewType };

    private static DatasetSchema ColumnsOf(List<DataViewSchema.Column> inputs, ModelImport import)
    {
        var columns = new List<Column>();
        foreach (var input in inputs)
        {
            var type = TypeOf(ItemOf(input.Type), import, input.Name);
            if (input.Type is VectorDataViewType vector) columns.AddRange(import.ColumnsOf(input.Name, SizeOf(vector, import, input.Name)).Select(name => new Column(name, type)));
            else columns.Add(new(input.Name, type));
        }

        if (columns.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) throw import.Wrong($"would take two columns '{twice.Key}'. Give the elements of its vectors other names.");
        return new(columns);
    }

    private static DataViewType ItemOf(DataViewType type) => type is VectorDataViewType vector ? vector.ItemType : type;

    private static int SizeOf(VectorDataViewType vector, ModelImport import, string input) =>
        vector.IsKnownSize ? vector.Size : throw import.Wrong($"takes '{input}' as a vector of unknown size, which no request can carry. Train it with a vector of known size.");

    private static ColumnType TypeOf(DataViewType item, ModelImport import, string input)
    {
        foreach (var type in ColumnTypes)
        {
            if (InputSlot.Create(new(input, type), item) is not null) return type;
        }

        throw import.Wrong($"takes '{input}' as {item}, which no request can carry. Train it with numbers, texts, truth values or times.");
    }

    // A request carries columns and no vectors: they are put together in front of the model.
    private static byte[] Save(MLContext ml, ITransformer model, DataViewSchema inputs, List<DataViewSchema.Column> vectors, ModelImport import)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var input in inputs.Where(c => !c.IsHidden && vectors.TrueForAll(v => v.Name != c.Name))) builder.AddColumn(input.Name, input.Type);
        foreach (var vector in vectors)
        {
            foreach (var name in import.ColumnsOf(vector.Name, ((VectorDataViewType)vector.Type).Size)) builder.AddColumn(name, ItemOf(vector.Type));
        }

        var schema = builder.ToSchema();
        var empty = new EmptyView(schema);
        ITransformer[] chain =
        [
            .. vectors.Select(v => ml.Transforms.Concatenate(v.Name, [.. import.ColumnsOf(v.Name, ((VectorDataViewType)v.Type).Size)]).Fit(empty)),
            model,
        ];
        using var memory = new MemoryStream();
        ml.Model.Save(new TransformerChain<ITransformer>(chain), schema, memory);
        memory.Position = 0;
        return DeterministicZip.Normalize(memory);
    }
}
