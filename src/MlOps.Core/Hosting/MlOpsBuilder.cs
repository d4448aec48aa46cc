using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.Core;

/// <summary>Adds the parts of MlOps.Sdk to a host. <c>AddX</c> adds one of many; <c>UseX</c> chooses a backend.</summary>
public sealed class MlOpsBuilder
{
    private readonly Ours _ours;

    /// <summary>Creates the builder over the services of a host.</summary>
    /// <param name="services">The services.</param>
    public MlOpsBuilder(IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        Services = services;
        _ours = services.Select(d => d.ImplementationInstance).OfType<Ours>().FirstOrDefault() ?? new();
        services.TryAddSingleton(_ours);
    }

    /// <summary>Gets the services of the host.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Chooses the implementation behind a contract. The last choice made through here wins, but never over what the host registered itself.</summary>
    /// <typeparam name="TService">The contract.</typeparam>
    /// <param name="factory">Makes the one instance.</param>
    /// <returns>This builder.</returns>
    public MlOpsBuilder Use<TService>(Func<IServiceProvider, TService> factory)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        var current = Services.LastOrDefault(d => d.ServiceType == typeof(TService) && !d.IsKeyedService);
        if (current is not null && !_ours.Descriptors.Contains(current)) return this;
        if (current is not null)
        {
            Services.Remove(current);
            _ours.Descriptors.Remove(current);
        }

        var chosen = ServiceDescriptor.Singleton(factory);
        _ours.Descriptors.Add(chosen);
        Services.Add(chosen);
        return this;
    }

    /// <summary>Adds a warehouse to those that feature views can name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="factory">Makes the one instance.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">There is a warehouse of this name already.</exception>
    public MlOpsBuilder AddWarehouse(string name, Func<IServiceProvider, ISqlWarehouse> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(factory);
        if (!_ours.Warehouses.Add(name)) throw new ArgumentException($"There is a warehouse '{name}' already. Give one of the two another name.", nameof(name));
        Services.AddSingleton(factory);
        return this;
    }

    private sealed class Ours
    {
        public HashSet<ServiceDescriptor> Descriptors { get; } = new(ReferenceEqualityComparer.Instance);

        public HashSet<string> Warehouses { get; } = new(StringComparer.Ordinal);
    }
}
