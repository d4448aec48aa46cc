using Apache.Arrow;
using Apache.Arrow.Types;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>A model of ML.NET as it came out of a bundle, for judging it. Serving has its own, faster way.</summary>
/// <remarks>What the zip says of its inputs decides how columns are shown to it: the names and types of its input schema.</remarks>
internal sealed class BundleModel
{
    private readonly MLContext _ml;
    private readonly ITransformer _model;
    private readonly DataViewSchema _inputs;

    public BundleModel(MLContext ml, byte[] zip)
    {
        _ml = ml;
        _model = _ml.Model.Load(new MemoryStream(zip), out _inputs);
    }

    /// <summary>Gives how the prepared columns are shown to the model.</summary>
    public DataViewOptions ViewOptions(DatasetSchema prepared, LearningTask task, string label) => ViewOptions(prepared, task, label, Exact(_inputs));

    /// <summary>Gives how prepared columns are shown to a model that has seen some of them with their full width.</summary>
    public static DataViewOptions ViewOptions(DatasetSchema prepared, LearningTask task, string label, IEnumerable<string> exact) => new()
    {
        BooleanColumn = task == LearningTask.BinaryClassification ? label : null,
        // Class numbers are names: they are not rounded.
        ExactColumns =
        [
            .. exact.Append(label).Distinct().Where(name => prepared.Contains(name)
                && (name != label || (task == LearningTask.MulticlassClassification && prepared[name].Type == ColumnType.Int64))),
        ],
    };

    /// <summary>Judges the model on prepared rows and on slices of them. Rows that are sliced are scored once, and their scores kept in memory meanwhile.</summary>
    public Judgement Evaluate(LearningTask task, IDataView prepared, string label, IReadOnlyList<RowSlices> slices)
    {
        var scored = _model.Transform(prepared);
        if (slices.Count > 0) scored = _ml.Data.Cache(scored, [.. ModelMetrics.ColumnsOf(scored.Schema, label)]);
        var metrics = ModelMetrics.Compute(_ml, task, scored, label);
        return new(
            metrics,
            [
                .. slices.SelectMany(all => all.Slices.Select(slice =>
                    new SliceMetrics(slice.Name, slice.Rows, ModelMetrics.Compute(_ml, task, new SliceView(scored, all.Values, slice), label)))),
            ]);
    }

    /// <summary>Predicts prepared rows.</summary>
    /// <param name="prepared">The rows. The label may be missing from them.</param>
    /// <param name="options">How the columns are shown.</param>
    /// <param name="outputs">The outputs that are wanted.</param>
    /// <returns>One tensor an output.</returns>
    public IReadOnlyList<Tensor> Predict(RecordBatch prepared, DataViewOptions options, IReadOnlyList<TensorSpec> outputs)
    {
        var batch = WithInputs(prepared);
        var view = new ArrowDataView("samples", DatasetSchema.FromArrow(batch.Schema), batch.Length, (_, _) => new[] { batch }.ToAsyncEnumerable(), options);
        var scored = _model.Transform(view);
        return [.. outputs.Select(output => Read(scored, output, batch.Length))];
    }

    private static IEnumerable<string> Exact(DataViewSchema inputs) => inputs.Where(c => c.Type == NumberDataViewType.Int64 || c.Type == NumberDataViewType.Double).Select(c => c.Name);

    /// <summary>Takes the columns that the model reads, in its order; one that the rows lack, which can only be the label, has the same value in every row.</summary>
    private RecordBatch WithInputs(RecordBatch rows)
    {
        var (fields, arrays) = (new List<Field>(), new List<IArrowArray>());
        foreach (var input in _inputs.Where(c => !c.IsHidden))
        {
            var at = rows.Schema.GetFieldIndex(input.Name);
            arrays.Add(at >= 0 ? rows.Column(at) : Constant(input.Type, rows.Length));
            fields.Add(new(input.Name, arrays[^1].Data.DataType, nullable: true));
        }

        return new(new Schema(fields, null), arrays, rows.Length);
    }

    private static IArrowArray Constant(DataViewType type, int rows) => type switch
    {
        BooleanDataViewType => new BooleanArray.Builder().AppendRange(Enumerable.Repeat(false, rows)).Build(ArrowMemory.Managed),
        TextDataViewType => new StringArray.Builder().AppendRange(Enumerable.Repeat(string.Empty, rows)).Build(ArrowMemory.Managed),
        DateTimeDataViewType => new TimestampArray.Builder((TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp)).AppendRange(Enumerable.Repeat(DateTimeOffset.UnixEpoch, rows)).Build(ArrowMemory.Managed),
        _ when type == NumberDataViewType.Int64 => new Int64Array.Builder().AppendRange(Enumerable.Repeat(0L, rows)).Build(ArrowMemory.Managed),
        _ => new DoubleArray.Builder().AppendRange(Enumerable.Repeat(0.0, rows)).Build(ArrowMemory.Managed),
    };

    private static Tensor Read(IDataView scored, TensorSpec output, int rows)
    {
        var column = scored.Schema[output.Name];
        using var cursor = scored.GetRowCursor([column]);
        return output.Type switch
        {
            TensorType.Bool => Tensor.Of(output.Name, Values<bool, bool>(cursor, column, rows, v => v)),
            TensorType.Int64 => Tensor.Of(output.Name, Values<long, long>(cursor, column, rows, v => v)),
            TensorType.Float64 => Tensor.Of(output.Name, Values<double, double>(cursor, column, rows, v => v)),
            TensorType.String => Tensor.Of(output.Name, Values<ReadOnlyMemory<char>, string?>(cursor, column, rows, v => v.ToString())),
            _ when column.Type is VectorDataViewType =>
                Tensor.Of(output.Name, [.. Values<VBuffer<float>, float[]>(cursor, column, rows, v => v.DenseValues().ToArray()).SelectMany(v => v)], output.Width),
            _ => Tensor.Of(output.Name, Values<float, float>(cursor, column, rows, v => v)),
        };
    }

    private static TOut[] Values<T, TOut>(DataViewRowCursor cursor, DataViewSchema.Column column, int rows, Func<T, TOut> convert)
    {
        var values = new TOut[rows];
        var get = cursor.GetGetter<T>(column);
        var value = default(T)!;
        for (var i = 0; cursor.MoveNext(); i++)
        {
            get(ref value);
            values[i] = convert(value);
        }

        return values;
    }
}
