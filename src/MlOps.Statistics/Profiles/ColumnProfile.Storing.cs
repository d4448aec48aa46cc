using System.Text.Json;

namespace MlOps.Statistics;

public sealed partial class ColumnProfile
{
    internal const int MaxDepth = 64;

    /// <summary>Writes the profile in its compact form: whole, so that it can be read, added to and merged as if it had never been written.</summary>
    /// <returns>The bytes. Equal profiles give equal bytes, but for the last digits of moments that were merged in different orders.</returns>
    public byte[] ToBytes()
    {
        var writer = new StateWriter();
        Envelope.WriteOptions(writer, Options);
        Write(writer);
        return Envelope.Seal(Envelope.Column, writer);
    }

    /// <summary>Reads a profile from its compact form.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="InvalidDataException">The bytes are damaged, are none of a column profile, or were written by a newer version.</exception>
    public static ColumnProfile FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = Envelope.Open(Envelope.Column, bytes);
        var profile = Read(reader, Envelope.ReadOptions(reader), MaxDepth);
        return reader.IsAtEnd ? profile : throw StateReader.Damaged("more than it says");
    }

    /// <summary>Writes the profile as JSON: the statistics for people to read, and the whole state for <see cref="FromJson"/>.</summary>
    /// <returns>The text.</returns>
    public string ToJson() => ProfileJson.Text(WriteJson);

    /// <summary>Writes the profile as a JSON object.</summary>
    /// <param name="writer">Where to write.</param>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        ProfileJson.Write(writer, this);
        writer.WriteBase64String("state", ToBytes());
        writer.WriteEndObject();
    }

    /// <summary>Reads a profile from JSON. What is read is its state; the statistics beside it are for people, and changing them changes nothing.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The profile, equal to the last bit.</returns>
    /// <exception cref="InvalidDataException">The text is damaged or none of a column profile.</exception>
    public static ColumnProfile FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return FromBytes(ProfileJson.State(json));
    }

    internal void Write(StateWriter writer)
    {
        writer.Byte((byte)Kind);
        writer.Number(Rows);
        writer.Number(Missing);
        if (Kind == ValueKind.Boolean)
        {
            writer.Number(_true);
            writer.Order(_booleanOrder);
        }

        Numbers?.Write(writer);
        Texts?.Write(writer);
        Times?.Ticks.Write(writer);
        if (Times is not null) writer.Number(Times.WithOffset);
        Lists?.Lengths.Write(writer);
        Lists?.Items.Write(writer);
        if (_decimals is null) return;
        _decimals.Write(writer);
        if (!Options.KeepValues || Count == 0) return;
        writer.Decimal(_minDecimal);
        writer.Decimal(_maxDecimal);
    }

    internal static ColumnProfile Read(StateReader reader, ProfileOptions options, int depth)
    {
        var kind = (ValueKind)reader.Byte();
        if (!Enum.IsDefined(kind) || depth == 0) throw StateReader.Damaged("values of a kind that there is not");
        var profile = new ColumnProfile(ValueKind.Unknown, options) { Kind = kind, Rows = reader.Number(), Missing = reader.Number() };
        if (profile.Missing > profile.Rows || (kind == ValueKind.Unknown && profile.Count > 0)) throw StateReader.Damaged("more missing values than rows");
        profile.ReadValues(reader, depth);
        return profile;
    }

    private void ReadValues(StateReader reader, int depth)
    {
        var values = Count;
        switch (Kind)
        {
            case ValueKind.Boolean:
                _true = reader.Number();
                _false = Count - _true;
                _booleanOrder = reader.Order();
                values = _false < 0 ? -1 : Count;
                break;
            case ValueKind.Integer or ValueKind.Real or ValueKind.Decimal:
                Numbers = NumberStatistics.Read(reader, Kind == ValueKind.Integer, Options);
                values = Numbers.Count + Numbers.NaN;
                break;
            case ValueKind.Text or ValueKind.Binary:
                Texts = TextStatistics.Read(reader, Kind == ValueKind.Binary, Options);
                values = Texts.Count;
                break;
            case ValueKind.Date or ValueKind.Timestamp or ValueKind.Duration:
                Times = new(Kind, NumberStatistics.Read(reader, whole: true, Options)) { WithOffset = reader.Number() };
                values = Times.Ticks.Count;
                break;
            case ValueKind.List:
                Lists = new(NumberStatistics.Read(reader, whole: true, Options with { KeepValues = true }), Read(reader, Options, depth - 1));
                values = Lists.Lengths.Count;
                break;
        }

        if (values != Count) throw StateReader.Damaged("two different numbers of values");
        if (Kind != ValueKind.Decimal) return;
        _decimals = TextSketch.Read(reader, Options);
        if (_decimals.Count != Count) throw StateReader.Damaged("two different numbers of values");
        if (Options.KeepValues && Count > 0) (_minDecimal, _maxDecimal) = (reader.Decimal(), reader.Decimal());
    }
}
