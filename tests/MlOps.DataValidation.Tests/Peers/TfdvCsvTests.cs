using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using static MlOps.Peers.TfdvSchema;
using Column = MlOps.Core.Column;

namespace MlOps.Peers;

/// <summary>TFDV's own cases of CSV lines and the types of their columns, through the reader of files. A column of several values is read value by value.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public class TfdvCsvTests
{
    private const string FileName = "validation/tfdv_csv_type_inference_cases.json";

    public static IEnumerable<TheoryDataRow<string>> Cases()
    {
        if (!File.Exists(Path.Combine(Oracles.Folder, FileName))) return Oracles.Cases(FileName);
        return Oracles.Read(FileName).EnumerateArray().Select(c => Text(c, "testcase_name")!).Select(name => new TheoryDataRow<string>(name) { TestDisplayName = name });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Lines_are_typed_as_the_peer_types_them(string name)
    {
        var one = name.Length > 0 ? Oracles.Read(FileName).EnumerateArray().First(c => Text(c, "testcase_name") == name) : Oracles.Case(FileName, name);
        var (names, several) = (Texts(one, "column_names"), Texts(one, "multivalent_columns"));
        var types = one.TryGetProperty("schema", out var schema) ? Items(schema, "feature").ToDictionary(f => Text(f, "name")!, f => TypeOf(Text(f, "type")!)) : [];
        var lines = Texts(one, "input_lines");
        if (!one.TryGetProperty("skip_blank_lines", out var skip) || skip.GetBoolean()) lines = [.. lines.Where(l => l.Length > 0)];
        var delimiter = (Text(one, "delimiter") ?? ",")[0];
        lines = [.. lines.Select(l => l.Length > 0 || names.Length == 1 ? l : new string(delimiter, names.Length - 1))];
        var texts = await ReadAsync(lines, delimiter, new([.. names.Select(n => new Column(n, ColumnType.String))]));
        foreach (var expected in Items(one, "expected_result").SelectMany(r => r.GetProperty("columns").EnumerateObject()))
        {
            var cells = texts[System.Array.IndexOf(names, expected.Name)];
            var second = several.Contains(expected.Name) ? Text(one, "secondary_delimiter")![0] : (char?)null;
            var rows = cells.Select(c => c is null ? null : second is { } by ? ((string)c).Split(by) : [(string)c]).ToList();
            var (type, values) = await TypeAsync([.. rows.SelectMany(r => r ?? [])], types.TryGetValue(expected.Name, out var known) ? known : null);
            NameOf(type).Should().Be(Text(expected.Value, "type"));
            var next = 0;
            foreach (var (row, cell) in expected.Value.GetProperty("values").EnumerateArray().Zip(rows))
            {
                (row.ValueKind == JsonValueKind.Null).Should().Be(cell is null);
                foreach (var value in row.ValueKind == JsonValueKind.Null ? [] : row.EnumerateArray().ToArray())
                {
                    var read = values[next++];
                    if (value.ValueKind == JsonValueKind.String) read.Should().Be(value.GetString());
                    else Convert.ToDouble(read, CultureInfo.InvariantCulture).Should().Be(value.GetDouble());
                }
            }
        }
    }

    private static async Task<(ColumnType Type, IReadOnlyList<object?> Values)> TypeAsync(IReadOnlyList<string> values, ColumnType? type)
    {
        if (values.Count == 0) return (type ?? ColumnType.String, []);
        var lines = values.Select(v => $"\"{v.Replace("\"", "\"\"", StringComparison.Ordinal)}\",x");
        DatasetSchema? schema = type is { } known ? new([new Column("a", known), new Column("b", ColumnType.String)]) : null;
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, lines, TestContext.Current.CancellationToken);
            var batches = await ReadAsync(new CsvFile(file) { HasHeader = false, Schema = schema });
            return (DatasetSchema.FromArrow(batches[0].Schema)[0].Type, [.. batches.SelectMany(b => Values(b.Column(0)))]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<IReadOnlyList<object?>[]> ReadAsync(string[] lines, char delimiter, DatasetSchema schema)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, lines, TestContext.Current.CancellationToken);
            var batches = await ReadAsync(new CsvFile(file) { HasHeader = false, Delimiter = delimiter, Schema = schema });
            return [.. Enumerable.Range(0, schema.Count).Select(i => (IReadOnlyList<object?>)[.. batches.SelectMany(b => Values(b.Column(i)))])];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<List<RecordBatch>> ReadAsync(CsvFile file)
    {
        await using var services = new ServiceCollection().AddMlOpsCore().UseDuckDb().Services.BuildServiceProvider();
        var engine = services.GetRequiredService<IColumnarEngine>();
        var batches = new List<RecordBatch>();
        await foreach (var batch in engine.ReadAsync(file, null, TestContext.Current.CancellationToken)) batches.Add(batch.Clone());
        return batches;
    }

    private static IEnumerable<object?> Values(IArrowArray array) => Enumerable.Range(0, array.Length).Select(row => array.IsNull(row) ? null : array switch
    {
        Int64Array integers => (object?)integers.GetValue(row),
        DoubleArray reals => reals.GetValue(row),
        StringArray texts => texts.GetString(row),
        _ => DataValidation.CellValues.Text(array, row),
    });

    private static ColumnType TypeOf(string type) => type switch { "INT" => ColumnType.Int64, "FLOAT" => ColumnType.Float64, _ => ColumnType.String };

    // Truth values and times are texts to the peer.
    private static string NameOf(ColumnType type) => type switch { ColumnType.Int64 => "large_list<int64>", ColumnType.Float64 => "large_list<float32>", _ => "large_list<large_binary>" };
}
