namespace MlOps.DataValidation;

/// <summary>Reads the tables that expectations compare with, each once and before the data.</summary>
internal static class References
{
    public static async Task<IReadOnlyDictionary<string, ReferenceTable>> ReadAsync(ExpectationSuite suite, ValidationOptions options, CancellationToken cancellationToken)
    {
        var tables = new Dictionary<string, ReferenceTable>(StringComparer.Ordinal);
        var keys = suite.Expectations.OfType<InReference>().ToLookup(e => e.Reference, e => e.Keys);
        var names = keys.Select(k => k.Key).Concat(suite.Expectations.OfType<RowCountEqualsReference>().Select(e => e.Reference));
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (options.References.TryGetValue(name, out var source)) tables[name] = await ReadAsync(source, [.. keys[name]], options, cancellationToken).ConfigureAwait(false);
        }

        return tables;
    }

    private static async Task<ReferenceTable> ReadAsync(ReferenceSource source, List<IReadOnlyList<string>> keys, ValidationOptions options, CancellationToken cancellationToken)
    {
        var table = new ReferenceTable();
        foreach (var key in keys) table.Keys.TryAdd(ReferenceTable.KeyName(key), new(options.MaxDistinct));
        try
        {
            ArrowFeed? feed = null;
            CheckPlan? plan = null;
            var columns = keys.SelectMany(k => k).Distinct(StringComparer.Ordinal).ToList();
            await foreach (var batch in source(columns, cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                plan ??= Plan(ArrowFeed.ColumnsOf(batch.Schema), columns, options);
                feed ??= new(new([.. plan.Bound.Select(b => new BlockColumn(b.Name, b.Kind))]), batch.Schema);
                feed.Start(batch);
                while (feed.Next()) Add(feed.Block, keys, plan, table);
                table.Rows += batch.Length;
            }
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            table.Error = e.Message;
        }

        return table;
    }

    private static CheckPlan Plan(IReadOnlyList<DataColumn> there, List<string> columns, ValidationOptions options)
    {
        var plan = new CheckPlan(there, options);
        foreach (var column in columns) plan.Column(column);
        return plan;
    }

    private static void Add(Block block, List<IReadOnlyList<string>> keys, CheckPlan plan, ReferenceTable table)
    {
        foreach (var key in keys)
        {
            var set = table.KeysOf(key);
            var row = new BlockRow(block) { Map = [.. key.Select(k => plan.Column(k).Index)] };
            for (row.Index = 0; row.Index < block.Length; row.Index++) set.Add(RowKeys.Of(row, key.Count), 0, out _);
        }
    }
}
