using Apache.Arrow;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>What a trained chain needs and gives, found by asking it.</summary>
/// <param name="Inputs">The columns that it must be shown, in the order of the view; the label is among them when the chain insists on it.</param>
/// <param name="Features">The columns that its outputs depend on.</param>
/// <param name="Outputs">What comes out.</param>
internal sealed record ModelShape(DataViewSchema Inputs, IReadOnlyList<string> Features, IReadOnlyList<TensorSpec> Outputs)
{
    /// <summary>Asks a chain.</summary>
    /// <param name="model">The chain.</param>
    /// <param name="schema">What it was trained on.</param>
    /// <param name="task">The task.</param>
    /// <param name="label">The label.</param>
    /// <exception cref="TrainingException">The chain has no outputs of its task, drops rows, or needs the label to predict it.</exception>
    public static ModelShape Of(ITransformer model, DataViewSchema schema, LearningTask task, string label)
    {
        if (!model.IsRowToRowMapper) throw new TrainingException("The chain drops or adds rows, so it cannot answer a request. Filter rows in a stage before.");
        var outputSchema = model.GetOutputSchema(schema);
        var outputs = OutputsOf(outputSchema, task);
        var depends = model.GetRowToRowMapper(schema).GetDependencies(outputs.Select(o => outputSchema[o.Name])).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        if (depends.Contains(label))
            throw new TrainingException($"The model needs '{label}', its own label, to predict it: it stands among the features. Take it out of the chain.");
        var features = schema.Where(c => depends.Contains(c.Name)).Select(c => c.Name).ToList();
        var inputs = Project(schema, depends);
        if (Accepts(model, inputs)) return new(inputs, features, outputs);

        // A part of the chain names a column that no output depends on, as the mapping of the label to a key does.
        var kept = schema.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var column in schema.Where(c => !depends.Contains(c.Name)))
        {
            kept.Remove(column.Name);
            if (!Accepts(model, Project(schema, kept))) kept.Add(column.Name);
        }

        return new(Project(schema, kept), features, outputs);
    }

    /// <summary>Finds the raw columns that a preparation needs to make prepared ones.</summary>
    /// <param name="raw">The raw columns.</param>
    /// <param name="preparation">The preparation.</param>
    /// <param name="wanted">The prepared columns that are needed.</param>
    /// <param name="sample">Some raw rows.</param>
    /// <returns>The columns, in their order.</returns>
    public static DatasetSchema RawColumns(DatasetSchema raw, Preparation preparation, DatasetSchema wanted, RecordBatch sample)
    {
        if (preparation.IsEmpty) return new(raw.Where(c => wanted.Contains(c.Name)));
        var expected = preparation.Apply(sample);
        var kept = raw.ToList();
        foreach (var column in raw)
        {
            var fewer = new DatasetSchema(kept.Where(c => c != column));
            if (Makes(fewer)) kept.Remove(column);
        }

        return new(kept);

        // A step that cannot do without the column says so by throwing.
        bool Makes(DatasetSchema columns)
        {
            try
            {
                var made = preparation.GetOutputSchema(columns);
                if (!wanted.All(c => made.Contains(c.Name) && made[c.Name].Type == c.Type)) return false;
                var rows = preparation.Apply(Project(sample, columns));
                return wanted.All(c => Equal(rows.Column(c.Name), expected.Column(c.Name)));
            }
            catch (Exception e) when (e is DataException or ArgumentException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or NullReferenceException)
            {
                return false;
            }
        }
    }

    private static RecordBatch Project(RecordBatch batch, DatasetSchema columns) =>
        new(new Schema(columns.Select(c => batch.Schema.GetFieldByName(c.Name)), null), columns.Select(c => batch.Column(c.Name)), batch.Length);

    private static bool Equal(IArrowArray first, IArrowArray second)
    {
        for (var i = 0; i < first.Length; i++)
        {
            if (first.IsNull(i) != second.IsNull(i) || !Equals(Value(first, i), Value(second, i))) return false;
        }

        return first.Length == second.Length;
    }

    private static object? Value(IArrowArray array, int i) => array switch
    {
        BooleanArray a => a.GetValue(i),
        Int64Array a => a.GetValue(i),
        DoubleArray a => a.GetValue(i),
        Decimal128Array a => a.GetSqlDecimal(i),
        StringArray a => a.GetString(i),
        Date32Array a => a.GetValue(i),
        TimestampArray a => a.GetValue(i),
        BinaryArray a => a.IsNull(i) ? null : Convert.ToHexString(a.GetBytes(i)),
        _ => null,
    };

    private static bool Accepts(ITransformer model, DataViewSchema schema)
    {
        try
        {
            model.GetOutputSchema(schema);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static DataViewSchema Project(DataViewSchema schema, HashSet<string> columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in schema.Where(c => columns.Contains(c.Name))) builder.AddColumn(column.Name, column.Type);
        return builder.ToSchema();
    }

    private static List<TensorSpec> OutputsOf(DataViewSchema schema, LearningTask task)
    {
        var outputs = new List<TensorSpec>();
        if (task != LearningTask.Regression) outputs.Add(Output("PredictedLabel"));
        if (task == LearningTask.BinaryClassification && schema.GetColumnOrNull("Probability") is not null) outputs.Add(Output("Probability"));
        outputs.Add(Output("Score"));
        return outputs;

        TensorSpec Output(string name)
        {
            var type = schema.GetColumnOrNull(name)?.Type
                ?? throw new TrainingException($"The chain has no output '{name}', as a {task.ToText()} must. End it with a trainer of that task, and keep ML.NET's names.");
            var element = type is VectorDataViewType vector ? vector.ItemType : type;
            var width = type is VectorDataViewType { IsKnownSize: true } sized ? sized.Size : 1;
            TensorType? tensor = element switch
            {
                BooleanDataViewType => TensorType.Bool,
                TextDataViewType => TensorType.String,
                _ when element == NumberDataViewType.Single => TensorType.Float32,
                _ when element == NumberDataViewType.Double => TensorType.Float64,
                _ when element == NumberDataViewType.Int64 => TensorType.Int64,
                _ => null,
            };
            var fits = name == "PredictedLabel" ? width == 1 && (task != LearningTask.BinaryClassification || tensor == TensorType.Bool) : tensor == TensorType.Float32;
            if (tensor is null || !fits || (width > 1 && task != LearningTask.MulticlassClassification))
                throw new TrainingException($"The chain's output '{name}' is {type}, which a {task.ToText()} does not give. End it with a trainer of that task.");
            return new(name, tensor.Value, width);
        }
    }
}
