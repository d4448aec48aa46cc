using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MlOps.DataValidation.Tests.Peers;

/// <summary>Reads the peer's arguments. What it would refuse is a <see cref="FormatException"/>.</summary>
internal sealed partial class GreatExpectationsArguments(JsonElement arguments)
{
    public string Text(string name) => arguments.GetProperty(name).GetString()!;

    public string? MaybeText(string name) => Find(name)?.ToString();

    public bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True };

    public bool Has(string name) => Find(name) is not null;

    public Scalar Value(string name) => Find(name) is { } value ? Scalar(value) : default;

    public long? Whole(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && double.IsInteger(number) ? (long)number
        : throw new FormatException($"{name} must be an integer.");

    public double? Number(string name) => Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw new FormatException($"{name} must be a number.");

    public IReadOnlyList<string> Texts(string name) => [.. Get(name).EnumerateArray().Select(v => v.GetString()!)];

    public IReadOnlyList<double>? Edges(string name) => Find(name) is { } list ? [.. list.EnumerateArray().Select(MlOps.Peers.Oracles.Number)] : null;

    public IReadOnlyList<Scalar> Values(string name) => [.. Get(name).EnumerateArray().Select(Scalar)];

    public JsonElement Get(string name) => Find(name) ?? throw new FormatException($"{name} is missing.");

    public JsonElement? Find(string name) => arguments.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public RowFilter? Where() => MaybeText("row_condition") is not { } condition ? null
        : MaybeText("condition_parser") is "pandas" or "great_expectations" or "great_expectations__experimental__" or "spark" ? new(DoubleQuoted().Replace(condition, "'$1'"))
        : throw new FormatException("There is no such parser of conditions.");

    public NullPolicy Ignored(NullPolicy otherwise) => MaybeText("ignore_row_if") switch
    {
        null => otherwise,
        "both_values_are_missing" or "all_values_are_missing" => NullPolicy.IgnoreAll,
        "either_value_is_missing" or "any_value_is_missing" => NullPolicy.Ignore,
        "neither" or "never" => NullPolicy.Judge,
        var other => throw new FormatException($"'{other}' is no rule for missing values."),
    };

    public Partition Partition(string name)
    {
        var partition = Get(name);
        IReadOnlyList<double> Doubles(string property) => [.. partition.GetProperty(property).EnumerateArray().Select(MlOps.Peers.Oracles.Number)];
        return partition.TryGetProperty("values", out var values)
            ? DataValidation.Partition.OfValues([.. values.EnumerateArray().Select(Scalar)], Doubles("weights"))
            : DataValidation.Partition.OfBins(Doubles("bins"), Doubles("weights"), partition.TryGetProperty("tail_weights", out _) ? Doubles("tail_weights") : null);
    }

    public static Scalar Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => default,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var integer) ? integer : value.GetDouble(),
        JsonValueKind.Object => Moment(value.GetProperty("$PARAMETER").GetString()!),
        _ => throw new FormatException($"{value} is no value."),
    };

    private static DateTime Moment(string text)
    {
        var moment = Call().Match(text) is { Success: true } call
            ? new DateTime(Numbers(call.Groups[1].Value)[0], Numbers(call.Groups[1].Value)[1], Numbers(call.Groups[1].Value)[2], 0, 0, 0, DateTimeKind.Utc)
            : text.StartsWith("now()", StringComparison.Ordinal) ? DateTime.UtcNow : throw new FormatException($"'{text}' is no moment.");
        if (Delta().Match(text) is not { Success: true } delta) return moment;
        var count = delta.Groups[3].Value.Split('*').Aggregate(1.0, (product, factor) => product * double.Parse(factor, CultureInfo.InvariantCulture));
        var span = delta.Groups[2].Value switch { "weeks" => TimeSpan.FromDays(7 * count), "days" => TimeSpan.FromDays(count), "hours" => TimeSpan.FromHours(count), _ => throw new FormatException(text) };
        return delta.Groups[1].Value == "-" ? moment - span : moment + span;
    }

    private static int[] Numbers(string text) => [.. text.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex DoubleQuoted();

    [GeneratedRegex(@"^datetime\(([\d, ]+)\)")]
    private static partial Regex Call();

    [GeneratedRegex(@"([+-]) *timedelta\((\w+)=([\d*. ]+)\)")]
    private static partial Regex Delta();
}
