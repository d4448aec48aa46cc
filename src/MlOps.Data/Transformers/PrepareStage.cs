using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Fits steps on the training rows, each on what the former makes of them, and puts them to the split. The datasets stay as they are.</summary>
internal sealed record PrepareStage(IReadOnlyList<IDataEstimator> Steps) : IPipelineStage<DataSplit, DataSplit>
{
    public async Task<DataSplit> RunAsync(DataSplit input, StageContext context, CancellationToken cancellationToken)
    {
        var store = context.Services.GetRequiredService<IDatasetStore>();
        var catalog = context.Services.GetRequiredService<TransformerCatalog>();
        var preparation = catalog.Load(input.Preparation);
        var steps = input.Preparation.ToList();
        for (var i = 0; i < Steps.Count; i++)
        {
            context.Report($"fitting {Steps[i].GetType().Name}", (double)i / Steps.Count);
            var before = preparation;
            var fitted = await Steps[i].FitAsync(
                before.GetOutputSchema(input.Training.Schema),
                () => store.ReadPreparedAsync(input.Training, before, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            RequireRowsKept(fitted);
            steps.Add(catalog.Save(fitted));
            preparation = new([.. before.Steps, fitted]);
        }

        preparation.GetOutputSchema(input.Training.Schema);
        return input with { Preparation = steps };
    }

    public static void RequireRowsKept(IDataEstimator step)
    {
        if (step is IDataTransformer { KeepsRows: false })
            throw new DataException($"{step.GetType().Name} drops rows, and a request must get its answer, so it cannot be part of a model. Apply it before the split, with Clean.");
    }
}
