using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.DataValidation.Tests;

public sealed class FeatureGuardTests
{
    private static IFeatureGuard GuardOf(ExpectationSuite suite, RefusedRows onWrite = RefusedRows.PutAside, RefusedRows? onRead = null)
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().AddFeatureGuard("drivers", suite, onWrite, onRead);
        return services.BuildServiceProvider().GetRequiredService<IFeatureGuard>();
    }

    private static RecordBatch Rows(params double?[] rates)
    {
        var values = new DoubleArray.Builder();
        foreach (var rate in rates) values.Append(rate);
        return new(new DatasetSchema([new("rate", ColumnType.Float64)]).ToArrow(), [values.Build()], rates.Length);
    }

    [Fact]
    public void Rows_that_fail_an_expectation_are_refused_with_their_column()
    {
        var guard = GuardOf(ExpectationSuite.Create("drivers", s => s.Column("rate").NotNull().Between(0, 1)));
        var findings = guard.Check(Rows(0.5, 7, null, 0));
        findings.Select(f => (f.Row, f.Column, f.IsRefused)).Should().Equal((1, "rate", true), (2, "rate", true));
    }

    [Fact]
    public void An_expectation_of_severity_warning_refuses_nothing()
    {
        var guard = GuardOf(ExpectationSuite.Create("drivers", s => s.Column("rate").AsWarning().Between(0, 1)));
        guard.Check(Rows(7)).Single().IsRefused.Should().BeFalse();
    }

    [Fact]
    public void Columns_that_are_not_there_and_other_rows_are_not_asked_about()
    {
        var guard = GuardOf(ExpectationSuite.Create("drivers", s =>
        {
            s.Column("trips").NotNull();
            s.Column("rate").Unique();
        }));
        guard.Check(Rows(1, 1)).Should().BeEmpty();
    }

    [Fact]
    public void A_guard_says_what_becomes_of_refused_rows()
    {
        var guard = GuardOf(ExpectationSuite.Create("drivers", s => s.Column("rate").NotNull()), RefusedRows.Fail, RefusedRows.Flag);
        (guard.View, guard.OnWrite, guard.OnRead).Should().Be(("drivers", RefusedRows.Fail, RefusedRows.Flag));
    }

    [Fact]
    public async Task Many_may_ask_at_once()
    {
        var guard = GuardOf(ExpectationSuite.Create("drivers", s => s.Column("rate").Between(0, 1)));
        var findings = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => guard.Check(Rows(i % 2 == 0 ? 0.5 : 7)).Count)));
        findings.Should().Equal(Enumerable.Range(0, 50).Select(i => i % 2));
    }
}
