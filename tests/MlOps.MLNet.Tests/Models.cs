using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.MLNet.Tests;

/// <summary>A flight as training sees it: numbers as Single, as the house converts them.</summary>
public sealed class FlightRow
{
    public float Distance { get; set; }

    public float Hour { get; set; }

    public string Carrier { get; set; } = string.Empty;

    public bool Weekend { get; set; }

    public DateTime Date { get; set; }

    public bool Delayed { get; set; }
}

public sealed class DelayOutput
{
    public bool PredictedLabel { get; set; }

    public float Probability { get; set; }

    public float Score { get; set; }
}

/// <summary>A flight as a caller has it.</summary>
public sealed class Flight
{
    public double Distance { get; set; }

    public int Hour { get; set; }

    public string? Carrier { get; set; }

    public bool Weekend { get; set; }

    public string? Remark { get; set; } // no column
}

/// <summary>Fills missing numbers of a column and makes a new column of it.</summary>
public sealed record FillAndDouble(string Column, double Value) : IDataTransformer
{
    public DatasetSchema GetOutputSchema(DatasetSchema input)
    {
        _ = input[Column];
        return new(input.Append(new(Column + "2", ColumnType.Float64)));
    }

    public RecordBatch Apply(RecordBatch batch)
    {
        var index = batch.Schema.GetFieldIndex(Column);
        var old = (DoubleArray)batch.Column(index);
        var filled = new DoubleArray.Builder();
        var doubled = new DoubleArray.Builder();
        for (var i = 0; i < batch.Length; i++)
        {
            filled.Append(old.GetValue(i) ?? Value);
            doubled.Append((old.GetValue(i) ?? Value) * 2);
        }

        var arrays = Enumerable.Range(0, batch.ColumnCount).Select(c => c == index ? filled.Build() : batch.Column(c)).Append(doubled.Build());
        return new(GetOutputSchema(DatasetSchema.FromArrow(batch.Schema)).ToArrow(), arrays, batch.Length);
    }
}

public sealed record RefuseLongCarriers(int Longest) : IDataTransformer
{
    public DatasetSchema GetOutputSchema(DatasetSchema input) => input;

    public RecordBatch Apply(RecordBatch batch)
    {
        var carriers = (StringArray)batch.Column("Carrier");
        for (var i = 0; i < batch.Length; i++)
        {
            if (carriers.GetString(i)?.Length > Longest) throw new DataException("Column 'Carrier' holds a name there that is too long.") { Column = "Carrier", Row = i + 1 };
        }

        return batch;
    }
}

public sealed record DropEverySecondRow : IDataTransformer
{
    public bool KeepsRows => false;

    public DatasetSchema GetOutputSchema(DatasetSchema input) => input;

    public RecordBatch Apply(RecordBatch batch) => batch.Slice(0, batch.Length / 2);
}

/// <summary>Small models, trained once a process.</summary>
internal static class Models
{
    private static readonly Lazy<(ITransformer Model, DataViewSchema Schema, FlightRow[] Rows)> TrainedDelay = new(() =>
    {
        var context = new MLContext(1);
        var rows = Flights(400);
        var view = context.Data.LoadFromEnumerable(rows);
        var chain = context.Transforms.Categorical.OneHotEncoding("CarrierCode", nameof(FlightRow.Carrier))
            .Append(context.Transforms.Conversion.ConvertType("WeekendNumber", nameof(FlightRow.Weekend)))
            .Append(context.Transforms.Concatenate("Features", nameof(FlightRow.Distance), nameof(FlightRow.Hour), "CarrierCode", "WeekendNumber"))
            .Append(context.BinaryClassification.Trainers.FastTree(new() { LabelColumnName = nameof(FlightRow.Delayed), NumberOfTrees = 20, NumberOfLeaves = 8, NumberOfThreads = 1 }));
        return (chain.Fit(view), view.Schema, rows);
    });

    public static DatasetSchema FlightColumns { get; } = new(
    [
        new("Distance", ColumnType.Float64), new("Hour", ColumnType.Int64), new("Carrier", ColumnType.String), new("Weekend", ColumnType.Boolean), new("Date", ColumnType.Date),
    ]);

    public static TensorSpec[] DelayOutputs { get; } = [new("PredictedLabel", TensorType.Bool), new("Probability", TensorType.Float32), new("Score", TensorType.Float32)];

    public static (ITransformer Model, DataViewSchema Schema, FlightRow[] Rows) Delay => TrainedDelay.Value;

    public static FlightRow[] Flights(int count)
    {
        var random = new Random(7);
        string[] carriers = ["AA", "DL", "UA"];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var row = new FlightRow
            {
                Distance = i % 17 == 0 ? float.NaN : random.Next(50, 3000),
                Hour = random.Next(24),
                Carrier = carriers[random.Next(3)],
                Weekend = random.Next(7) < 2,
                Date = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(i % 60),
            };
            row.Delayed = (row.Hour > 16 ? 0.5 : 0.1) + (row.Carrier == "UA" ? 0.3 : 0) > random.NextDouble();
            return row;
        })];
    }

    public static Tensor[] Inputs(IReadOnlyList<FlightRow> rows) =>
    [
        Tensor.Of("Distance", [.. rows.Select(r => (double)r.Distance)]),
        Tensor.Of("Hour", [.. rows.Select(r => (long)r.Hour)]),
        Tensor.Of("Carrier", [.. rows.Select(r => (string?)r.Carrier)]),
        Tensor.Of("Weekend", [.. rows.Select(r => r.Weekend)]),
    ];

    /// <summary>What ML.NET itself says of the rows.</summary>
    public static DelayOutput[] Expected(IReadOnlyList<FlightRow> rows)
    {
        using var engine = new MLContext().Model.CreatePredictionEngine<FlightRow, DelayOutput>(Delay.Model);
        return [.. rows.Select(engine.Predict)];
    }

    public static byte[] Save(ITransformer model, DataViewSchema schema)
    {
        using var memory = new MemoryStream();
        new MLContext().Model.Save(model, schema, memory);
        return memory.ToArray();
    }

    public static BundleManifest Manifest(DatasetSchema columns, IReadOnlyList<TensorSpec> outputs, string label, params FittedStep[] preparation) => Manifests.Empty with
    {
        Task = "binary-classification",
        Signature = new(columns, outputs),
        Features = [.. columns.Select(c => c.Name)],
        Label = label,
        Preparation = preparation,
    };

    public static byte[] Bundle(BundleManifest manifest, byte[] model, BundleSamples? samples = null)
    {
        using var memory = new MemoryStream();
        var parts = new Dictionary<string, byte[]> { [BundleFile.ModelPart] = model };
        if (samples is not null) parts[BundleFile.SamplesPart] = samples.ToBytes();
        BundleFile.Write(memory, manifest, parts);
        return memory.ToArray();
    }

    public static async Task<ILoadedModel> LoadAsync(byte[] bundle)
    {
        await using var services = Services();
        using var stream = new MemoryStream(bundle);
        return await services.GetRequiredService<IModelRuntime>().LoadAsync(BundleFile.Read(stream, "test"), TestContext.Current.CancellationToken);
    }

    public static Task<ILoadedModel> LoadDelayAsync() =>
        LoadAsync(Bundle(Manifest(FlightColumns, DelayOutputs, "Delayed"), Save(Delay.Model, Delay.Schema)));

    public static ServiceProvider Services() =>
        new ServiceCollection().AddMlOpsCore().AddMLNet().AddMLNet().AddTransformer<FillAndDouble>().AddTransformer<DropEverySecondRow>().AddTransformer<RefuseLongCarriers>().Services.BuildServiceProvider();
}
