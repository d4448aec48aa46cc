using System.Text.Json;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;

namespace MlOps.Core.Tests;

public class TransformerCatalogTests
{
    [Fact]
    public void A_registered_step_is_saved_and_loaded()
    {
        var catalog = Catalog(b => b.AddTransformer<Shift>());
        var saved = catalog.Save(new Shift("distance", 1.5));
        saved.Kind.Should().Be("Shift");
        saved.State.GetRawText().Should().Be("""{"column":"distance","by":1.5}""");
        catalog.Load(saved).Should().Be(new Shift("distance", 1.5));
        catalog.Load([saved, saved]).Steps.Should().Equal(new Shift("distance", 1.5), new Shift("distance", 1.5));
    }

    [Fact]
    public void A_kind_that_the_host_does_not_know_is_refused_whatever_the_file_says()
    {
        var catalog = Catalog(b => b.AddTransformer<Shift>());
        foreach (var kind in new[] { "Rename", "shift", typeof(Shift).FullName!, typeof(Shift).AssemblyQualifiedName!, "System.Diagnostics.Process", "" })
        {
            catalog.Invoking(c => c.Load(new FittedStep(kind, JsonSerializer.SerializeToElement(new { }))))
                .Should().Throw<DataException>().WithMessage($"*'{kind}'*AddTransformer*");
        }
    }

    [Fact]
    public void A_step_that_is_not_registered_is_not_saved() =>
        Catalog(_ => { }).Invoking(c => c.Save(new Shift("a", 1))).Should().Throw<DataException>().WithMessage("*Shift*AddTransformer*");

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"column":"a","by":"much"}""")]
    [InlineData("""{"column":"","by":1}""")]
    public void A_state_that_does_not_fit_is_an_error_about_the_data(string state) =>
        Catalog(b => b.AddTransformer<Shift>()).Invoking(c => c.Load(new FittedStep("Shift", JsonDocument.Parse(state).RootElement))).Should().Throw<DataException>().WithMessage("*'Shift'*");

    [Fact]
    public void A_state_that_is_not_there_is_an_error_about_the_data() =>
        Catalog(b => b.AddTransformer<Shift>()).Invoking(c => c.Load(new FittedStep("Shift", default))).Should().Throw<DataException>();

    [Fact]
    public void Two_steps_of_one_kind_are_refused() =>
        FluentActions.Invoking(() => Catalog(b => b.AddTransformer<Shift>("step").AddTransformer<Other>("step"))).Should().Throw<ArgumentException>().WithMessage("*'step'*");

    [Fact]
    public void A_step_that_is_registered_twice_is_one() => Catalog(b => b.AddTransformer<Shift>().AddTransformer<Shift>()).Save(new Shift("a", 1)).Kind.Should().Be("Shift");

    [Fact]
    public void A_step_of_two_kinds_is_always_saved_as_the_same()
    {
        for (var i = 0; i < 20; i++)
            new TransformerCatalog(Enumerable.Range(0, 20).Select(k => new TransformerRegistration($"kind-{(k + i) % 20:00}", typeof(Shift)))).Save(new Shift("a", 1)).Kind.Should().Be("kind-00");
    }

    [Fact]
    public void Steps_are_applied_in_their_order()
    {
        var preparation = new Preparation([new Shift("a", 1), new Other()]);
        preparation.IsEmpty.Should().BeFalse();
        preparation.GetOutputSchema(new([new("x", ColumnType.Int64)])).Select(c => c.Name).Should().Equal("x", "a", "other");
        new Preparation([]).IsEmpty.Should().BeTrue();
    }

    private static TransformerCatalog Catalog(Action<MlOpsBuilder> add)
    {
        var services = new ServiceCollection();
        add(services.AddMlOpsCore());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<TransformerCatalog>();
    }

    private sealed record Shift : IDataTransformer
    {
        public Shift(string column, double by)
        {
            ArgumentException.ThrowIfNullOrEmpty(column);
            (Column, By) = (column, by);
        }

        public string Column { get; }

        public double By { get; }

        public DatasetSchema GetOutputSchema(DatasetSchema input) => new([.. input, new(Column, ColumnType.Float64)]);

        public RecordBatch Apply(RecordBatch batch) => batch;
    }

    private sealed record Other : IDataTransformer
    {
        public DatasetSchema GetOutputSchema(DatasetSchema input) => new([.. input, new("other", ColumnType.Float64)]);

        public RecordBatch Apply(RecordBatch batch) => batch;
    }
}
