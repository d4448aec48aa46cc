using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines.Tests;

public sealed record Number(int Value);

/// <summary>Starts with a number.</summary>
public sealed record Give(int Value) : IPipelineStage<Nothing, Number>
{
    public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
    {
        context.Note();
        return Task.FromResult(new Number(Value));
    }
}

/// <summary>Adds to a number.</summary>
public sealed record Plus(int Amount) : IPipelineStage<Number, Number>
{
    public Task<Number> RunAsync(Number input, StageContext context, CancellationToken cancellationToken)
    {
        context.Note();
        return Task.FromResult(new Number(input.Value + Amount));
    }
}

/// <summary>Adds two numbers.</summary>
public sealed record Sum : IPipelineStage<(Number First, Number Second), Number>
{
    public Task<Number> RunAsync((Number First, Number Second) input, StageContext context, CancellationToken cancellationToken)
    {
        context.Note();
        return Task.FromResult(new Number(input.First.Value + input.Second.Value));
    }
}

/// <summary>Starts with what the host's <see cref="Work"/> gives: for what is awkward to write as a stage.</summary>
internal sealed class Doing(Work work) : IPipelineStage<Nothing, Number>
{
    public async Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
    {
        context.Note();
        return new(await work.Do(context, cancellationToken));
    }
}

internal sealed record Work(Func<StageContext, CancellationToken, Task<int>> Do);

internal static class StageContextExtensions
{
    public static void Note(this StageContext context) => context.Services.GetRequiredService<Journal>().Add(context.Stage);
}
