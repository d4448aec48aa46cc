using System.Globalization;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Sends the columns of a request through the fitted steps of a bundle.</summary>
/// <remarks>For those who write a runtime. Thread-safe, as the steps are.</remarks>
public sealed class PreparedInput
{
    private const double DecimalScale = 1e18;

    private readonly Preparation _preparation;
    private readonly DatasetSchema _input;
    private readonly Schema _arrow;

    /// <summary>Creates it.</summary>
    /// <param name="preparation">The steps.</param>
    /// <param name="input">The columns of a request.</param>
    /// <exception cref="DataException">A step drops rows, or the steps do not fit the columns.</exception>
    public PreparedInput(Preparation preparation, DatasetSchema input)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        ArgumentNullException.ThrowIfNull(input);
        if (preparation.Steps.FirstOrDefault(step => !step.KeepsRows) is { } dropping)
            throw new DataException($"The preparation step {dropping.GetType().Name} drops rows, so the model cannot answer every request. Train it again with that step before the split.");
        _preparation = preparation;
        _input = input;
        _arrow = input.ToArrow();
        Schema = preparation.GetOutputSchema(input);
    }

    /// <summary>Gets the columns that come out.</summary>
    public DatasetSchema Schema { get; }

    /// <summary>Says whether the steps and what the model reads of their result can do without a column.</summary>
    /// <param name="column">The column of a request.</param>
    /// <param name="needed">The prepared columns that the model reads.</param>
    /// <returns>True when they can.</returns>
    public bool CanDoWithout(string column, IEnumerable<string> needed)
    {
        ArgumentNullException.ThrowIfNull(needed);
        try
        {
            var left = _preparation.GetOutputSchema(new DatasetSchema(_input.Where(c => c.Name != column)));
            return needed.All(name => left.Contains(name) && left[name] == Schema[name]);
        }
        catch (DataException)
        {
            return false;
        }
    }

    /// <summary>Prepares rows.</summary>
    /// <param name="columns">The columns of a request, as <see cref="InputCheck"/> arranges them.</param>
    /// <param name="rows">How many rows they have.</param>
    /// <param name="wanted">For each column of <see cref="Schema"/> whether it is wanted.</param>
    /// <returns>One tensor a column, in the order of <see cref="Schema"/> and in the form that <see cref="InputCheck"/> describes; null for one that is not wanted.</returns>
    /// <exception cref="ModelInputException">A step refuses a value.</exception>
    public Tensor?[] Apply(Tensor?[] columns, int rows, ReadOnlySpan<bool> wanted)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var arrays = new IArrowArray[columns.Length];
        for (var i = 0; i < arrays.Length; i++) arrays[i] = ToArrow(columns[i], _input[i], rows);
        using var batch = new RecordBatch(_arrow, arrays, rows);
        var prepared = Prepare(batch);
        if (prepared.Length != rows || prepared.ColumnCount != Schema.Count)
            throw new DataException($"The preparation made {prepared.Length} rows of {prepared.ColumnCount} columns from {rows} rows, where {Schema.Count} columns were announced.");
        var result = new Tensor?[Schema.Count];
        for (var i = 0; i < result.Length; i++)
        {
            if (wanted[i]) result[i] = FromArrow(Schema[i].Name, prepared.Column(i), rows);
        }

        if (!ReferenceEquals(prepared, batch)) prepared.Dispose();
        return result;
    }

    // The steps took the samples of the bundle when it was loaded, so what they refuse now is a value of this request.
    private RecordBatch Prepare(RecordBatch batch)
    {
        try
        {
            return _preparation.Apply(batch);
        }
        catch (DataException e)
        {
            var place = e.Row is { } row ? string.Create(CultureInfo.InvariantCulture, $"Row {row} of the request: ") : string.Empty;
            throw new ModelInputException(place + e.Message, e.Column, e);
        }
    }

    private static IArrowArray ToArrow(Tensor? tensor, Column column, int rows)
    {
        var (validity, missing) = Validity(tensor, rows);
        switch (column.Type)
        {
            case ColumnType.Boolean:
                var bits = new byte[BytesFor(rows)];
                for (var i = 0; i < rows; i++)
                {
                    if (tensor is Tensor<bool> t && t.Values[i]) BitUtility.SetBit(bits, i);
                }

                return new BooleanArray(new ArrowBuffer(bits), validity, rows, missing, 0);
            case ColumnType.Int64:
                return new Int64Array(Buffer(Longs(tensor, rows)), validity, rows, missing, 0);
            case ColumnType.Timestamp:
                return new TimestampArray((Apache.Arrow.Types.TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp), Buffer(Longs(tensor, rows)), validity, rows, missing, 0);
            case ColumnType.Date:
                return new Date32Array(Buffer(System.Array.ConvertAll(Longs(tensor, rows), day => (int)day)), validity, rows, missing, 0);
            case ColumnType.Float64:
                return new DoubleArray(Buffer(Doubles(tensor, rows)), validity, rows, missing, 0);
            case ColumnType.Decimal:
                var scaled = System.Array.ConvertAll(Doubles(tensor, rows), value => Scaled(column.Name, value));
                var decimalData = new ArrayData(DatasetSchema.ToArrow(ColumnType.Decimal), rows, missing, 0, [validity, Buffer(scaled)]);
                return new Decimal128Array(decimalData);
            case ColumnType.String:
                var texts = new StringArray.Builder();
                for (var i = 0; i < rows; i++) texts.Append((tensor as Tensor<string?>)?.Values[i]);
                return texts.Build(ArrowMemory.Managed);
            default:
                var blobs = new BinaryArray.Builder();
                for (var i = 0; i < rows; i++)
                {
                    if ((tensor as Tensor<string?>)?.Values[i] is { } base64) blobs.Append(Bytes(column.Name, base64).AsSpan());
                    else blobs.AppendNull();
                }

                return blobs.Build(ArrowMemory.Managed);
        }
    }

    private static Tensor FromArrow(string name, IArrowArray array, int rows)
    {
        bool[]? missing = null;
        if (array.NullCount > 0)
        {
            missing = new bool[rows];
            for (var i = 0; i < rows; i++) missing[i] = array.IsNull(i);
        }

        switch (array)
        {
            case BooleanArray booleans:
                var truths = new bool[rows];
                for (var i = 0; i < rows; i++) truths[i] = booleans.GetValue(i).GetValueOrDefault();
                return Tensor.Of(name, truths, missing);
            case Int64Array integers:
                return Tensor.Of(name, integers.Values.ToArray(), missing);
            case TimestampArray moments:
                return Tensor.Of(name, moments.Values.ToArray(), missing);
            case Date32Array days:
                return Tensor.Of(name, System.Array.ConvertAll(days.Values.ToArray(), day => (long)day), missing);
            case DoubleArray fractions:
                return Tensor.Of(name, WithNaN(fractions.Values.ToArray(), missing));
            case Decimal128Array decimals:
                var values = new double[rows];
                for (var i = 0; i < rows; i++)
                    values[i] = (double)MemoryMarshal.Read<Int128>(decimals.ValueBuffer.Span.Slice((decimals.Offset + i) * 16, 16)) / DecimalScale;
                return Tensor.Of(name, WithNaN(values, missing));
            case StringArray strings:
                var texts = new string?[rows];
                for (var i = 0; i < rows; i++) texts[i] = strings.GetString(i);
                return Tensor.Of(name, texts);
            default:
                throw new DataException($"The preparation gave column '{name}' as {array.Data.DataType.Name}, which its schema does not say.") { Column = name };
        }
    }

    private static (ArrowBuffer Validity, int Missing) Validity(Tensor? tensor, int rows)
    {
        var missing = 0;
        for (var i = 0; i < rows; i++)
        {
            if (tensor is null || tensor.IsMissing(i)) missing++;
        }

        if (missing == 0) return (ArrowBuffer.Empty, 0);
        var bits = new byte[BytesFor(rows)];
        for (var i = 0; i < rows; i++)
        {
            if (tensor is not null && !tensor.IsMissing(i)) BitUtility.SetBit(bits, i);
        }

        return (new ArrowBuffer(bits), missing);
    }

    private static int BytesFor(int bits) => (bits + 7) / 8;

    private static ArrowBuffer Buffer<T>(T[] values)
        where T : unmanaged =>
        new(MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private static long[] Longs(Tensor? tensor, int rows) => tensor is Tensor<long> t ? t.Values : new long[rows];

    private static double[] Doubles(Tensor? tensor, int rows) => tensor switch
    {
        Tensor<double> t => t.Values,
        Tensor<float> t => System.Array.ConvertAll(t.Values, value => (double)value),
        _ => new double[rows],
    };

    private static Int128 Scaled(string name, double value)
    {
        if (double.IsNaN(value)) return 0;
        if (Math.Abs(value) >= 1e20) throw new ModelInputException($"Input '{name}' is too large for a decimal of 38 digits, 18 of them after the point.", name);
        // The decimal that people wrote, when it is the one that the fraction stands for.
        if (Math.Abs(value) < 7e10 && (double)(decimal)value == value) return (Int128)((decimal)value * 1_000_000_000_000_000_000m);
        return (Int128)Math.Round(value * DecimalScale);
    }

    private static byte[] Bytes(string name, string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException e)
        {
            throw new ModelInputException($"Input '{name}' holds bytes and must be Base64.", name, e);
        }
    }

    private static double[] WithNaN(double[] values, bool[]? missing)
    {
        for (var i = 0; missing is not null && i < values.Length; i++)
        {
            if (missing[i]) values[i] = double.NaN;
        }

        return values;
    }
}
