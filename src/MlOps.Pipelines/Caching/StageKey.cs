using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>What a stage's result depends on.</summary>
/// <param name="Parts">Each thing by name, as text.</param>
/// <param name="Parameters">The stage's parameters for the record of the run.</param>
/// <param name="NotKept">Why the result is never taken in another run; null when it may be.</param>
internal sealed record StageKey(IReadOnlyDictionary<string, string> Parts, IReadOnlyDictionary<string, string> Parameters, string? NotKept)
{
    /// <summary>The version of how keys are made. Raise it when that changes.</summary>
    public const string Format = "1";

    public const string Code = "code:";
    public const string Package = "package:";
    public const string Parameter = "parameter:";
    public const string Input = "input:";
    public const string Seed = "seed";
    public const string State = "state";
    public const string Run = "run";

    /// <summary>Gets the SHA-256 of the parts.</summary>
    public string Value { get; } = Digest(Parts);

    /// <summary>Finds out what the result of a stage depends on.</summary>
    /// <param name="node">The stage.</param>
    /// <param name="inputs">The fingerprints of its inputs, in order.</param>
    /// <param name="runSeed">The seed of the run.</param>
    /// <param name="runId">The run; results that must not be taken elsewhere are bound to it.</param>
    /// <param name="code">Reads code.</param>
    /// <param name="services">The services of the stage's scope.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The key.</returns>
    public static async Task<StageKey> MakeAsync(
        StageNode node, IReadOnlyList<string> inputs, int runSeed, string runId, CodeFingerprint code, IServiceProvider services, CancellationToken cancellationToken)
    {
        List<StageParameters> described = [.. node.Instance is { } instance ? [StageParameters.Describe(instance)] : Options(node.StageType, services), .. PartsOf(node.StageType, code, services)];
        var parameters = described.SelectMany(d => d.Values).GroupBy(v => v.Key).ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal);
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["stage"] = $"{TypeNames.Of(node.StageType)}: {TypeNames.Of(node.InputType)} -> {TypeNames.Of(node.OutputType)}",
            [Seed] = string.Create(CultureInfo.InvariantCulture, $"{runSeed} in {node.Name}"),
        };
        foreach (var (name, value) in code.Of([node.StageType, node.OutputType, .. described.SelectMany(d => d.Code)])) parts[name] = value;
        foreach (var (name, value) in parameters) parts[Parameter + name] = Cut(value);
        for (var i = 0; i < inputs.Count; i++) parts[string.Create(CultureInfo.InvariantCulture, $"{Input}{i:000}")] = inputs[i];

        var (state, unknown) = await StateAsync(node, services, cancellationToken).ConfigureAwait(false);
        if (state is not null) parts[State] = Cut(state);
        var notKept = node.Options.Cache ? unknown ?? described.Select(d => d.Hidden).FirstOrDefault(h => h is not null && state is null) : "Its cache is turned off.";
        if (notKept is not null) parts[Run] = runId;
        return new(parts, parameters, notKept);
    }

    /// <summary>Gives a stage its own randomness, which neither the order of stages nor another stage changes.</summary>
    public static int SeedOf(int runSeed, string stage) =>
        int.Parse(Sha256.Hex(string.Create(CultureInfo.InvariantCulture, $"{runSeed}\n{stage}")).AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & int.MaxValue;

    private static async Task<(string? State, string? Unknown)> StateAsync(StageNode node, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (!typeof(ICacheKeySource).IsAssignableFrom(node.StageType)) return (null, null);
        object? made = null;
        try
        {
            var source = (ICacheKeySource)(node.Instance ?? (made = ActivatorUtilities.CreateInstance(services, node.StageType)));
            var state = await source.GetCacheKeyAsync(services, cancellationToken).ConfigureAwait(false);
            return (state, state is null ? "What it reads cannot say in which state it is." : null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"The state of what it reads is unknown: {e.Message}"); // the stage itself will say more
        }
        finally
        {
            await Disposal.DisposeAsync(made).ConfigureAwait(false);
        }
    }

    // What a stage has as a type argument, as a trainer, is made by dependency injection as well, or was registered as it is.
    private static IEnumerable<StageParameters> PartsOf(Type stage, CodeFingerprint code, IServiceProvider services)
    {
        foreach (var part in stage.GetGenericArguments().Where(t => t is { IsClass: true, IsArray: false }))
        {
            if (code.FindInstance(part) is { } instance) yield return StageParameters.DescribeRegistered(instance, $"{part.Name}.");
            else foreach (var options in Options(part, services)) yield return options;
        }
    }

    // A stage made by dependency injection takes its parameters from the options that its constructor asks for.
    private static List<StageParameters> Options(Type stage, IServiceProvider services)
    {
        var described = new List<StageParameters>();
        foreach (var wanted in stage.GetConstructors().SelectMany(c => c.GetParameters()).Select(p => p.ParameterType).Distinct())
        {
            if (!wanted.IsGenericType) continue;
            var kind = wanted.GetGenericTypeDefinition();
            var property = kind == typeof(IOptions<>) || kind == typeof(IOptionsSnapshot<>) ? nameof(IOptions<object>.Value)
                : kind == typeof(IOptionsMonitor<>) ? nameof(IOptionsMonitor<object>.CurrentValue)
                : null;
            if (property is null || services.GetService(wanted) is not { } options) continue;
            var value = (kind == typeof(IOptionsSnapshot<>) ? typeof(IOptions<>).MakeGenericType(wanted.GetGenericArguments()) : wanted)
                .GetProperty(property)!.GetValue(options, BindingFlags.DoNotWrapExceptions, null, null, CultureInfo.InvariantCulture);
            if (value is not null) described.Add(StageParameters.Describe(value, $"{value.GetType().Name}."));
        }

        return described;
    }

    private static string Cut(string value) => value.Length <= 500 ? value : $"{value[..400]}… sha256 {Sha256.Hex(value)}";

    private static string Digest(IReadOnlyDictionary<string, string> parts)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in parts.OrderBy(p => p.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{name.Length} {name} {value.Length} {value}\n");
        return Sha256.Hex(text.ToString());
    }
}
