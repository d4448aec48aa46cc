using System.Runtime.CompilerServices;
using System.Text.Json;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Relational;
using Npgsql;
using NpgsqlTypes;

namespace MlOps.Postgres;

/// <summary>Keeps the prediction log in tables: the columns that every prediction has as columns, inputs and outputs as one JSON object a row, so that SQL can ask for them.</summary>
internal sealed class PostgresPredictionStore(PostgresDatabase database) : IPredictionStore
{
    private const int RowsAtOnce = 16_384;
    private const int TruthsAtOnce = 10_000;

    // Who stores shares it, who erases has it alone: no row of a subject comes in while it is erased.
    private const string Turn = "hashtextextended('mlops erased subjects ' || current_schema(), 0)";

    public Task<int> AppendAsync(PredictionBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ModelNames.CheckModel(batch.Model);
        return database.WriteAsync(
            async session =>
            {
                var connection = (NpgsqlConnection)session.Connection;
                await RunAsync(session, $"SELECT pg_advisory_xact_lock_shared({Turn})").ConfigureAwait(false);
                var number = await ScalarAsync(
                    session,
                    """
                    INSERT INTO prediction_batches (model, day, key, columns)
                    VALUES ($1, $2, $3, $4)
                    ON CONFLICT DO NOTHING
                    RETURNING batch
                    """,
                    Of(batch.Model), Of(batch.Day), Of(batch.Key), Of(JsonSerializer.Serialize(batch.Schema, MlOpsJson.Options))).ConfigureAwait(false);
                if (number is not long id) return 0;
                await PredictionCopy.WriteAsync(connection, id, batch, cancellationToken).ConfigureAwait(false);
                var erased = await RunAsync(
                    session,
                    """
                    DELETE FROM predictions AS p
                    USING erased_subjects AS e
                    WHERE p.batch = $1 AND p.subject IS NOT NULL AND e.digest = encode(sha256(convert_to(p.subject, 'UTF8')), 'hex') AND p.time <= e.at
                    """,
                    Of(id)).ConfigureAwait(false);
                return batch.Rows.Length - erased;
            },
            cancellationToken);
    }

    public async Task AppendGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckModel(model);
        ArgumentNullException.ThrowIfNull(values);
        foreach (var part in values.Chunk(TruthsAtOnce))
        {
            // A statement changes each row once: of several values of one prediction only the one that is valid goes, in one order, so that two who write the same wait for each other and not in a circle.
            var valid = new Dictionary<string, GroundTruth>(StringComparer.Ordinal);
            foreach (var value in part)
            {
                if (!valid.TryGetValue(value.PredictionId, out var other) || value.Time >= other.Time) valid[value.PredictionId] = value;
            }

            var ordered = valid.Values.OrderBy(v => v.PredictionId, StringComparer.Ordinal).ToArray();
            await database.WriteAsync(
                session => RunAsync(
                    session,
                    """
                    INSERT INTO ground_truth AS t (model, prediction, day, value, known_at)
                    SELECT $1, r.prediction, r.day, r.value, r.known_at
                    FROM unnest($2, $3, $4, $5) AS r (prediction, day, value, known_at)
                    ON CONFLICT (model, prediction) DO UPDATE
                    SET value = excluded.value, known_at = excluded.known_at
                    WHERE excluded.known_at >= t.known_at
                    """,
                    Of(model), All(NpgsqlDbType.Text, ordered, v => v.PredictionId), All(NpgsqlDbType.Date, ordered, v => PredictionId.DayOf(v.PredictionId)),
                    All(NpgsqlDbType.Double, ordered, v => v.Value), All(NpgsqlDbType.Bigint, ordered, v => FeatureTime.ToMicros(v.Time))),
                cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<IReadOnlyList<DatasetSchema>> GetSchemasAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        [.. (await BatchesAsync(model, from, to, cancellationToken).ConfigureAwait(false)).Select(b => b.Columns).Distinct(StringComparer.Ordinal).Select(SchemaOf)];

    public async IAsyncEnumerable<RecordBatch> ReadAsync(
        string model, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var batches = await BatchesAsync(model, from, to, cancellationToken).ConfigureAwait(false);
        var (first, end) = (FeatureTime.ToMicros(from), FeatureTime.ToMicros(to));
        for (var start = 0; start < batches.Count;)
        {
            // Those side by side that have the same columns are read together.
            var length = 1;
            while (start + length < batches.Count && batches[start + length].Columns == batches[start].Columns && batches[start + length].Day == batches[start].Day) length++;
            var numbers = batches.Skip(start).Take(length).Select(b => b.Number).ToArray();
            start += length;
            var schema = SchemaOf(batches[start - 1].Columns);
            var wanted = columns is null ? schema : new DatasetSchema(columns.Where(schema.Contains).Select(c => schema[c]));
            var (afterBatch, afterRow) = (0L, -1);
            while (true)
            {
                var page = await database.RunAloneAsync(
                    connection => PredictionPage.ReadAsync((NpgsqlConnection)connection, numbers, afterBatch, afterRow, first, end, wanted, RowsAtOnce, cancellationToken), isWrite: false, cancellationToken).ConfigureAwait(false);
                if (page.Rows.Length > 0) yield return page.Rows;
                if (page.Rows.Length < RowsAtOnce) break;
                (afterBatch, afterRow) = (page.LastBatch, page.LastRow);
            }
        }
    }

    public async IAsyncEnumerable<RecordBatch> ReadGroundTruthAsync(
        string model, IReadOnlyCollection<DateOnly> days, DateTimeOffset? othersFrom, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(days);
        var after = string.Empty;
        while (true)
        {
            var page = await database.RunAloneAsync(
                async connection =>
                {
                    var command = new NpgsqlCommand(
                        """
                        SELECT prediction, value, known_at
                        FROM ground_truth
                        WHERE model = $1 AND (day = ANY($2) OR (day IS NULL AND known_at >= $3)) AND prediction > $4
                        ORDER BY prediction
                        LIMIT $5
                        """,
                        (NpgsqlConnection)connection);
                    await using var _ = command.ConfigureAwait(false);
                    command.Parameters.AddRange((NpgsqlParameter[])[
                        Of(model), All(NpgsqlDbType.Date, days.ToArray(), d => d), new NpgsqlParameter { Value = othersFrom is { } others ? FeatureTime.ToMicros(others) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                        Of(after), Of(RowsAtOnce)]);
                    var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                    await using var __ = reader.ConfigureAwait(false);
                    return await PredictionPage.ReadTruthsAsync(reader, cancellationToken).ConfigureAwait(false);
                },
                isWrite: false,
                cancellationToken).ConfigureAwait(false);
            if (page.Length > 0) yield return page;
            if (page.Length < RowsAtOnce) yield break;
            after = ((StringArray)page.Column(0)).GetString(page.Length - 1);
        }
    }

    public Task<long> EraseAsync(string subject, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return database.WriteAsync(
            async session =>
            {
                await RunAsync(session, $"SELECT pg_advisory_xact_lock({Turn})").ConfigureAwait(false);
                await RunAsync(
                    session,
                    """
                    INSERT INTO erased_subjects AS e (digest, at)
                    VALUES ($1, $2)
                    ON CONFLICT (digest) DO UPDATE
                    SET at = greatest(e.at, excluded.at)
                    """,
                    Of(Sha256.Hex(subject)), Of(FeatureTime.ToMicros(at))).ConfigureAwait(false);
                return (long)(await ScalarAsync(
                    session,
                    """
                    WITH erased AS (
                        DELETE FROM predictions
                        WHERE subject = $1 AND time <= $2
                        RETURNING batch, id
                    ), truths AS (
                        DELETE FROM ground_truth AS t
                        USING erased AS e
                        JOIN prediction_batches AS b ON b.batch = e.batch
                        WHERE t.model = b.model AND t.prediction = e.id
                    )
                    SELECT COUNT(*)
                    FROM erased
                    """,
                    Of(subject), Of(FeatureTime.ToMicros(at))).ConfigureAwait(false))!;
            },
            cancellationToken);
    }

    public Task<int> RemoveAsync(DateOnly before, CancellationToken cancellationToken = default) => database.WriteAsync(
        async session =>
        {
            await RunAsync(session, "DELETE FROM predictions AS p USING prediction_batches AS b WHERE p.batch = b.batch AND b.day < $1", Of(before)).ConfigureAwait(false);
            var days = (long)(await ScalarAsync(
                session,
                """
                WITH removed AS (
                    DELETE FROM prediction_batches
                    WHERE day < $1
                    RETURNING model, day
                )
                SELECT COUNT(DISTINCT (model, day))
                FROM removed
                """,
                Of(before)).ConfigureAwait(false))!;
            // What became known before the day may be of a prediction of the day, by another clock.
            var knownBefore = before > DateOnly.MinValue ? new DateTimeOffset(before.AddDays(-1), TimeOnly.MinValue, TimeSpan.Zero) : DateTimeOffset.MinValue;
            await RunAsync(session, "DELETE FROM ground_truth WHERE day < $1 OR (day IS NULL AND known_at < $2)", Of(before), Of(FeatureTime.ToMicros(knownBefore))).ConfigureAwait(false);
            return (int)days;
        },
        cancellationToken);

    // The server looks after its pages itself.
    public Task<int> CompactAsync(DateOnly before, Func<string, bool> isSettled, CancellationToken cancellationToken = default) => Task.FromResult(0);

    private static DatasetSchema SchemaOf(string columns) => JsonSerializer.Deserialize<DatasetSchema>(columns, MlOpsJson.Options)!;

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter<T[]> All<TItem, T>(NpgsqlDbType type, TItem[] items, Func<TItem, T> value) => new() { TypedValue = System.Array.ConvertAll(items, i => value(i)), NpgsqlDbType = NpgsqlDbType.Array | type };

    private static async Task<int> RunAsync(Session session, string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)session.Connection, (NpgsqlTransaction)session.Transaction);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(session.CancellationToken).ConfigureAwait(false);
    }

    private static async Task<object?> ScalarAsync(Session session, string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)session.Connection, (NpgsqlTransaction)session.Transaction);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteScalarAsync(session.CancellationToken).ConfigureAwait(false);
    }

    private Task<List<Batch>> BatchesAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        ModelNames.CheckModel(model);
        return database.RunAloneAsync(
            async connection =>
            {
                var command = new NpgsqlCommand(
                    """
                    SELECT batch, day, columns
                    FROM prediction_batches
                    WHERE model = $1 AND day BETWEEN $2 AND $3
                    ORDER BY day, batch
                    """,
                    (NpgsqlConnection)connection);
                await using var _ = command.ConfigureAwait(false);
                command.Parameters.AddRange((NpgsqlParameter[])[Of(model), Of(DateOnly.FromDateTime(from.UtcDateTime)), Of(DateOnly.FromDateTime(to.UtcDateTime))]);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var __ = reader.ConfigureAwait(false);
                var batches = new List<Batch>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) batches.Add(new(reader.GetInt64(0), reader.GetFieldValue<DateOnly>(1), reader.GetString(2)));
                return batches;
            },
            isWrite: false,
            cancellationToken);
    }

    private sealed record Batch(long Number, DateOnly Day, string Columns);
}
