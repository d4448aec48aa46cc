using System.Data;
using System.Globalization;
using DbUp.Engine;
using MlOps.Core;
using MlOps.Relational;

namespace MlOps.Sqlite;

/// <summary>Chains what was said of aliases before there was a history into it, in the transaction of the migration.</summary>
/// <remarks>From then on a change to these entries shows as with any other. What was done to them before nobody can know.</remarks>
internal sealed class AliasChangeImport : IScript
{
    /// <summary>The name in the journal: it sorts behind the script that makes the tables.</summary>
    internal const string Name = "MlOps.Sqlite.Migrations.0003_registry_history.cs";

    public string ProvideScript(Func<IDbCommand> dbCommandFactory)
    {
        ArgumentNullException.ThrowIfNull(dbCommandFactory);
        var head = RegistryHead.Empty;
        foreach (var change in Read(dbCommandFactory))
        {
            var entry = RegistryHistory.Chain(head, RegistryLog.Entry(change));
            Insert(dbCommandFactory, entry);
            head = new(entry.Sequence, entry.Hash);
        }

        return string.Create(CultureInfo.InvariantCulture, $"UPDATE registry_head SET sequence = {head.Sequence}, hash = '{head.Hash}'; DROP TABLE alias_changes;");
    }

    private static List<AliasChange> Read(Func<IDbCommand> newCommand)
    {
        using var command = newCommand();
        command.CommandText = """
            SELECT m.name, c.alias, c.from_version, c.to_version, c.changed_by, c.reason, c.changed_at
            FROM alias_changes c
            JOIN models m ON m.model_key = c.model_key
            ORDER BY c.change_id
            """;
        using var reader = command.ExecuteReader();
        var changes = new List<AliasChange>();
        while (reader.Read())
        {
            changes.Add(new(
                reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetInt32(3),
                reader.GetString(4), reader.GetString(5), Micros.ToTime(reader.GetInt64(6))));
        }

        return changes;
    }

    private static void Insert(Func<IDbCommand> newCommand, RegistryEvent entry)
    {
        using var command = newCommand();
        command.CommandText = """
            INSERT INTO registry_events (sequence, kind, model, version, alias, from_value, to_value, done_by, reason, done_at, previous_hash, hash)
            VALUES (@sequence, @kind, @model, @version, @alias, @from, @to, @by, @reason, @at, @previous, @hash)
            """;
        foreach (var (name, value) in ((string, object?)[])
            [
                ("sequence", entry.Sequence), ("kind", entry.Kind.ToString()), ("model", entry.Model), ("version", entry.Version), ("alias", entry.Alias), ("from", entry.From),
                ("to", entry.To), ("by", entry.By), ("reason", entry.Reason), ("at", Micros.From(entry.At)), ("previous", entry.PreviousHash), ("hash", entry.Hash),
            ])
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        command.ExecuteNonQuery();
    }
}
