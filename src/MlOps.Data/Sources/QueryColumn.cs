using System.Data.Common;
using System.Linq.Expressions;
using System.Numerics;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Reads one column of a query.</summary>
internal abstract class QueryColumn(string name, int index)
{
    private ColumnBuffer? _buffer;

    public string Name => name;

    public ColumnBuffer Buffer
    {
        get => _buffer ?? throw new InvalidOperationException("The type of the column is not known yet.");
        protected set => _buffer = value;
    }

    public bool IsLarge => _buffer is { IsLarge: true };

    protected int Index => index;

    protected bool IsSettled => _buffer is not null;

    public static QueryColumn Create(DbDataReader reader, int index)
    {
        var name = reader.GetName(index);
        if (string.IsNullOrEmpty(name)) throw new DataException($"Column {index + 1} of the query has no name. Give it one with AS.") { DataSource = "query" };
        return reader.GetType().FullName == "Microsoft.Data.Sqlite.SqliteDataReader" ? new SqliteColumn(reader, name, index) : new TypedColumn(reader, name, index);
    }

    public abstract void Read(DbDataReader reader);

    /// <summary>Decides the type at the end of the first batch, when it was not declared.</summary>
    public virtual void Settle()
    {
    }
}

/// <summary>A column of a provider that types its columns: read through the getter of the type.</summary>
internal sealed class TypedColumn : QueryColumn
{
    private static readonly Dictionary<Type, string> Getters = new()
    {
        [typeof(bool)] = nameof(DbDataReader.GetBoolean),
        [typeof(byte)] = nameof(DbDataReader.GetByte),
        [typeof(short)] = nameof(DbDataReader.GetInt16),
        [typeof(int)] = nameof(DbDataReader.GetInt32),
        [typeof(long)] = nameof(DbDataReader.GetInt64),
        [typeof(float)] = nameof(DbDataReader.GetFloat),
        [typeof(double)] = nameof(DbDataReader.GetDouble),
        [typeof(decimal)] = nameof(DbDataReader.GetDecimal),
        [typeof(string)] = nameof(DbDataReader.GetString),
        [typeof(DateTime)] = nameof(DbDataReader.GetDateTime),
        [typeof(Guid)] = nameof(DbDataReader.GetGuid),
    };

    private readonly Action<DbDataReader> _read;

    public TypedColumn(DbDataReader reader, string name, int index)
        : base(name, index)
    {
        var type = reader.GetFieldType(index);
        var row = Expression.Parameter(typeof(DbDataReader), "reader");
        var position = Expression.Constant(index);
        Expression value = Getters.TryGetValue(type, out var getter)
            ? Expression.Call(row, getter, null, position)
            : Expression.Call(row, nameof(DbDataReader.GetFieldValue), [type], position);
        if (type == typeof(BigInteger)) value = Expression.ConvertChecked(value, typeof(long)); // sums of integers, in some databases
        else if (type == typeof(DateTime) && reader.GetDataTypeName(index).Equals("date", StringComparison.OrdinalIgnoreCase))
            value = Expression.Call(typeof(DateOnly), nameof(DateOnly.FromDateTime), null, value);
        var held = SourceTypes.Find(value.Type) ?? throw new DataException(
            $"Column '{name}' of the query is a {reader.GetDataTypeName(index)} ({type.Name}), which a dataset does not hold. Cast it in the query.")
        {
            DataSource = "query",
            Column = name,
        };
        Buffer = ColumnBuffer.Create(held);
        _read = Expression.Lambda<Action<DbDataReader>>(SourceTypes.Add(Buffer, value), row).Compile();
    }

    public override void Read(DbDataReader reader)
    {
        if (reader.IsDBNull(Index)) Buffer.AddNull();
        else _read(reader);
    }
}
