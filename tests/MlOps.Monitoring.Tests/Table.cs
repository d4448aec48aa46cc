using Apache.Arrow;
using Apache.Arrow.Types;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Testing;
using MlOps.Tests;
using Column = MlOps.Core.Column;

namespace MlOps.Monitoring.Tests;

/// <summary>Rows for tests, column by column.</summary>
internal sealed class Table
{
    private readonly List<(Column Column, IArrowArray Values)> _columns = [];

    public Table Add(string name, IEnumerable<double?> values)
    {
        var builder = new DoubleArray.Builder();
        foreach (var value in values) builder.Append(value);
        return Add(name, ColumnType.Float64, builder.Build());
    }

    public Table Add(string name, IEnumerable<double> values) => Add(name, values.Select(v => (double?)v));

    public Table Add(string name, IEnumerable<long> values) => Add(name, ColumnType.Int64, new Int64Array.Builder().AppendRange(values).Build());

    public Table Add(string name, IEnumerable<string?> values)
    {
        var builder = new StringArray.Builder();
        foreach (var value in values) builder.Append(value);
        return Add(name, ColumnType.String, builder.Build());
    }

    public Table Add(string name, IEnumerable<bool> values) => Add(name, ColumnType.Boolean, new BooleanArray.Builder().AppendRange(values).Build());

    public Table Add(string name, IEnumerable<DateTimeOffset> values)
    {
        var builder = new TimestampArray.Builder((TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp));
        foreach (var value in values) builder.Append(value);
        return Add(name, ColumnType.Timestamp, builder.Build());
    }

    public Table Add(string name, IArrowArray values) => Add(name, DatasetSchema.FromArrow(new Schema([new Field(name, values.Data.DataType, true)], null))[0].Type, values);

    public DatasetSchema Schema => new(_columns.Select(c => c.Column));

    public RecordBatch ToBatch() => new(Schema.ToArrow(), _columns.Select(c => c.Values), _columns[0].Values.Length);

    private Table Add(string name, ColumnType type, IArrowArray values)
    {
        _columns.Add((new(name, type), values));
        return this;
    }
}

/// <summary>A registered version with training data, and a log of a window.</summary>
internal sealed class World
{
    public static readonly DateTimeOffset May = new(2001, 5, 1, 0, 0, 0, TimeSpan.Zero);

    public InMemoryModelRegistry Registry { get; } = new();

    public InMemoryDatasetStore Datasets { get; } = new();

    public RecordedLog Log { get; } = new();

    public KeptInputs KeepsAll => new(Log, Options.Create(new PredictionLogOptions()), []);

    /// <summary>Registers a version that was trained on a table, and makes it the champion.</summary>
    public async Task<ModelVersion> TrainAsync(Table training, string label = "delayed", string task = "binary-classification", DatasetSchema? inputs = null)
    {
        var stop = TestContext.Current.CancellationToken;
        var dataset = await Datasets.WriteAsync("training", new("rows", "test"), One(training.ToBatch()), cancellationToken: stop);
        var manifest = Manifests.Empty with
        {
            Task = task,
            Signature = new(inputs ?? new(dataset.Schema.Where(c => c.Name != label)), [new("Score", TensorType.Float32)]),
            Label = label,
            Data = new Dictionary<string, DatasetReference> { ["training"] = dataset.ToReference() },
        };
        return await ServeAsync(manifest, Sha256.Hex(dataset.Fingerprint + task), May);
    }

    /// <summary>Registers a version and makes it the champion.</summary>
    public async Task<ModelVersion> ServeAsync(BundleManifest manifest, string digest, DateTimeOffset createdAt, string? runId = null)
    {
        var stop = TestContext.Current.CancellationToken;
        var champion = await Registry.FindByAliasAsync(manifest.Model, ModelNames.Champion, stop);
        var version = await Registry.RegisterAsync(new(manifest.Model, new(manifest.Model, new(digest, 1), manifest), runId, createdAt), stop);
        await Registry.SetAliasAsync(new(manifest.Model, ModelNames.Champion, champion?.Version, version.Version, "test", "test", May), stop);
        return version;
    }

    public static async IAsyncEnumerable<RecordBatch> One(RecordBatch batch)
    {
        await Task.CompletedTask;
        yield return batch;
    }
}
