using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using MlOps.Core;
using MlOps.ModelRegistry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what a version must meet before an alias moves to it.</summary>
public static class GatesBuilderExtensions
{
    /// <summary>Declares what a version of a model must meet before it gets an alias. Several declarations for the same alias are all asked.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias, as champion; <see cref="ModelStages.Production"/> also stands for the stage.</param>
    /// <param name="gate">What is asked.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">A name is no name, or nothing is asked.</exception>
    public static MlOpsBuilder AddModelGate(this MlOpsBuilder builder, string model, string alias, Action<ModelGateBuilder> gate)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ModelNames.CheckRegisteredModel(model);
        ModelNames.CheckAlias(alias);
        ArgumentNullException.ThrowIfNull(gate);
        var declared = new ModelGateBuilder();
        gate(declared);
        if (declared.Checks.Count == 0) throw new ArgumentException($"The gate of '{model}' for {alias} asks nothing. Say what a version must meet.", nameof(gate));
        builder.Services.AddSingleton<IAliasGate>(services =>
            new ModelGate(model, alias, [.. declared.Checks], declared.AsksOnRollBack, services, services.GetRequiredService<ILogger<ModelGate>>()));
        return builder;
    }

    /// <summary>Adds a gate of the host's own, which is asked before any alias of any model moves.</summary>
    /// <typeparam name="TGate">The gate. It is handed the registry and must not take it in its constructor.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddAliasGate<TGate>(this MlOpsBuilder builder)
        where TGate : class, IAliasGate
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IAliasGate, TGate>());
        return builder;
    }
}
