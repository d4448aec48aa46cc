namespace MlOps.Core;

/// <summary>Checks the tensors of a request against the columns of the model and puts them into the order of the columns.</summary>
/// <remarks>
/// For those who write a runtime. Immutable and thread-safe. What comes out has one form for each type of column: Boolean bool, Int64 long, Float64 and Decimal double or float, String and Binary text,
/// Date days and Timestamp microseconds since 1970 as long. A column that was left out is null.
/// </remarks>
public sealed class InputCheck
{
    private readonly DatasetSchema _columns;
    private readonly bool[] _required;
    private readonly int[] _times;

    /// <summary>Creates the check.</summary>
    /// <param name="columns">The columns of a request.</param>
    /// <param name="required">The names of those that may not be left out.</param>
    public InputCheck(DatasetSchema columns, IReadOnlySet<string> required)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(required);
        _columns = columns;
        _required = [.. columns.Select(c => required.Contains(c.Name))];
        _times = [.. Enumerable.Range(0, columns.Count).Where(i => columns[i].Type is ColumnType.Date or ColumnType.Timestamp)];
    }

    /// <summary>Says whether a column may not be left out.</summary>
    /// <param name="column">The position of the column, from 0.</param>
    /// <returns>True when it may not.</returns>
    public bool IsRequired(int column) => _required[column];

    /// <summary>Puts the tensors of a request in order and into the form of their columns.</summary>
    /// <param name="inputs">The tensors, in any order.</param>
    /// <param name="arranged">Is filled: one place a column, null for one that was left out.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="ModelInputException">An input is missing, unknown, there twice, of a wrong type, width or number of rows, or a value cannot be converted without loss.</exception>
    public int Arrange(IReadOnlyList<Tensor> inputs, Tensor?[] arranged)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(arranged);
        Array.Clear(arranged);
        var rows = inputs.Count == 0 ? 0 : inputs[0].Rows;
        for (var i = 0; i < inputs.Count; i++)
        {
            var tensor = inputs[i] ?? throw new ModelInputException("An input is null.");
            var column = PositionOf(tensor.Name, i);
            if (arranged[column] is not null) throw new ModelInputException($"Input '{tensor.Name}' stands twice in the request.", tensor.Name);
            if (tensor.Width != 1) throw new ModelInputException($"Input '{tensor.Name}' has {tensor.Width} elements a row; the model takes one. Use the shape [rows, 1].", tensor.Name);
            if (tensor.Rows != rows) throw new ModelInputException($"Input '{tensor.Name}' has {tensor.Rows} rows, but '{inputs[0].Name}' has {rows}.", tensor.Name);
            arranged[column] = Convert(tensor, _columns[column]);
        }

        for (var i = 0; i < arranged.Length; i++)
        {
            if (arranged[i] is null && _required[i])
                throw new ModelInputException($"Input '{_columns[i].Name}' is missing. The model needs: {string.Join(", ", _columns.Where((_, c) => _required[c]).Select(c => c.Name))}.", _columns[i].Name);
        }

        return rows;
    }

    /// <summary>Does the same with tensors that <see cref="TensorRow"/> made of the columns: they stand in order already, and only text that says a time has another form.</summary>
    /// <param name="row">One tensor a column.</param>
    /// <param name="arranged">The same tensors at first; what has another form is put in the place of its tensor.</param>
    public void ArrangeRow(Tensor[] row, Tensor?[] arranged)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(arranged);
        foreach (var i in _times) arranged[i] = Convert(row[i], _columns[i]);
    }

    /// <summary>Gives a tensor of a request the type that the signature names for its column, where that loses nothing; else gives it as it is, and the model refuses it.</summary>
    internal static Tensor Fit(Tensor tensor, Column column)
    {
        try
        {
            return (column.Type, tensor) switch
            {
                (ColumnType.Int64, Tensor<double> or Tensor<float>) or (ColumnType.Float64 or ColumnType.Decimal, Tensor<long>) => Convert(tensor, column),
                (ColumnType.Float64 or ColumnType.Decimal, Tensor<float> fractions) => Tensor.Of(tensor.Name, Array.ConvertAll(fractions.Values, v => (double)v)),
                _ => tensor,
            };
        }
        catch (ModelInputException)
        {
            return tensor;
        }
    }

    private int PositionOf(string name, int guess)
    {
        if (guess < _columns.Count && _columns[guess].Name == name) return guess;
        return _columns.Contains(name)
            ? _columns.IndexOf(name)
            : throw new ModelInputException($"Input '{name}' is unknown. The model takes: {string.Join(", ", _columns.Select(c => c.Name))}.", name);
    }

    private static Tensor Convert(Tensor tensor, Column column) => (column.Type, tensor) switch
    {
        (ColumnType.Boolean, Tensor<bool>) => tensor,
        (ColumnType.Int64, Tensor<long>) => tensor,
        (ColumnType.Int64, Tensor<double> fractions) => Integers(column.Name, fractions.Values.Length, i => fractions.Values[i]),
        (ColumnType.Int64, Tensor<float> fractions) => Integers(column.Name, fractions.Values.Length, i => fractions.Values[i]),
        (ColumnType.Float64 or ColumnType.Decimal, Tensor<double> or Tensor<float>) => tensor,
        (ColumnType.Float64 or ColumnType.Decimal, Tensor<long> integers) => Fractions(column.Name, integers),
        (ColumnType.String or ColumnType.Binary, Tensor<string?>) => tensor,
        (ColumnType.Date, Tensor<string?> texts) => Times(texts, IsoTime.TryParseDay, "a day such as 2001-05-31"),
        (ColumnType.Timestamp, Tensor<string?> texts) => Times(texts, IsoTime.TryParseMoment, "a moment such as 2001-05-31T18:30:00Z"),
        _ => throw new ModelInputException(
            $"Input '{column.Name}' has the datatype {TensorJson.DatatypeOf(tensor.Type)}; the model takes {TensorJson.DatatypeOf(ModelSignature.TypeOf(column.Type))}.", column.Name),
    };

    private static Tensor<long> Integers(string name, int count, Func<int, double> read)
    {
        var values = new long[count];
        bool[]? missing = null;
        for (var i = 0; i < count; i++)
        {
            var value = read(i);
            if (double.IsNaN(value)) (missing ??= new bool[count])[i] = true;
            else if (value == Math.Truncate(value) && value is >= -9223372036854775808.0 and < 9223372036854775808.0) values[i] = (long)value;
            else throw Lossy(name, i, "has a fraction or is too large; the model takes INT64");
        }

        return Tensor.Of(name, values, missing);
    }

    private static Tensor<double> Fractions(string name, Tensor<long> integers)
    {
        var values = new double[integers.Values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var value = integers.Values[i];
            values[i] = integers.IsMissing(i) ? double.NaN : value;
            if ((Int128)(double)value != value) throw Lossy(name, i, "is an integer that FP64, which the model takes, cannot hold exactly");
        }

        return Tensor.Of(name, values);
    }

    private delegate bool TimeParser(ReadOnlySpan<char> text, out long value);

    private static Tensor<long> Times(Tensor<string?> texts, TimeParser parse, string wanted)
    {
        var values = new long[texts.Values.Length];
        bool[]? missing = null;
        for (var i = 0; i < values.Length; i++)
        {
            if (texts.Values[i] is not { } text) (missing ??= new bool[values.Length])[i] = true;
            else if (!parse(text, out values[i])) throw Lossy(texts.Name, i, $"is not {wanted}");
        }

        return Tensor.Of(texts.Name, values, missing);
    }

    private static ModelInputException Lossy(string name, int row, string what) => new($"Input '{name}', element {row}, {what}.", name);
}
