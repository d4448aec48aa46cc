using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Core;
using MlOps.DataValidation;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds expectations of one's own to a host.</summary>
public static class ExpectationBuilderExtensions
{
    /// <summary>Lets the text of a suite name an expectation of one's own. The host's <see cref="ExpectationTypes"/> then has it beside those of this room.</summary>
    /// <typeparam name="T">The expectation, which is called as its type with underscores.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">It is abstract, or has the name of one of this room.</exception>
    public static MlOpsBuilder AddExpectation<T>(this MlOpsBuilder builder)
        where T : Expectation
    {
        ArgumentNullException.ThrowIfNull(builder);
        ExpectationTypes.BuiltIn.With<T>();
        builder.Services.AddSingleton(new AddedExpectation(typeof(T)));
        builder.Services.TryAddSingleton(static services => services.GetServices<AddedExpectation>().Aggregate(ExpectationTypes.BuiltIn, static (types, added) => types.With(added.Type)));
        return builder;
    }

    private sealed record AddedExpectation(Type Type);
}
