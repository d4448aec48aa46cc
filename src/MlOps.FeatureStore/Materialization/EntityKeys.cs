using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Makes entities out of columns of join keys.</summary>
internal static class EntityKeys
{
    /// <summary>Gives the entities.</summary>
    /// <param name="view">The view.</param>
    /// <param name="keys">The values of each join key, one an entity.</param>
    /// <returns>The entities, in order.</returns>
    /// <exception cref="DataException">A key lacks, is missing, or has another type or another number of values than the others.</exception>
    public static IReadOnlyList<byte[]> Of(FeatureView view, IReadOnlyDictionary<string, IReadOnlyList<FeatureValue>> keys)
    {
        Column[] columns = [.. view.Keys];
        foreach (var column in columns)
        {
            if (!keys.TryGetValue(column.Name, out var values)) throw new DataException($"Join key '{column.Name}' of feature view '{view.Name}' lacks.") { Column = column.Name };
            if (values.Count != keys[columns[0].Name].Count) throw new DataException($"Join key '{column.Name}' has {values.Count} values, and '{columns[0].Name}' has {keys[columns[0].Name].Count}.") { Column = column.Name };
        }

        var entities = new byte[keys[columns[0].Name].Count][];
        var key = new FeatureValue[columns.Length];
        for (var row = 0; row < entities.Length; row++)
        {
            for (var i = 0; i < key.Length; i++) key[i] = keys[columns[i].Name][row];
            entities[row] = EntityKey.Write(columns, key) ?? throw new DataException($"A join key of entity {row + 1} is missing.") { Row = row + 1 };
        }

        return entities;
    }
}
