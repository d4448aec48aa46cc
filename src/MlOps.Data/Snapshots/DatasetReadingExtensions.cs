using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Data;

/// <summary>Reads datasets as records of the host's own.</summary>
public static class DatasetReadingExtensions
{
    /// <summary>Reads the rows of a dataset as objects.</summary>
    /// <typeparam name="T">
    /// A type with one public constructor whose parameters are named as columns, such as a positional record, or one without parameters and settable properties named as columns.
    /// Names are compared without case. Columns without a member are not read; every member must have its column, unless the parameter has a default value.
    /// </typeparam>
    /// <param name="store">The store.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The rows in their order.</returns>
    /// <exception cref="DataException">A member has no column or another type; or a value is missing where the member cannot hold that.</exception>
    /// <exception cref="HoldoutLockedException">The dataset is locked.</exception>
    public static async IAsyncEnumerable<T> ReadRowsAsync<T>(this IDatasetStore store, Dataset dataset, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(dataset);
        var (columns, read) = Compile<T>(dataset.Schema);
        long rows = 0;
        await foreach (var batch in store.ReadAsync(dataset, columns, cancellationToken).ConfigureAwait(false))
        {
            var arrays = batch.Arrays.ToArray();
            for (var i = 0; i < batch.Length; i++) yield return read(arrays, i, rows);
            rows += batch.Length;
        }
    }

    private static (IReadOnlyList<string> Columns, Func<IArrowArray[], int, long, T> Read) Compile<T>(DatasetSchema schema)
    {
        var (arrays, row, before) = (Expression.Parameter(typeof(IArrowArray[])), Expression.Parameter(typeof(int)), Expression.Parameter(typeof(long)));
        var columns = new List<string>();
        var nullability = new NullabilityInfoContext();
        var constructor = typeof(T).GetConstructors().OrderByDescending(c => c.GetParameters().Length).FirstOrDefault();
        Expression make = constructor is { } found && found.GetParameters().Length > 0
            ? Expression.New(found, found.GetParameters().Select(p => Argument(p)))
            : Expression.MemberInit(
                Expression.New(typeof(T)),
                typeof(T).GetProperties().Where(p => p.CanWrite && p.GetIndexParameters().Length == 0)
                    .Select(p => Expression.Bind(p, Cell(p.PropertyType, nullability.Create(p).WriteState != NullabilityState.NotNull, Find(p.Name) ?? throw Lacking(p.Name)))));
        if (columns.Count == 0) throw new DataException($"{typeof(T).Name} has no member that is named as a column. The data has: {schema}.");
        return (columns, Expression.Lambda<Func<IArrowArray[], int, long, T>>(make, arrays, row, before).Compile());

        Expression Argument(ParameterInfo parameter)
        {
            if (Find(parameter.Name!) is { } column) return Cell(parameter.ParameterType, nullability.Create(parameter).WriteState != NullabilityState.NotNull, column);
            return parameter.HasDefaultValue ? Expression.Constant(parameter.DefaultValue, parameter.ParameterType) : throw Lacking(parameter.Name!);
        }

        Expression Cell(Type type, bool allowsNull, Column column)
        {
            var index = columns.IndexOf(column.Name);
            if (index < 0)
            {
                index = columns.Count;
                columns.Add(column.Name);
            }

            return Expression.Invoke(Expression.Constant(CellReaders.Create(type, allowsNull, column)), Expression.ArrayIndex(arrays, Expression.Constant(index)), row, before);
        }

        Column? Find(string name)
        {
            var alike = schema.Where(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
            return alike.Find(c => c.Name == name) ?? (alike.Count == 1 ? alike[0] : null);
        }

        DataException Lacking(string name) =>
            new($"{typeof(T).Name}.{name} has no column. The data has: {schema}. Rename one of the two, or leave the member out.") { Column = name };
    }
}
