namespace MlOps.FeatureStore.Tests;

/// <summary>Definitions written in a line.</summary>
internal static class Defining
{
    public static FeatureDefinitions Features(params Action<FeatureBuilder>[] define) => FeatureDefinitions.Of([.. define.Select(d => new Inline(d))]);

    public static IReadOnlyList<string> ErrorsOf(params Action<FeatureBuilder>[] define)
    {
        try
        {
            Features(define);
            return [];
        }
        catch (FeatureDefinitionException e)
        {
            return e.Errors;
        }
    }

    private sealed class Inline(Action<FeatureBuilder> define) : FeatureDefinition
    {
        public override void Define(FeatureBuilder features) => define(features);
    }
}
