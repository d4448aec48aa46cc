using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace MlOps.Statistics;

/// <summary>The profiles of the columns of a dataset, by name, and on request how pairs of them go together. Profiles of parts merge to the profile of the whole.</summary>
/// <remarks>
/// A column that a part of the rows lacked altogether has fewer rows than the dataset; the difference is not counted as missing values. Names are compared ordinally and are unique: the same name is the same
/// column, so whoever reads a source with two columns of one name renames or refuses one. Not thread-safe; profile in parallel with a profile for each thread, and merge.
/// </remarks>
public sealed class DatasetProfile
{
    private readonly Dictionary<string, ColumnProfile> _columns = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly SortedDictionary<(string First, string Second), Correlation> _correlations = new(PairOrder.Instance);
    private readonly SortedDictionary<(string First, string Second), ContingencyTable> _contingencies = new(PairOrder.Instance);

    /// <summary>Begins a profile without rows and columns.</summary>
    /// <param name="options">How to profile the columns; null for the defaults.</param>
    public DatasetProfile(ProfileOptions? options = null) => Options = options ?? ProfileOptions.Default;

    /// <summary>Gets how the columns are profiled.</summary>
    public ProfileOptions Options { get; }

    /// <summary>Gets or sets the fingerprint of the dataset that was profiled; null when it is not known. Profiles of different datasets merge to one without.</summary>
    public string? Fingerprint { get; set; }

    /// <summary>Gets how many rows the dataset has.</summary>
    public long Rows { get; private set; }

    /// <summary>Gets the names of the columns, in the order in which they were first seen.</summary>
    public IReadOnlyList<string> Columns => _names;

    /// <summary>Gets the correlations that were asked for, by the names of the two columns.</summary>
    public IReadOnlyDictionary<(string First, string Second), Correlation> Correlations => _correlations;

    /// <summary>Gets the contingency tables that were asked for, by the names of the two columns.</summary>
    public IReadOnlyDictionary<(string First, string Second), ContingencyTable> Contingencies => _contingencies;

    /// <summary>Gets the profile of a column.</summary>
    /// <param name="name">The name of the column.</param>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public ColumnProfile this[string name] => TryGet(name, out var column)
        ? column
        : throw new KeyNotFoundException($"The profile has no column '{name}'. It has: {string.Join(", ", _names)}.");

    /// <summary>Looks for the profile of a column.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="column">Its profile.</param>
    /// <returns>Whether there is such a column.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out ColumnProfile? column) => _columns.TryGetValue(name, out column);

    /// <summary>Gives the profile of a column to add values to; a new column when there is none of that name yet.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="kind">What its values are, when it is known.</param>
    /// <returns>The profile.</returns>
    public ColumnProfile Column(string name, ValueKind kind = ValueKind.Unknown)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _columns.TryGetValue(name, out var column) ? column : Add(name, new(kind, Options));
    }

    /// <summary>Gives the correlation of two columns to add rows to. Both orders of the names are the same pair.</summary>
    /// <param name="first">The name of one column.</param>
    /// <param name="second">The name of the other column.</param>
    /// <returns>The correlation.</returns>
    public Correlation Correlation(string first, string second) => Pair(_correlations, first, second);

    /// <summary>Gives the contingency table of two columns to add rows to. Both orders of the names are the same pair; the categories of the column named first here must be added first each time.</summary>
    /// <param name="first">The name of one column.</param>
    /// <param name="second">The name of the other column.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InvalidOperationException">Raw values are kept out of the profile, and a contingency table holds them.</exception>
    public ContingencyTable Contingency(string first, string second) => Options.KeepValues
        ? Pair(_contingencies, first, second)
        : throw new InvalidOperationException("A contingency table holds raw values, which are kept out of this profile.");

    /// <summary>Counts rows whose values were or will be added to the columns.</summary>
    /// <param name="rows">How many.</param>
    public void AddRows(long rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        Rows += rows;
    }

    /// <summary>Adds the rows that another profile has seen, as coming after those of this one.</summary>
    /// <param name="other">The other profile. It is not changed.</param>
    /// <exception cref="ArgumentException">The profiles were made with different options, or a column holds values of different kinds. This profile is then as it was before.</exception>
    public void Merge(DatasetProfile other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Options != Options) throw new ArgumentException("Profiles merge when they were made with equal options.", nameof(other));
        foreach (var name in other._names)
        {
            if (_columns.TryGetValue(name, out var mine) && !mine.Takes(other._columns[name]))
                throw new ArgumentException($"Column '{name}' holds {mine.Kind} values here and {other._columns[name].Kind} values there. Profile it as one kind, or as text.", nameof(other));
        }

        if (Rows == 0 && _names.Count == 0) Fingerprint = other.Fingerprint;
        else if (Fingerprint != other.Fingerprint) Fingerprint = null;
        foreach (var name in other._names.ToArray()) Column(name).Merge(other._columns[name]);
        foreach (var ((first, second), correlation) in other._correlations.ToArray()) Correlation(first, second).Merge(correlation);
        foreach (var ((first, second), table) in other._contingencies.ToArray()) Contingency(first, second).Merge(table);
        Rows += other.Rows;
    }

    /// <summary>Makes a copy that grows by itself.</summary>
    /// <returns>The copy.</returns>
    public DatasetProfile Clone()
    {
        var clone = new DatasetProfile(Options) { Rows = Rows, Fingerprint = Fingerprint };
        foreach (var name in _names) clone.Add(name, _columns[name].Clone());
        foreach (var (pair, correlation) in _correlations) clone._correlations.Add(pair, correlation.Clone());
        foreach (var (pair, table) in _contingencies) clone._contingencies.Add(pair, table.Clone());
        return clone;
    }

    /// <inheritdoc cref="ColumnProfile.ToBytes"/>
    public byte[] ToBytes()
    {
        var writer = new StateWriter();
        Envelope.WriteOptions(writer, Options);
        writer.Flag(Fingerprint is not null);
        if (Fingerprint is not null) writer.Text(Fingerprint);
        writer.Number(Rows);
        writer.Number(_names.Count);
        foreach (var name in _names)
        {
            writer.Text(name);
            _columns[name].Write(writer);
        }

        Write(writer, _correlations, (w, c) => c.Write(w));
        Write(writer, _contingencies, (w, t) => t.Write(w));
        return Envelope.Seal(Envelope.Dataset, writer);
    }

    /// <summary>Reads a profile from its compact form.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="InvalidDataException">The bytes are damaged, are none of a dataset profile, or were written by a newer version.</exception>
    public static DatasetProfile FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = Envelope.Open(Envelope.Dataset, bytes);
        var profile = new DatasetProfile(Envelope.ReadOptions(reader)) { Fingerprint = reader.Flag() ? reader.Text() : null, Rows = reader.Number() };
        for (var left = reader.Length(4); left > 0; left--)
        {
            var name = reader.Text();
            if (profile._columns.ContainsKey(name)) throw StateReader.Damaged("two columns of one name");
            profile.Add(name, ColumnProfile.Read(reader, profile.Options, ColumnProfile.MaxDepth));
        }

        for (var left = reader.Length(3); left > 0; left--) profile._correlations[(reader.Text(), reader.Text())] = Statistics.Correlation.Read(reader);
        for (var left = reader.Length(3); left > 0; left--) profile._contingencies[(reader.Text(), reader.Text())] = ContingencyTable.Read(reader);
        return reader.IsAtEnd ? profile : throw StateReader.Damaged("more than it says");
    }

    /// <inheritdoc cref="ColumnProfile.ToJson"/>
    public string ToJson() => ProfileJson.Text(WriteJson);

    /// <inheritdoc cref="ColumnProfile.WriteJson"/>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("fingerprint", Fingerprint);
        writer.WriteNumber("rows", Rows);
        writer.WriteStartObject("columns");
        foreach (var name in _names)
        {
            writer.WriteStartObject(name);
            ProfileJson.Write(writer, _columns[name]);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        ProfileJson.Write(writer, "pearson", _correlations.Select(c => (c.Key, c.Value.Pearson)));
        ProfileJson.Write(writer, "cramersV", _contingencies.Select(c => (c.Key, c.Value.CramersV)));
        writer.WriteBase64String("state", ToBytes());
        writer.WriteEndObject();
    }

    /// <summary>Reads a profile from JSON. What is read is its state; the statistics beside it are for people, and changing them changes nothing.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The profile, equal to the last bit.</returns>
    /// <exception cref="InvalidDataException">The text is damaged or none of a dataset profile.</exception>
    public static DatasetProfile FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return FromBytes(ProfileJson.State(json));
    }

    private static void Write<T>(StateWriter writer, SortedDictionary<(string First, string Second), T> pairs, Action<StateWriter, T> write)
    {
        writer.Number(pairs.Count);
        foreach (var ((first, second), value) in pairs)
        {
            writer.Text(first);
            writer.Text(second);
            write(writer, value);
        }
    }

    private static T Pair<T>(SortedDictionary<(string First, string Second), T> pairs, string first, string second)
        where T : new()
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (pairs.TryGetValue((first, second), out var there) || pairs.TryGetValue((second, first), out there)) return there;
        return pairs[(first, second)] = new();
    }

    private ColumnProfile Add(string name, ColumnProfile column)
    {
        _names.Add(name);
        _columns.Add(name, column);
        return column;
    }

    private sealed class PairOrder : IComparer<(string First, string Second)>
    {
        public static readonly PairOrder Instance = new();

        public int Compare((string First, string Second) x, (string First, string Second) y)
        {
            var order = string.CompareOrdinal(x.First, y.First);
            return order == 0 ? string.CompareOrdinal(x.Second, y.Second) : order;
        }
    }
}
