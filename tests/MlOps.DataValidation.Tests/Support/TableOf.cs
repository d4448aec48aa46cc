using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.DataValidation.Tests;

/// <summary>Makes record batches for tests.</summary>
internal static class TableOf
{
    public static RecordBatch Columns(params (string Name, IArrowArray Values)[] columns) => new(
        new Schema(columns.Select(c => new Field(c.Name, c.Values.Data.DataType, nullable: true)), null),
        columns.Select(c => c.Values),
        columns.Length == 0 ? 0 : columns[0].Values.Length);

    public static IArrowArray Integers(params long?[] values)
    {
        var builder = new Int64Array.Builder();
        foreach (var value in values) _ = value is { } v ? builder.Append(v) : builder.AppendNull();
        return builder.Build();
    }

    public static IArrowArray Numbers(params double?[] values)
    {
        var builder = new DoubleArray.Builder();
        foreach (var value in values) _ = value is { } v ? builder.Append(v) : builder.AppendNull();
        return builder.Build();
    }

    public static IArrowArray Texts(params string?[] values)
    {
        var builder = new StringArray.Builder();
        foreach (var value in values) _ = value is null ? builder.AppendNull() : builder.Append(value);
        return builder.Build();
    }

    public static IArrowArray Booleans(params bool?[] values)
    {
        var builder = new BooleanArray.Builder();
        foreach (var value in values) _ = value is { } v ? builder.Append(v) : builder.AppendNull();
        return builder.Build();
    }

    public static IArrowArray Moments(string? zone, params DateTime?[] values)
    {
        var builder = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, zone));
        foreach (var value in values) _ = value is { } v ? builder.Append(new DateTimeOffset(v, TimeSpan.Zero)) : builder.AppendNull();
        return builder.Build();
    }

    public static async IAsyncEnumerable<RecordBatch> Rows(params RecordBatch[] batches)
    {
        await Task.CompletedTask;
        foreach (var batch in batches) yield return batch;
    }

    public static Task<ValidationResult> CheckAsync(this RecordBatch batch, Action<SuiteBuilder> build, ValidationOptions? options = null) =>
        ExpectationSuite.Create("suite", build).ValidateAsync(Rows(batch), options, TestContext.Current.CancellationToken);

    public static async Task<ExpectationResult> OneAsync(this RecordBatch batch, Action<SuiteBuilder> build, ValidationOptions? options = null) =>
        (await batch.CheckAsync(build, options)).Results.Single();
}
