using System.Globalization;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>The history of a registry in tables: entries that are only appended to, and the row of its head, which writers hold until they commit.</summary>
internal static class RegistryLog
{
    private static readonly Dictionary<string, RegistryEventKind> Kinds = Enum.GetValues<RegistryEventKind>().ToDictionary(kind => kind.ToString(), StringComparer.Ordinal);

    /// <summary>Makes an entry, whose place and hashes are not known yet.</summary>
    internal static RegistryEvent Entry(
        RegistryEventKind kind, string model, ChangeNote note, int? version = null, string? alias = null, string? from = null, string? to = null) =>
        new(0, kind, model, version, alias, from, to, note.By, note.Reason, note.At, string.Empty, string.Empty);

    /// <summary>Makes the entry of a change of an alias.</summary>
    internal static RegistryEvent Entry(AliasChange change) => Entry(
        change.IsRollBack ? RegistryEventKind.AliasRolledBack : RegistryEventKind.AliasMoved,
        change.Model, new(change.By, change.Reason, change.At), change.To ?? change.From, change.Alias, Text(change.From), Text(change.To));

    /// <summary>Appends entries. It is the last thing that a writer does, so that the others wait for it as shortly as can be, and all take their locks in one order.</summary>
    internal static async Task AppendAsync(Session session, IReadOnlyList<RegistryEvent> entries)
    {
        if (entries.Count == 0) return;
        var row = await session.FirstAsync<HeadRow>(HoldHead).ConfigureAwait(false)
            ?? throw new StoreException($"The history in '{session.Database.Name}' has lost its head: somebody has changed the table registry_head. Restore the store from a backup.");
        var head = new RegistryHead(row.Sequence, row.Hash);
        foreach (var entry in entries)
        {
            var next = RegistryHistory.Chain(head, entry);
            await session.ExecuteAsync(Insert, EventRow.From(next)).ConfigureAwait(false);
            head = new(next.Sequence, next.Hash);
        }

        await session.ExecuteAsync(MoveHead, new { head.Sequence, head.Hash }).ConfigureAwait(false);
    }

    internal static async Task<List<RegistryEvent>> ReadAsync(Session session, RegistryHistoryQuery query)
    {
        // The kinds are names of ours, not what a caller wrote.
        var kinds = query.Kinds.Count == 0 ? string.Empty : $" AND kind IN ({string.Join(", ", query.Kinds.Select(kind => $"'{kind}'"))})";
        var rows = await session.QueryAsync<EventRow>($"""
            {Select}
            WHERE sequence > @After{(query.Model is null ? string.Empty : " AND model = @Model")}{(query.Version is null ? string.Empty : " AND version = @Version")}{kinds}
            ORDER BY sequence
            LIMIT @Limit
            """, new { query.After, query.Model, query.Version, query.Limit }).ConfigureAwait(false);
        return rows.ConvertAll(row => row.ToEvent());
    }

    internal static Task<long> LastAsync(Session session) => session.FirstAsync<long>("SELECT sequence FROM registry_head");

    /// <summary>Says whether an alias has ever pointed to a version.</summary>
    internal static async Task<bool> HasPointedToAsync(Session session, AliasChange change) =>
        await session.FirstAsync<long>(CountMoves, new { change.Model, change.Alias, To = Text(change.To) }).ConfigureAwait(false) > 0;

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private const string HoldHead = """
        UPDATE registry_head
        SET sequence = sequence
        RETURNING sequence AS Sequence, hash AS Hash
        """;

    private const string MoveHead = """
        UPDATE registry_head
        SET sequence = @Sequence, hash = @Hash
        """;

    private const string Insert = """
        INSERT INTO registry_events (sequence, kind, model, version, alias, from_value, to_value, done_by, reason, done_at, previous_hash, hash)
        VALUES (@Sequence, @Kind, @Model, @Version, @Alias, @FromValue, @ToValue, @DoneBy, @Reason, @DoneAt, @PreviousHash, @Hash)
        """;

    private const string Select = """
        SELECT sequence AS Sequence, kind AS Kind, model AS Model, version AS Version, alias AS Alias, from_value AS FromValue, to_value AS ToValue,
            done_by AS DoneBy, reason AS Reason, done_at AS DoneAt, previous_hash AS PreviousHash, hash AS Hash
        FROM registry_events
        """;

    private const string CountMoves = """
        SELECT COUNT(*)
        FROM registry_events
        WHERE model = @Model AND alias = @Alias AND to_value = @To AND kind IN ('AliasMoved', 'AliasRolledBack')
        """;

    private sealed class HeadRow
    {
        public long Sequence { get; init; }

        public string Hash { get; init; } = string.Empty;
    }

    private sealed class EventRow
    {
        public long Sequence { get; init; }

        public string Kind { get; init; } = string.Empty;

        public string Model { get; init; } = string.Empty;

        public long? Version { get; init; }

        public string? Alias { get; init; }

        public string? FromValue { get; init; }

        public string? ToValue { get; init; }

        public string DoneBy { get; init; } = string.Empty;

        public string Reason { get; init; } = string.Empty;

        public long DoneAt { get; init; }

        public string PreviousHash { get; init; } = string.Empty;

        public string Hash { get; init; } = string.Empty;

        public static EventRow From(RegistryEvent entry) => new()
        {
            Sequence = entry.Sequence,
            Kind = entry.Kind.ToString(),
            Model = entry.Model,
            Version = entry.Version,
            Alias = entry.Alias,
            FromValue = entry.From,
            ToValue = entry.To,
            DoneBy = entry.By,
            Reason = entry.Reason,
            DoneAt = Micros.From(entry.At),
            PreviousHash = entry.PreviousHash,
            Hash = entry.Hash,
        };

        // What nobody but a forger wrote is read as it can be: its hash does not fit, and verification says where.
        public RegistryEvent ToEvent() => new(
            Sequence, Kinds.GetValueOrDefault(Kind, (RegistryEventKind)(-1)), Model, (int?)Version, Alias, FromValue, ToValue, DoneBy, Reason,
            Micros.ToTime(Math.Clamp(DoneAt, Micros.From(DateTimeOffset.MinValue), Micros.From(DateTimeOffset.MaxValue))), PreviousHash, Hash);
    }
}
