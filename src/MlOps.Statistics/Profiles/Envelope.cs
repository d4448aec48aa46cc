using System.Buffers.Binary;

namespace MlOps.Statistics;

/// <summary>What stands around the state of a profile: what it is, its version, and a sum that says whether it is whole.</summary>
internal static class Envelope
{
    public const uint Column = 0x43504C4D;
    public const uint Dataset = 0x44504C4D;
    public const uint Detector = 0x54434C4D;
    public const uint Covariance = 0x56434C4D;
    public const uint Components = 0x41504C4D;
    private const byte Version = 1;
    private const int HeaderSize = 5;
    private const int SumSize = 8;

    public static byte[] Seal(uint what, StateWriter state)
    {
        var sealedBytes = new byte[HeaderSize + state.Written.Length + SumSize];
        BinaryPrimitives.WriteUInt32LittleEndian(sealedBytes, what);
        sealedBytes[4] = Version;
        state.Written.CopyTo(sealedBytes.AsSpan(HeaderSize));
        BinaryPrimitives.WriteUInt64LittleEndian(sealedBytes.AsSpan(^SumSize..), Hashing.Of(sealedBytes.AsSpan(..^SumSize)).First);
        return sealedBytes;
    }

    public static StateReader Open(uint what, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + SumSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != what)
            throw new InvalidDataException($"These {bytes.Length} bytes are no {NameOf(what)}.");
        if (bytes[4] != Version) throw new InvalidDataException($"The {NameOf(what)} was written in version {bytes[4]} of its form; this library reads version {Version}. Update the library.");
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[^SumSize..]) != Hashing.Of(bytes[..^SumSize]).First) throw StateReader.Damaged("other bytes than were written");
        return new(bytes[HeaderSize..^SumSize].ToArray());
    }

    public static void WriteOptions(StateWriter writer, ProfileOptions options)
    {
        writer.Number(options.ExactLimit);
        writer.Number(options.TextLimit);
        writer.Flag(options.KeepValues);
    }

    public static ProfileOptions ReadOptions(StateReader reader)
    {
        var (exact, text, keep) = (reader.Number(), reader.Number(), reader.Flag());
        if (exact is < 16 or > 65536 || text is < 8 or > 65536) throw StateReader.Damaged("options that cannot be");
        return new() { ExactLimit = (int)exact, TextLimit = (int)text, KeepValues = keep };
    }

    private static string NameOf(uint what) => what switch
    {
        Column => "column profile",
        Dataset => "dataset profile",
        Covariance => "covariance",
        Components => "principal components",
        _ => "change detector",
    };
}
