using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MlOps.Statistics;

/// <summary>Writes the statistics of a profile for people. What is no number in JSON is written as text: "NaN", "Infinity", "-Infinity".</summary>
internal static class ProfileJson
{
    private const int HistogramBins = 10;
    private const int TopValues = 20;
    private static readonly double[] Shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    public static string Text(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static byte[] State(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("state", out var state) && state.TryGetBytesFromBase64(out var bytes)) return bytes;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The profile is damaged: it is no JSON. {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException("The profile is damaged: its state is no text.", e);
        }

        throw new InvalidDataException("The JSON is no profile: it has no state in Base64.");
    }

    public static void Write(Utf8JsonWriter writer, ColumnProfile profile)
    {
        writer.WriteString("kind", profile.Kind.ToString());
        writer.WriteNumber("rows", profile.Rows);
        writer.WriteNumber("missing", profile.Missing);
        if (profile.Kind is not (ValueKind.Unknown or ValueKind.List))
        {
            writer.WriteNumber("distinct", profile.Distinct.Value);
            writer.WriteBoolean("distinctIsExact", profile.Distinct.IsExact);
            writer.WriteString("order", profile.Order.ToString());
        }

        if (profile.Numbers is { } numbers) Write(writer, "numbers", numbers, null);
        if (profile.Times is { } times)
        {
            Write(writer, "times", times.Ticks, profile.Options.KeepValues || times.Ticks.FiniteCount > 0 ? times : null);
            writer.WriteNumber("withOffset", times.WithOffset);
        }

        if (profile.Decimals is { Min: { } min, Max: { } max })
        {
            writer.WriteString("minDecimal", min.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("maxDecimal", max.ToString(CultureInfo.InvariantCulture));
        }

        if (profile.Booleans is { } booleans)
        {
            writer.WriteNumber("true", booleans.True);
            writer.WriteNumber("false", booleans.False);
        }

        if (profile.Texts is { } texts) Write(writer, texts);
        if (profile.Lists is { } lists)
        {
            Write(writer, "lengths", lists.Lengths, null);
            writer.WriteStartObject("items");
            Write(writer, lists.Items);
            writer.WriteEndObject();
        }

        var top = profile.TopValues(TopValues);
        if (top.Count == 0) return;
        writer.WriteStartArray("topValues");
        foreach (var (value, count, missed) in top)
        {
            writer.WriteStartObject();
            writer.WriteString("value", value);
            writer.WriteNumber("count", count);
            if (missed > 0) writer.WriteNumber("missed", missed);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, string name, IEnumerable<((string First, string Second) Pair, double Value)> pairs)
    {
        writer.WriteStartArray(name);
        foreach (var ((first, second), value) in pairs)
        {
            writer.WriteStartObject();
            writer.WriteString("first", first);
            writer.WriteString("second", second);
            Number(writer, "value", value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, TextStatistics texts)
    {
        writer.WriteStartObject("texts");
        writer.WriteNumber("empty", texts.Empty);
        writer.WriteNumber("invalidUtf8", texts.InvalidUtf8);
        writer.WriteNumber("totalBytes", texts.TotalBytes);
        writer.WriteNumber("likeIntegers", texts.LikeIntegers);
        writer.WriteNumber("likeReals", texts.LikeReals);
        writer.WriteNumber("likeBooleans", texts.LikeBooleans);
        writer.WriteNumber("likeDates", texts.LikeDates);
        writer.WriteNumber("likeTimestamps", texts.LikeTimestamps);
        if (texts.Min is { } min) writer.WriteString("min", min);
        if (texts.Max is { } max) writer.WriteString("max", max);
        writer.WriteEndObject();
        Write(writer, "lengths", texts.Lengths, null);
    }

    private static void Write(Utf8JsonWriter writer, string name, NumberStatistics numbers, TimeStatistics? times)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("count", numbers.Count);
        writer.WriteNumber("nan", numbers.NaN);
        writer.WriteNumber("positiveInfinities", numbers.PositiveInfinities);
        writer.WriteNumber("negativeInfinities", numbers.NegativeInfinities);
        writer.WriteNumber("zeros", numbers.Zeros);
        writer.WriteNumber("negatives", numbers.Negatives);
        if (numbers.Count > 0)
        {
            if (times is { Earliest: { } earliest, Latest: { } latest })
            {
                writer.WriteString("earliest", earliest);
                writer.WriteString("latest", latest);
            }

            Number(writer, "min", numbers.Min);
            Number(writer, "max", numbers.Max);
            if (numbers.SumInteger is { } sum) writer.WriteString("sum", sum.ToString(CultureInfo.InvariantCulture));
            else Number(writer, "sum", numbers.Sum);
            Number(writer, "mean", numbers.Mean);
            Number(writer, "populationStandardDeviation", numbers.PopulationStandardDeviation);
            Number(writer, "sampleStandardDeviation", numbers.SampleStandardDeviation);
            Number(writer, "skewness", numbers.Skewness);
            Number(writer, "kurtosis", numbers.Kurtosis);
            Number(writer, "quantileError", numbers.QuantileError);
            writer.WriteStartObject("quantiles");
            foreach (var share in Shares) Number(writer, share.ToString(CultureInfo.InvariantCulture), numbers.Quantile(share));
            writer.WriteEndObject();
            writer.WriteStartArray("histogram");
            foreach (var bin in numbers.EqualWidthHistogram(HistogramBins))
            {
                writer.WriteStartObject();
                Number(writer, "low", bin.Low);
                Number(writer, "high", bin.High);
                writer.WriteNumber("count", bin.Count);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
    }
}
