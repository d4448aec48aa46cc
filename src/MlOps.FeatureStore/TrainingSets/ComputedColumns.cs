using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Runs the functions of computed features over batches.</summary>
internal static class ComputedColumns
{
    /// <summary>Fills the slots of the columns of the request and of the computed features.</summary>
    /// <param name="selection">What is computed.</param>
    /// <param name="batch">The rows; the slots of features that are read are filled.</param>
    /// <param name="rowsBefore">The number of rows before these.</param>
    /// <exception cref="DataException">The rows lack a column of the request, or a function fails or gives a value of another type.</exception>
    public static void Fill(FeatureSelection selection, JoinedBatch batch, long rowsBefore)
    {
        for (var i = 0; i < selection.Request.Count; i++) batch.Slots[selection.FirstRequestSlot + i] = Request(batch.Rows, selection.Request[i].Name, selection.Request[i].Type);
        foreach (var computation in selection.Computations)
        {
            IArrowArray[] inputs = [.. computation.InputSlots.Select(s => batch.Slots[s]!)];
            var values = new FeatureValue[inputs.Length];
            var builders = computation.View.Features.Select(f => new ArrowColumnBuilder(f.Type)).ToList();
            for (var row = 0; row < batch.Rows.Length; row++)
            {
                for (var i = 0; i < inputs.Length; i++) values[i] = ArrowValues.Read(inputs[i], row);
                for (var i = 0; i < builders.Count; i++) builders[i].Append(Compute(computation, computation.View.Features[i], values, rowsBefore + row + 1));
            }

            for (var i = 0; i < builders.Count; i++) batch.Slots[computation.FirstSlot + i] = builders[i].Build();
        }
    }

    /// <summary>Checks that rows have the columns of the request.</summary>
    /// <param name="selection">What is computed.</param>
    /// <param name="rows">The columns of the rows.</param>
    /// <exception cref="DataException">A column lacks or has another type.</exception>
    public static void Check(FeatureSelection selection, DatasetSchema rows)
    {
        foreach (var column in selection.Request)
        {
            if (!rows.Contains(column.Name))
                throw new DataException($"A computed feature reads the column '{column.Name}' of the request, and the entity rows have none. They have: {string.Join(", ", rows.Select(c => c.Name))}.") { Column = column.Name };
            var found = rows[column.Name].Type;
            if (found != column.Type && (found, column.Type) != (ColumnType.Int64, ColumnType.Float64))
                throw new DataException($"A computed feature reads the column '{column.Name}' of the request as {column.Type}; in the entity rows it is of type {found}. Cast it.") { Column = column.Name };
        }
    }

    private static IArrowArray Request(RecordBatch rows, string name, ColumnType type)
    {
        var column = rows.Column(name);
        return type == ColumnType.Float64 && column is Int64Array integers ? ArrowCasts.ToNumbers(integers) : column;
    }

    private static FeatureValue Compute(SelectedComputation computation, ComputedFeature feature, FeatureValue[] values, long row)
    {
        FeatureValue value;
        try
        {
            value = feature.Compute(new(computation.Places, values));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new DataException($"Feature '{computation.View.Name}:{feature.Name}' could not be computed for row {row}: its function threw {e.GetType().Name}. Let it return a missing value where it has none.", e) { Row = row, Column = feature.Name };
        }

        if (value.IsMissing || value.Type == feature.Type) return value;
        throw new DataException($"Feature '{computation.View.Name}:{feature.Name}' is of type {feature.Type}, and its function gave a value of type {value.Type} for row {row}. Convert it in the function.") { Row = row, Column = feature.Name };
    }
}
