using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using MlOps.Core;

namespace MlOps.DataValidation.Tests;

public sealed class InputGuardTests
{
    private static readonly DatasetSchema Inputs = new(
    [
        new("distance", ColumnType.Int64), new("origin", ColumnType.String), new("date", ColumnType.Timestamp), new("price", ColumnType.Decimal), new("day", ColumnType.Date), new("night", ColumnType.Boolean),
    ]);

    private static readonly ExpectationSuite Suite = ExpectationSuite.Create("flights", s =>
    {
        s.Column("distance").NotNull().Between(1, 6000, mostly: 0.9);
        s.Column("origin").AsWarning().Add(new MatchesRegex("origin", ["^[A-Z]{3}$"]));
        s.Column("date").Between(new DateTime(2001, 1, 1), new DateTime(2001, 12, 31));
        s.Column("price").Between(0, null);
        s.Column("day").NotNull();
        s.Column("delay").Between(-1440, 2880);
        s.Column("distance").Unique();
        s.RowCount(10);
    });

    [Fact]
    public void Each_row_is_held_to_what_can_be_asked_of_it()
    {
        var (guard, _) = Create();
        var findings = guard.Check(Inputs,
        [
            Tensor.Of("distance", [700L, 9000, 0], [false, false, true]),
            Tensor.Of("origin", ["ORD", "ORD", "ord"]),
            Tensor.Of("date", ["2001-05-01T10:00:00Z", "2002-05-01T10:00:00Z", "2001-05-01"]),
            Tensor.Of("price", [1.5, -1, double.NaN]),
            Tensor.Of("day", ["2001-05-01", "2001-05-01", "2001-05-01"]),
        ]);
        findings.Select(f => (f.Row, f.Column, f.IsRefused)).Should().Equal((1, "distance", true), (1, "date", true), (1, "price", true), (2, "distance", true), (2, "origin", false));
        findings.Should().OnlyContain(f => !f.Message.Contains("9000"), "values of a request are nobody else's business");
    }

    [Fact]
    public void What_the_request_leaves_out_is_missing()
    {
        var (guard, _) = Create();
        guard.Check(Inputs, [Tensor.Of("origin", ["ORD"])]).Select(f => f.Column).Should().Equal("distance", "day");
    }

    [Fact]
    public void What_cannot_be_asked_of_a_request_is_said_once()
    {
        var (guard, logger) = Create();
        for (var i = 0; i < 3; i++) guard.Check(Inputs, [Tensor.Of("distance", [1L]), Tensor.Of("day", ["2001-05-01"])]).Should().BeEmpty();
        logger.Collector.GetSnapshot().Single().Message.Should().Contain("'delay'").And.Contain("flight-delay");
    }

    [Fact]
    public void A_pattern_that_takes_for_ever_refuses_the_request_and_the_next_one_is_judged_again()
    {
        var suite = ExpectationSuite.Create("slow", s => s.Column("origin").Add(new MatchesRegex("origin", ["^(a+)+$"])));
        var guard = new SuiteInputGuard("flight-delay", suite, new FakeLogger<SuiteInputGuard>());
        guard.Check(Inputs, [Tensor.Of("origin", [new string('a', 40) + "!"])]).Should().Contain(f => f.IsRefused);
        guard.Check(Inputs, [Tensor.Of("origin", ["aaa"])]).Should().BeEmpty();
        guard.Check(Inputs, [Tensor.Of("origin", ["b"])]).Should().ContainSingle();
    }

    [Fact]
    public void Many_requests_at_once_are_judged_each_for_itself()
    {
        var (guard, _) = Create();
        Parallel.For(0, 2000, i =>
        {
            var good = i % 2 == 0;
            var findings = guard.Check(Inputs, [Tensor.Of("distance", [good ? 700L : 9000]), Tensor.Of("day", ["2001-05-01"])]);
            (findings.Count == 0).Should().Be(good);
        });
    }

    [Fact]
    public void A_host_adds_guards_by_model()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddMlOpsCore().AddInputGuard("flight-delay", Suite).AddInputGuard("flight-delay", Suite);
        using var provider = services.BuildServiceProvider();
        provider.GetServices<IModelInputGuard>().Should().HaveCount(2).And.OnlyContain(g => g.Model == "flight-delay");
    }

    private static (SuiteInputGuard Guard, FakeLogger<SuiteInputGuard> Logger) Create()
    {
        var logger = new FakeLogger<SuiteInputGuard>();
        return (new("flight-delay", Suite, logger), logger);
    }
}
