using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Which features requests ask for, resolved. The same question, byte by byte, is resolved once. Thread-safe.</summary>
internal sealed class FeatureQuestions
{
    private const int MaxKept = 256;

    private readonly IFeatureDirectory _directory;
    private readonly ConcurrentDictionary<byte[], FeatureQuestion> _kept = new(QuestionComparer.Instance);
    private readonly ConcurrentDictionary<byte[], FeatureQuestion>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public FeatureQuestions(IFeatureDirectory directory)
    {
        _directory = directory;
        _lookup = _kept.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Finds what is asked for.</summary>
    /// <param name="service">The JSON text of the feature service; empty when there is none.</param>
    /// <param name="features">The JSON array of the features; empty when there is none.</param>
    /// <param name="fullNames">Whether features are named view__feature.</param>
    public FeatureQuestion Find(ReadOnlySpan<byte> service, ReadOnlySpan<byte> features, bool fullNames)
    {
        var text = service.IsEmpty ? features : service;
        if (text.IsEmpty) throw new InvalidRequestException("Name a feature_service, or list features as view:feature.", "features");
        var length = text.Length + 1;
        var rented = length > 1024 ? new byte[length] : null;
        var key = rented ?? stackalloc byte[length];
        text.CopyTo(key[1..]);
        key[0] = (byte)(fullNames ? 1 : 0);
        if (_lookup.TryGetValue(key, out var found)) return found;
        var made = Make(service, features, fullNames);
        if (_kept.Count < MaxKept) _lookup.TryAdd(key, made);
        return made;
    }

    private FeatureQuestion Make(ReadOnlySpan<byte> service, ReadOnlySpan<byte> features, bool fullNames)
    {
        string? name = null;
        List<string> listed = [];
        var reader = new Utf8JsonReader(service.IsEmpty ? features : service);
        if (service.IsEmpty) listed = RequestJson.ReadTexts(ref reader, "features") ?? [];
        else name = RequestJson.ReadText(ref reader, "feature_service");
        if (name is null && listed.Count == 0) throw new InvalidRequestException("Name a feature_service, or list features as view:feature.", "features");
        return new(name, listed, fullNames, _directory.DescribeQuery(name, listed, fullNames));
    }

    private sealed class QuestionComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly QuestionComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

/// <summary>What a request asks for.</summary>
internal sealed class FeatureQuestion
{
    private readonly Dictionary<string, ColumnType> _given = new(StringComparer.Ordinal);

    public FeatureQuestion(string? service, IReadOnlyList<string> features, bool fullNames, FeatureQueryColumns columns)
    {
        (Service, Features, FullNames, Columns) = (service, features, fullNames, columns);
        foreach (var column in columns.Keys.Concat(columns.Request)) _given[column.Name] = column.Type;
        Names = [.. columns.Keys.Select(k => k.Name).Concat(columns.Outputs.Select(o => o.Name)).Select(n => JsonEncodedText.Encode(n))];
    }

    public string? Service { get; }

    public IReadOnlyList<string> Features { get; }

    public bool FullNames { get; }

    public FeatureQueryColumns Columns { get; }

    /// <summary>Gets the names of the answer: the join keys, then the features.</summary>
    public IReadOnlyList<JsonEncodedText> Names { get; }

    /// <summary>Gives the type of a column that the request must have.</summary>
    public ColumnType TypeOf(string member, string name) => _given.TryGetValue(name, out var type)
        ? type
        : throw new InvalidRequestException($"'{name}' is neither a join key nor a column of the request for these features. Expected: {string.Join(", ", _given.Keys)}.", member, name);

    public void CheckComplete(Dictionary<string, IReadOnlyList<FeatureValue>> given)
    {
        foreach (var key in Columns.Keys)
        {
            if (!given.ContainsKey(key.Name)) throw new InvalidRequestException("The join key lacks.", "entities", key.Name);
        }

        foreach (var column in Columns.Request)
        {
            if (!given.ContainsKey(column.Name)) throw new InvalidRequestException("The column of the request lacks. Give it among the entities or in request_context.", "request_context", column.Name);
        }
    }
}
