using System.Buffers;
using System.Text;
using System.Text.Json;

namespace MlOps.DataValidation;

/// <summary>Reads text as JSON.</summary>
internal static class JsonText
{
    public static bool IsJson(ReadOnlySpan<char> text) => Read(text, static bytes =>
    {
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            // only whether it can be read
        }

        return true;
    });

    public static bool Read(ReadOnlySpan<char> text, ReadUtf8 read)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return read(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)));
        }
        catch (JsonException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

internal delegate bool ReadUtf8(ReadOnlySpan<byte> bytes);
