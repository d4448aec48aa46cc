namespace MlOps.Core.Tests;

public class PipelineBuilderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Stages_are_named_after_their_types()
    {
        var pipeline = new PipelineBuilder();
        pipeline.Start(new Number(1)).Then<AddOneStage>().Then<AddOneStage>().Then(new HTTPGet2()).Then<Generic<int>>();
        pipeline.Stages.Select(s => s.Name).Should().Equal("number", "add-one", "add-one-2", "http-get2", "generic");
    }

    [Fact]
    public void A_stage_can_be_given_a_name_and_a_name_only_once()
    {
        var pipeline = new PipelineBuilder();
        var number = pipeline.Start(new Number(1), o => o.Name = "add-one");
        number.Then<AddOneStage>();
        pipeline.Stages.Select(s => s.Name).Should().Equal("add-one", "add-one-2");
        number.Invoking(n => n.Then<AddOneStage>(o => o.Name = "add-one-2")).Should().Throw<ArgumentException>().WithMessage("*'add-one-2'*");
        pipeline.Stages.Should().HaveCount(2, "what was refused was not added");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("a\n")]
    public void A_name_that_could_not_be_a_file_is_refused(string name) =>
        FluentActions.Invoking(() => new PipelineBuilder().Start(new Number(1), o => o.Name = name)).Should().Throw<ArgumentException>();

    [Fact]
    public void How_a_stage_is_run_is_checked_where_it_is_added()
    {
        var pipeline = new PipelineBuilder();
        pipeline.Invoking(p => p.Start(new Number(1), o => o.MaxAttempts = 0)).Should().Throw<ArgumentOutOfRangeException>();
        pipeline.Invoking(p => p.Start(new Number(1), o => o.Backoff = TimeSpan.FromSeconds(-1))).Should().Throw<ArgumentOutOfRangeException>();
        pipeline.Invoking(p => p.Start(new Number(1), o => o.Timeout = TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>();
        pipeline.Stages.Should().BeEmpty();
    }

    [Fact]
    public void Parameters_are_read_and_recorded_as_invariant_text()
    {
        var pipeline = new PipelineBuilder(new Dictionary<string, string> { ["rate"] = "0.25", ["day"] = "2001-05-01" });
        pipeline.Parameter("rate", 1.5).Should().Be(0.25);
        pipeline.Parameter("day", DateOnly.MinValue).Should().Be(new DateOnly(2001, 5, 1));
        pipeline.Parameter("trees", 100).Should().Be(100);
        pipeline.Parameter("limit", 0.5).Should().Be(0.5);
        pipeline.Parameters.Should().BeEquivalentTo(new Dictionary<string, string> { ["rate"] = "0.25", ["day"] = "2001-05-01", ["trees"] = "100", ["limit"] = "0.5" });
        pipeline.Invoking(p => p.Parameter("rate", 1)).Should().Throw<ArgumentException>().WithMessage("*'rate'*'0.25'*Int32*");
        pipeline.Invoking(p => p.Parameter(" ", 1)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task Values_flow_along_the_wires()
    {
        var pipeline = new PipelineBuilder();
        var one = pipeline.Start(new Number(1));
        var ten = pipeline.Start(new Number(10));
        one.And(ten).And(one).Then<Sum3, string>();
        (await RunAsync(pipeline)).Should().Be("1+10+1");
        pipeline.Stages[^1].Inputs.Select(s => s.Name).Should().Equal("number", "number-2", "number");
        (pipeline.Stages[^1].InputType, pipeline.Stages[^1].OutputType).Should().Be((typeof(((int, int), int)), typeof(string)));
    }

    [Fact]
    public async Task Pairs_and_lists_can_be_nested()
    {
        var pipeline = new PipelineBuilder();
        var (a, b, c, d) = (pipeline.Start(new Number(1)), pipeline.Start(new Number(2)), pipeline.Start(new Number(3)), pipeline.Start(new Number(4)));
        a.And(b).AndAll(c.And(d), b.And(a)).Then<ListPairs, string>();
        (await RunAsync(pipeline)).Should().Be("(1, 2) (3, 4) (2, 1)");
    }

    [Fact]
    public async Task A_list_may_hold_one_value()
    {
        var pipeline = new PipelineBuilder();
        pipeline.Start(new Number(1)).And(pipeline.Start(new Number(2))).AndAll().Then<ListPairs, string>();
        (await RunAsync(pipeline)).Should().Be("(1, 2)");
    }

    [Fact]
    public void Values_of_two_pipelines_do_not_mix()
    {
        var one = new PipelineBuilder().Start(new Number(1));
        var other = new PipelineBuilder().Start(new Number(2));
        one.Invoking(o => o.And(other)).Should().Throw<ArgumentException>();
        one.Invoking(o => o.AndAll(other)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_stage_that_stands_for_itself_is_known_by_its_instance()
    {
        var pipeline = new PipelineBuilder();
        pipeline.Start(new Number(1)).Then<AddOneStage>();
        pipeline.Stages[0].Instance.Should().Be(new Number(1));
        pipeline.Stages[1].Instance.Should().BeNull();
        pipeline.Stages[1].StageType.Should().Be<AddOneStage>();
    }

    [Fact]
    public void The_output_of_a_run_is_found_by_its_type()
    {
        static StageRun Stage(string name, object? output) => new(name, StageStatus.Finished, TimeSpan.Zero, 1, new(name, false, "new"), output, null);
        var run = new PipelineRun("id", "p", RunStatus.Finished, false, TimeSpan.Zero, [Stage("a", "first"), Stage("b", "last"), Stage("c", 7), Stage("d", null)]);
        run.Output<string>().Should().Be("last");
        run.Output<int>().Should().Be(7);
        run.Invoking(r => r.Output<double>()).Should().Throw<InvalidOperationException>().WithMessage("*'p'*Double*");
        run.Invoking(r => r.Output<Uri>()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Errors_that_may_pass_are_tried_again_and_others_are_not()
    {
        var retry = new StageOptions().RetryWhen;
        retry(new StoreException("locked", isTransient: true)).Should().BeTrue();
        retry(new HttpRequestException()).Should().BeTrue();
        retry(new TimeoutException()).Should().BeTrue();
        retry(new IOException()).Should().BeTrue();
        retry(new FileNotFoundException()).Should().BeFalse();
        retry(new DirectoryNotFoundException()).Should().BeFalse();
        retry(new DataException("wrong")).Should().BeFalse();
        retry(new InvalidOperationException()).Should().BeFalse();
    }

    // Runs the stages one after the other, as a runner would.
    private static async Task<object?> RunAsync(PipelineBuilder pipeline)
    {
        var values = new Dictionary<StageNode, object?>();
        foreach (var node in pipeline.Stages)
        {
            var context = new StageContext { Services = null!, Pipeline = "p", Stage = node.Name, RunId = "r", Seed = 1 };
            values[node] = await node.RunAsync(node.Instance ?? Activator.CreateInstance(node.StageType)!, [.. node.Inputs.Select(i => values[i])], context, Stop);
        }

        return values[pipeline.Stages[^1]];
    }

    private sealed record Number(int Value) : IPipelineStage<Nothing, int>
    {
        public Task<int> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(Value);
    }

    private sealed class AddOneStage : IPipelineStage<int, int>
    {
        public Task<int> RunAsync(int input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(input + 1);
    }

    private sealed class HTTPGet2 : IPipelineStage<int, int>
    {
        public Task<int> RunAsync(int input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(input);
    }

    private sealed class Generic<T> : IPipelineStage<T, T>
    {
        public Task<T> RunAsync(T input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(input);
    }

    private sealed class Sum3 : IPipelineStage<((int A, int B) First, int C), string>
    {
        public Task<string> RunAsync(((int A, int B) First, int C) input, StageContext context, CancellationToken cancellationToken) =>
            Task.FromResult($"{input.First.A}+{input.First.B}+{input.C}");
    }

    private sealed class ListPairs : IPipelineStage<IReadOnlyList<(int A, int B)>, string>
    {
        public Task<string> RunAsync(IReadOnlyList<(int A, int B)> input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(string.Join(' ', input));
    }
}
