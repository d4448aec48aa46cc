using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines.Tests.Victim;

/// <summary>What the host prints at its end.</summary>
public sealed record Outcome(string RunId, bool IsResumed, IReadOnlyList<StageOutcome> Stages);

/// <summary>How a stage ended.</summary>
public sealed record StageOutcome(string Name, StageStatus Status, string Reason, string Fingerprint);

/// <summary>A small text in the artifact store.</summary>
public sealed record Words(int Count, ArtifactRef Artifact) : IFingerprinted
{
    public string Fingerprint => Artifact.Digest;
}

/// <summary>Six stages: one that starts, two branches beside each other, and three after them; one of them is never cached.</summary>
public sealed class Chain : PipelineDefinition
{
    public static IReadOnlyList<string> Names { get; } = ["begin", "left", "right", "both", "more", "end"];

    public override void Define(PipelineBuilder pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        var begin = pipeline.Start(new Begin("words"), o => o.Name = "begin");
        var left = begin.Then(new Extend("left"), o => o.Name = "left");
        var right = begin.Then(new Extend("right"), o => (o.Name, o.Cache) = ("right", false));
        left.And(right).Then(new Merge(), o => o.Name = "both").Then(new Extend("more"), o => o.Name = "more").Then(new Extend("end"), o => o.Name = "end");
    }
}

/// <summary>Starts with a text.</summary>
public sealed record Begin(string Text) : IPipelineStage<Nothing, Words>
{
    public Task<Words> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Writing.WriteAsync(Text, context, cancellationToken);
}

/// <summary>Adds a word, and a number that follows from the seed.</summary>
public sealed record Extend(string Word) : IPipelineStage<Words, Words>
{
    public async Task<Words> RunAsync(Words input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var text = await Writing.ReadAsync(input, context, cancellationToken);
        return await Writing.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{text} {Word} {context.Seed}"), context, cancellationToken);
    }
}

/// <summary>Puts two texts together.</summary>
public sealed record Merge : IPipelineStage<(Words First, Words Second), Words>
{
    public async Task<Words> RunAsync((Words First, Words Second) input, StageContext context, CancellationToken cancellationToken) => await Writing.WriteAsync(
        $"{await Writing.ReadAsync(input.First, context, cancellationToken)} {await Writing.ReadAsync(input.Second, context, cancellationToken)}", context, cancellationToken);
}

internal static class Writing
{
    public static async Task<string> ReadAsync(Words words, StageContext context, CancellationToken cancellationToken)
    {
        await using var stream = await context.Services.GetRequiredService<IArtifactStore>().OpenAsync(words.Artifact.Digest, cancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    public static async Task<Words> WriteAsync(string text, StageContext context, CancellationToken cancellationToken)
    {
        var death = context.Services.GetRequiredService<Death>();
        death.Note("ran", context.Stage);
        context.LogMetric("length", text.Length, Chain.Names.ToList().IndexOf(context.Stage));
        var artifact = await context.Services.GetRequiredService<IArtifactStore>().PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), cancellationToken);
        await death.InStageAsync(context.Stage, cancellationToken);
        return new(text.Split(' ').Length, artifact);
    }
}
