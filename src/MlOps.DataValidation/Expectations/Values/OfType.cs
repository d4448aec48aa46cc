using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>A column has one of some types. It is the column's type that counts; a column of nothing but missing values without a type has every type.</summary>
/// <param name="Column">The column.</param>
/// <param name="Types">The types.</param>
/// <param name="HasZone">For moments, whether they carry a time zone; null when it does not matter.</param>
public sealed record OfType(string Column, IReadOnlyList<ColumnType> Types, bool? HasZone = null) : ColumnExpectation(Column)
{
    /// <summary>Gets the types.</summary>
    public IReadOnlyList<ColumnType> Types { get; init; } = Types ?? throw new ArgumentNullException(nameof(Types));

    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' is of type {string.Join(" or ", Types)}";

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        var type = TypeOf(column.Kind);
        var fits = column.Kind == CellKind.Nothing
            || (type is { } known && Types.Contains(known) && (HasZone is null || column.HasZone is null || known != ColumnType.Timestamp || HasZone == column.HasZone));
        return new AggregateCheck(this, [column.Index], _ => new(fits, type is { } t ? t.ToString() : default, fits ? null : $"it holds {column.Kind.Words()}")) { IsAboutColumns = true };
    }

    private static ColumnType? TypeOf(CellKind kind) => kind switch
    {
        CellKind.Boolean => ColumnType.Boolean,
        CellKind.Integer => ColumnType.Int64,
        CellKind.Date => ColumnType.Date,
        CellKind.Moment => ColumnType.Timestamp,
        CellKind.Number => ColumnType.Float64,
        CellKind.Decimal => ColumnType.Decimal,
        CellKind.Text => ColumnType.String,
        CellKind.Binary => ColumnType.Binary,
        _ => null,
    };
}
