using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.DataValidation;

/// <summary>Turns the inputs of a request into the columns that expectations look at. What the model will refuse anyway, such as a text that is no time, counts as missing here.</summary>
internal static class InputBatch
{
    /// <summary>The columns of a model as requests carry them: decimals come as fractions.</summary>
    public static Schema SchemaOf(DatasetSchema inputs) =>
        new DatasetSchema(inputs.Where(c => c.Type != ColumnType.Binary).Select(c => c.Type == ColumnType.Decimal ? new Column(c.Name, ColumnType.Float64) : c)).ToArrow();

    public static RecordBatch Of(Schema schema, DatasetSchema inputs, IReadOnlyList<Tensor> tensors)
    {
        var rows = tensors[0].Rows;
        return new(schema, schema.FieldsList.Select(field => Array(inputs[field.Name].Type, tensors.FirstOrDefault(t => t.Name == field.Name), rows)), rows);
    }

    private static IArrowArray Array(ColumnType type, Tensor? tensor, int rows)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                var booleans = new BooleanArray.Builder();
                for (var i = 0; i < rows; i++)
                {
                    if (tensor is Tensor<bool> t && !t.IsMissing(i)) booleans.Append(t.Values[i]);
                    else booleans.AppendNull();
                }

                return booleans.Build(ArrowMemory.Managed);
            case ColumnType.Int64:
                var integers = new Int64Array.Builder();
                for (var i = 0; i < rows; i++) integers.Append(tensor is Tensor<long> t && !t.IsMissing(i) ? t.Values[i] : null);
                return integers.Build(ArrowMemory.Managed);
            case ColumnType.Float64 or ColumnType.Decimal:
                var fractions = new DoubleArray.Builder();
                for (var i = 0; i < rows; i++) fractions.Append(Number(tensor, i));
                return fractions.Build(ArrowMemory.Managed);
            case ColumnType.Timestamp:
                var times = new TimestampArray.Builder((Apache.Arrow.Types.TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp));
                for (var i = 0; i < rows; i++)
                {
                    if (Text(tensor, i) is { } text && IsoTime.TryParseMoment(text, out var moment)) times.Append(DateTimeOffset.UnixEpoch.AddTicks(moment * TimeSpan.TicksPerMicrosecond));
                    else times.AppendNull();
                }

                return times.Build(ArrowMemory.Managed);
            case ColumnType.Date:
                var days = new Date32Array.Builder();
                for (var i = 0; i < rows; i++)
                {
                    if (Text(tensor, i) is { } text && IsoTime.TryParseDay(text, out var day)) days.Append(DateTimeOffset.UnixEpoch.AddDays(day));
                    else days.AppendNull();
                }

                return days.Build(ArrowMemory.Managed);
            default:
                var texts = new StringArray.Builder();
                for (var i = 0; i < rows; i++) texts.Append(Text(tensor, i));
                return texts.Build(ArrowMemory.Managed);
        }
    }

    private static double? Number(Tensor? tensor, int row) => tensor switch
    {
        null => null,
        _ when tensor.IsMissing(row) => null,
        Tensor<double> t => t.Values[row],
        Tensor<float> t => t.Values[row],
        _ => null,
    };

    private static string? Text(Tensor? tensor, int row) => (tensor as Tensor<string?>)?.Values[row];
}
