using MlOps.Core;

namespace MlOps.DataValidation.Tests.Quarantine;

public sealed class RecordCheckerTests
{
    private sealed record Wide(
        double A, double B, double C, double D, double E, long F, long G, long H, long I, long J, string K, string L, string M, bool N, DateTime O, DateTime P, decimal Q, double? R, long? S, string? T);

    private static readonly Wide Good = new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "AA", "BB", "CC", true, new(2026, 1, 1), new(2026, 1, 2), 1.5m, 1, null, null);

    private static ExpectationSuite Suite() => ExpectationSuite.Create("wide", s =>
    {
        foreach (var name in "ABCDEFGHIJ") s.Column(name.ToString()).Between(0, 100);
        foreach (var name in "KLM") s.Column(name.ToString()).InSet("AA", "BB", "CC").Length(1, 5);
        s.Column("N").InSet(true).Column("O").Between(new DateOnly(2020, 1, 1)).Is(Comparison.Less, "P").Column("Q").Between(1, 2);
        s.Column("R").Between(0, 2).Column("S").Where("R > 0").Between(0, 2).Column("T").Length(max: 3);
    });

    [Fact]
    public void A_record_that_passes_costs_no_allocation()
    {
        var checker = Suite().ForRecords<Wide>();
        checker.Passes(Good).Should().BeTrue();

        // The runtime compiles twice; what its first, unoptimised code allocates is no matter of ours.
        Enumerable.Range(0, 2000).Any(_ => AllocatedBy(checker) == 0).Should().BeTrue();
    }

    private static long AllocatedBy(RecordChecker<Wide> checker)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            if (!checker.Passes(Good) || checker.Check(Good).Count > 0) throw new InvalidOperationException("The record should pass.");
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void What_a_record_fails_is_named()
    {
        var checker = Suite().ForRecords<Wide>();

        checker.Passes(Good with { A = -1 }).Should().BeFalse();
        checker.Check(Good with { A = -1, K = "XXXXXX" }).Select(e => e.Description).Should().Equal("'A' is between 0 and 100", "'K' is one of 'AA', 'BB', 'CC'", "'K' has a length of between 1 and 5");
    }

    [Fact]
    public void Expectations_that_need_other_rows_are_listed()
    {
        var checker = ExpectationSuite.Create("s", s => s.Column("A").Unique().Mean(0, 1).Between(0, 2).Ordered()).ForRecords<Wide>();

        checker.Unchecked.Select(e => e.Kind).Should().Equal("unique", "mean_between", "ordered");
        checker.Passes(Good).Should().BeTrue();
    }

    [Fact]
    public void What_is_expected_of_columns_is_settled_when_the_checker_is_made()
    {
        var checker = ExpectationSuite.Create("s", s => s.Column("A").OfType(ColumnType.Float64).Add(new ColumnExists("A"))).ForRecords<Wide>();
        var other = () => ExpectationSuite.Create("s", s => s.Column("A").OfType(ColumnType.String)).ForRecords<Wide>();

        checker.Unchecked.Should().BeEmpty();
        other.Should().Throw<ArgumentException>().WithMessage("Wide cannot be held to 's', which expects that 'A' is of type String. Of this record it holds *");
    }

    [Fact]
    public void A_member_is_the_column_that_its_attribute_names()
    {
        var checker = DataSchema.FromType<Named>().ForRecords<Named>();

        checker.Passes(new("AA", 7, new())).Should().BeTrue();
        checker.Check(new("AA", 70, new())).Single().Columns.Should().Equal("number_of_seats");
        ExpectationSuite.Create<Named>("s", s => s.Column(n => n.Seats).Between(1, 9)).ForRecords<Named>().Passes(new("AA", 70, new())).Should().BeFalse();
    }

    private sealed record Named(string Carrier, [property: DataColumn(Name = "number_of_seats"), System.ComponentModel.DataAnnotations.Range(1, 9)] long Seats, [property: DataColumn(IsIgnored = true)] object Rest);

    [Fact]
    public void A_member_that_is_not_there_is_misuse() =>
        FluentActions.Invoking(() => ExpectationSuite.Create("s", s => s.Column("Z").NotNull()).ForRecords<Wide>()).Should().Throw<ArgumentException>().WithMessage("*There is no column 'Z'*");

    [Fact]
    public void A_pattern_that_takes_too_long_does_not_pass() =>
        ExpectationSuite.Create("s", s => s.Column("K").Matches("^(A+)+$")).ForRecords<Wide>(new() { PatternTimeout = TimeSpan.FromMilliseconds(20) })
            .Passes(Good with { K = new string('A', 40) + "!" }).Should().BeFalse();

    [Fact]
    public void Many_threads_share_a_checker()
    {
        var checker = Suite().ForRecords<Wide>();
        var wrong = 0;
        Parallel.For(0, 20_000, i =>
        {
            var good = i % 3 != 0;
            if (checker.Passes(good ? Good : Good with { F = 1000 }) != good) Interlocked.Increment(ref wrong);
        });

        wrong.Should().Be(0);
    }
}
