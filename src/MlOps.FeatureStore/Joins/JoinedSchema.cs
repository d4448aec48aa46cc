using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The columns that an engine gives: those of the rows, then the features, named by their slots.</summary>
internal static class JoinedSchema
{
    /// <summary>Gives the schema.</summary>
    /// <param name="rows">The columns of the rows.</param>
    /// <param name="views">The views that the engine joins.</param>
    /// <returns>The schema. A column of the rows may have the name of a slot: look features up by their place.</returns>
    public static Schema Of(DatasetSchema rows, IReadOnlyList<SelectedView> views) => new(
        rows.ToArrow().FieldsList.Concat(views.SelectMany(v => v.Features.Select((f, i) => new Field($"f{v.FirstSlot + i}", DatasetSchema.ToArrow(f.Type), nullable: true)))), null);
}
