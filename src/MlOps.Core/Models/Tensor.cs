namespace MlOps.Core;

/// <summary>One named column of values in a request for predictions or in its answer, row after row.</summary>
/// <remarks>Lighter than an Arrow batch, for requests of one row or a few.</remarks>
public abstract class Tensor
{
    private protected Tensor(string name, TensorType type, int rows, int width)
    {
        Name = name;
        Type = type;
        Rows = rows;
        Width = width;
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets the element type.</summary>
    public TensorType Type { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Rows { get; }

    /// <summary>Gets how many elements a row has.</summary>
    public int Width { get; }

    /// <summary>Says whether an element is missing: NaN, a null text, or a null integer or truth value.</summary>
    /// <param name="index">The element, from 0.</param>
    /// <returns>True when it is missing.</returns>
    public abstract bool IsMissing(int index);

    /// <summary>Gives an element as an object: for logs and errors, not for hot paths.</summary>
    /// <param name="index">The element, from 0.</param>
    /// <returns>The value; null when it is missing.</returns>
    public abstract object? GetValue(int index);

    /// <summary>Makes a column of truth values.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">The values, which are not copied.</param>
    /// <param name="missing">True where a value is missing; null when none is.</param>
    /// <returns>The tensor, of width 1.</returns>
    public static Tensor<bool> Of(string name, bool[] values, bool[]? missing = null) => new(name, TensorType.Bool, values, 1, missing);

    /// <summary>Makes a column of integers.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">The values, which are not copied.</param>
    /// <param name="missing">True where a value is missing; null when none is.</param>
    /// <returns>The tensor, of width 1.</returns>
    public static Tensor<long> Of(string name, long[] values, bool[]? missing = null) => new(name, TensorType.Int64, values, 1, missing);

    /// <summary>Makes a column of 32-bit fractions; NaN is missing.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">The values, row after row, which are not copied.</param>
    /// <param name="width">How many elements a row has.</param>
    /// <returns>The tensor.</returns>
    public static Tensor<float> Of(string name, float[] values, int width = 1) => new(name, TensorType.Float32, values, width, null);

    /// <summary>Makes a column of 64-bit fractions; NaN is missing.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">The values, row after row, which are not copied.</param>
    /// <param name="width">How many elements a row has.</param>
    /// <returns>The tensor.</returns>
    public static Tensor<double> Of(string name, double[] values, int width = 1) => new(name, TensorType.Float64, values, width, null);

    /// <summary>Makes a column of text; null is missing.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">The values, row after row, which are not copied.</param>
    /// <param name="width">How many elements a row has.</param>
    /// <returns>The tensor.</returns>
    public static Tensor<string?> Of(string name, string?[] values, int width = 1) => new(name, TensorType.String, values, width, null);
}

/// <summary>A column of values of one .NET type: bool, long, float, double or string.</summary>
/// <typeparam name="T">The type.</typeparam>
public sealed class Tensor<T> : Tensor
{
    internal Tensor(string name, TensorType type, T[] values, int width, bool[]? missing)
        : base(name, type, RowsOf(values, width), width)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (missing is not null && missing.Length != values.Length) throw new ArgumentException("There must be one flag a value.", nameof(missing));
        Values = values;
        Missing = missing;
    }

    /// <summary>Gets the values, row after row.</summary>
    public T[] Values { get; }

    /// <summary>Gets which integers or truth values are missing; null when none is.</summary>
    public bool[]? Missing { get; }

    /// <inheritdoc/>
    public override bool IsMissing(int index)
    {
        if (Missing is not null) return Missing[index];
        if (typeof(T) == typeof(double)) return double.IsNaN(((double[])(object)Values)[index]);
        if (typeof(T) == typeof(float)) return float.IsNaN(((float[])(object)Values)[index]);
        return Values[index] is null;
    }

    /// <inheritdoc/>
    public override object? GetValue(int index) => IsMissing(index) ? null : Values[index];

    private static int RowsOf(T[] values, int width)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return values.Length % width == 0 ? values.Length / width : throw new ArgumentException("The values must fill whole rows.", nameof(values));
    }
}
