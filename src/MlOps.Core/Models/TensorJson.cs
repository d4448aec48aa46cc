using System.Text.Json;

namespace MlOps.Core;

/// <summary>Reads and writes tensors as the Open Inference Protocol v2 has them: name, datatype, shape and data, in any order.</summary>
public static class TensorJson
{
    private static readonly string[] Datatypes = ["FP64", "FP32", "INT64", "BYTES", "BOOL", "INT32", "INT16", "INT8", "UINT64", "UINT32", "UINT16", "UINT8", "FP16"];

    /// <summary>Gives the protocol's name of an element type.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>BOOL, INT64, FP32, FP64 or BYTES.</returns>
    public static string DatatypeOf(TensorType type) => type switch
    {
        TensorType.Bool => "BOOL",
        TensorType.Int64 => "INT64",
        TensorType.Float32 => "FP32",
        TensorType.Float64 => "FP64",
        TensorType.String => "BYTES",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>Writes a tensor. Data is flat; a missing element, NaN and an infinity are null.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="tensor">The tensor.</param>
    public static void Write(Utf8JsonWriter writer, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(tensor);
        writer.WriteStartObject();
        writer.WriteString("name"u8, tensor.Name);
        writer.WriteString("datatype"u8, DatatypeOf(tensor.Type));
        writer.WriteStartArray("shape"u8);
        writer.WriteNumberValue(tensor.Rows);
        writer.WriteNumberValue(tensor.Width);
        writer.WriteEndArray();
        writer.WriteStartArray("data"u8);
        switch (tensor)
        {
            case Tensor<float> t: foreach (var v in t.Values) { if (float.IsFinite(v)) writer.WriteNumberValue(v); else writer.WriteNullValue(); } break;
            case Tensor<double> t: foreach (var v in t.Values) { if (double.IsFinite(v)) writer.WriteNumberValue(v); else writer.WriteNullValue(); } break;
            case Tensor<string?> t: foreach (var v in t.Values) writer.WriteStringValue(v); break;
            case Tensor<long> t: for (var i = 0; i < t.Values.Length; i++) { if (t.IsMissing(i)) writer.WriteNullValue(); else writer.WriteNumberValue(t.Values[i]); } break;
            case Tensor<bool> t: for (var i = 0; i < t.Values.Length; i++) { if (t.IsMissing(i)) writer.WriteNullValue(); else writer.WriteBooleanValue(t.Values[i]); } break;
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Reads a tensor. Every integer type becomes 64 bits wide and FP16 becomes FP32; data may be flat or nested; null is a missing element; unknown members are passed over.</summary>
    /// <param name="reader">A reader over the whole text, at the start of the object; afterwards at its end.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ModelInputException">The object is no tensor: a member is missing, the datatype is unknown, an element is of another type, or the data do not fill the shape.</exception>
    public static Tensor Read(ref Utf8JsonReader reader)
    {
        try
        {
            return ReadObject(ref reader);
        }
        catch (InvalidOperationException e)
        {
            throw new ModelInputException("A tensor has a member or a datatype that is no text: it holds one half of a surrogate pair.", null, e);
        }
    }

    private static Tensor ReadObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new ModelInputException("A tensor must be a JSON object with name, shape, datatype and data.");
        string? name = null, datatype = null;
        (int Rows, int Width)? shape = null;
        var data = default(Utf8JsonReader);
        var dataBytes = -1L;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("name"u8)) name = ReadText(ref reader, "name", name);
            else if (reader.ValueTextEquals("datatype"u8)) datatype = ReadDatatype(ref reader, name);
            else if (reader.ValueTextEquals("shape"u8)) shape = ReadShape(ref reader, name);
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                data = reader; // read again below, when its type and shape are known
                reader.Skip();
                dataBytes = reader.BytesConsumed - data.BytesConsumed;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (string.IsNullOrEmpty(name)) throw new ModelInputException("A tensor has no name.");
        if (datatype is null) throw new ModelInputException($"Tensor '{name}' has no datatype.", name);
        if (shape is not { } size) throw new ModelInputException($"Tensor '{name}' has no shape.", name);
        if (dataBytes < 0) throw new ModelInputException($"Tensor '{name}' has no data.", name);
        var count = size.Rows * size.Width;
        // The shape is only a claim: n elements need n characters and the commas between them, else nothing is allocated.
        if (count > (dataBytes / 2) + 1) throw WrongCount(name, count, more: false);
        bool[]? missing;
        switch (datatype)
        {
            case "BOOL":
                var bools = ReadData<bool>(ref data, name, datatype, count, ReadBool, out missing);
                return new Tensor<bool>(name, TensorType.Bool, bools, size.Width, missing);
            case "FP32" or "FP16":
                var floats = ReadData<float>(ref data, name, datatype, count, datatype == "FP32" ? ReadSingle : ReadHalf, out missing);
                Fill(floats, missing, float.NaN);
                return new Tensor<float>(name, TensorType.Float32, floats, size.Width, null);
            case "FP64":
                var doubles = ReadData<double>(ref data, name, datatype, count, ReadDouble, out missing);
                Fill(doubles, missing, double.NaN);
                return new Tensor<double>(name, TensorType.Float64, doubles, size.Width, null);
            case "BYTES":
                var texts = ReadData<string?>(ref data, name, datatype, count, ReadString, out _);
                return new Tensor<string?>(name, TensorType.String, texts, size.Width, null);
            default:
                var integers = ReadData<long>(ref data, name, datatype, count, ReadInteger, out missing);
                CheckRange(integers, name, datatype);
                return new Tensor<long>(name, TensorType.Int64, integers, size.Width, missing);
        }
    }

    private delegate bool ElementReader<T>(ref Utf8JsonReader reader, out T value);

    private static T[] ReadData<T>(ref Utf8JsonReader reader, string name, string datatype, int count, ElementReader<T> read, out bool[]? missing)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new ModelInputException($"The data of tensor '{name}' must be an array.", name);
        var values = count == 0 ? [] : new T[count];
        missing = null;
        var (next, depth) = (0, 1);
        while (depth > 0 && reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray: depth++; continue;
                case JsonTokenType.EndArray: depth--; continue;
            }

            if (next == count) throw WrongCount(name, count, more: true);
            if (reader.TokenType == JsonTokenType.Null) (missing ??= new bool[count])[next] = true;
            else if (!read(ref reader, out values[next])) throw new ModelInputException($"Element {next} of tensor '{name}' is not of datatype {datatype}.", name);
            next++;
        }

        return next == count ? values : throw WrongCount(name, count, more: false);
    }

    private static void CheckRange(long[] values, string name, string datatype)
    {
        var (min, max) = datatype switch
        {
            "INT8" => (sbyte.MinValue, sbyte.MaxValue),
            "INT16" => (short.MinValue, short.MaxValue),
            "INT32" => (int.MinValue, int.MaxValue),
            "UINT8" => (0, byte.MaxValue),
            "UINT16" => (0, ushort.MaxValue),
            "UINT32" => (0, uint.MaxValue),
            "UINT64" => (0, long.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        if (min == long.MinValue) return;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] < min || values[i] > max) throw new ModelInputException($"Element {i} of tensor '{name}' is not of datatype {datatype}.", name);
        }
    }

    private static ModelInputException WrongCount(string name, int count, bool more) =>
        new($"Tensor '{name}' has {(more ? "more" : "fewer")} elements than the {count} that its shape says.", name);

    private static void Fill<T>(T[] values, bool[]? missing, T nan)
    {
        if (missing is null) return;
        for (var i = 0; i < values.Length; i++)
        {
            if (missing[i]) values[i] = nan;
        }
    }

    private static string ReadText(ref Utf8JsonReader reader, string member, string? tensor)
    {
        reader.Read();
        return ReadString(ref reader, out var text)
            ? text!
            : throw new ModelInputException($"The {member} of {(tensor is null ? "a tensor" : $"tensor '{tensor}'")} must be a text.", tensor);
    }

    private static string ReadDatatype(ref Utf8JsonReader reader, string? tensor)
    {
        reader.Read();
        foreach (var datatype in Datatypes)
        {
            if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(datatype)) return datatype;
        }

        var given = reader.TokenType == JsonTokenType.String && ReadString(ref reader, out var text) ? $"'{text}'" : "no text";
        throw new ModelInputException(
            $"The datatype of {(tensor is null ? "a tensor" : $"tensor '{tensor}'")} is {given}. Use BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32, FP64 or BYTES.", tensor);
    }

    private static (int Rows, int Width) ReadShape(ref Utf8JsonReader reader, string? tensor)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) throw WrongShape(tensor);
        long rows = 1, width = 1;
        var dimensions = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var size) || size < 0) throw WrongShape(tensor);
            if (dimensions++ == 0) rows = size;
            else width *= size;
            if (rows * width > Array.MaxLength || width > Array.MaxLength) throw WrongShape(tensor);
        }

        return width > 0 || rows == 0 ? ((int)rows, (int)Math.Max(width, 1)) : throw WrongShape(tensor);
    }

    private static ModelInputException WrongShape(string? tensor) =>
        new($"The shape of {(tensor is null ? "a tensor" : $"tensor '{tensor}'")} must be an array of whole numbers, none negative, none but the first 0, and not larger than memory allows: [rows, 1] for a column.", tensor);

    private static bool ReadBool(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        if (value || reader.TokenType == JsonTokenType.False) return true;
        var isNumber = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) && number is 0 or 1;
        value = isNumber && reader.GetInt32() == 1;
        return isNumber;
    }

    private static bool ReadInteger(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }

    private static bool ReadSingle(ref Utf8JsonReader reader, out float value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetSingle(out value) && float.IsFinite(value);
    }

    private static bool ReadHalf(ref Utf8JsonReader reader, out float value) => ReadSingle(ref reader, out value) && Math.Abs(value) <= (float)Half.MaxValue;

    private static bool ReadDouble(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value) && double.IsFinite(value);
    }

    private static bool ReadString(ref Utf8JsonReader reader, out string? value)
    {
        value = null;
        if (reader.TokenType != JsonTokenType.String) return false;
        try
        {
            value = reader.GetString();
            return true;
        }
        catch (InvalidOperationException) // half of a surrogate pair, or bytes that are no UTF-8
        {
            return false;
        }
    }
}
