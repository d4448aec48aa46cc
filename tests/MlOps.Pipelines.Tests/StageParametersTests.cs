using System.Globalization;
using System.Text.RegularExpressions;
using MlOps.Core;

namespace MlOps.Pipelines.Tests;

public sealed class StageParametersTests
{
    [Fact]
    public void Single_values_are_plain_text_whatever_the_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };

            Describe(new
            {
                Text = "a \"b\" ✓",
                Number = 1.5,
                Float = float.NegativeInfinity,
                Nan = double.NaN,
                Money = 1.50m,
                Flag = true,
                Day = new DateOnly(2026, 1, 2),
                Moment = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)),
                Span = TimeSpan.FromMinutes(90),
                Choice = DayOfWeek.Monday,
                Type = typeof(List<int>),
                Address = new Uri("https://example.org/a b"),
                Pattern = new Regex("^a", RegexOptions.IgnoreCase),
                Nothing = (string?)null,
            }).Should().Equal(new Dictionary<string, string>
            {
                ["Address"] = "https://example.org/a b",
                ["Choice"] = "Monday",
                ["Day"] = "2026-01-02",
                ["Flag"] = "true",
                ["Float"] = "-Infinity",
                ["Moment"] = "2026-01-02T03:04:05.0000000+01:00",
                ["Money"] = "1.50",
                ["Nan"] = "NaN",
                ["Nothing"] = "null",
                ["Number"] = "1.5",
                ["Pattern"] = "/^a/ IgnoreCase",
                ["Span"] = "01:30:00",
                ["Text"] = "a \"b\" ✓",
                ["Type"] = "System.Collections.Generic.List`1<System.Int32>",
            });
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Lists_keep_their_order_and_sets_and_dictionaries_are_sorted()
    {
        var described = Describe(new
        {
            List = new List<int> { 3, 1, 2 },
            Set = new HashSet<string> { "b", "a" },
            Map = new Dictionary<string, double> { ["b"] = 2, ["a"] = 1 },
            Tuple = (1, "x"),
            Pairs = new[] { new KeyValuePair<string, int>("k", 1) },
        });

        described["List"].Should().Be("[3,1,2]");
        described["Set"].Should().Be("[\"a\",\"b\"]");
        described["Map"].Should().Be("{\"a\":1,\"b\":2}");
        described["Tuple"].Should().Be("[1,\"x\"]");
        described["Pairs"].Should().Be("[{\"Key\":\"k\",\"Value\":1}]");
    }

    [Fact]
    public void Nested_values_are_described_by_what_they_are_at_run_time()
    {
        Shape circle = new Circle(2);

        var parameters = StageParameters.Describe(new { Shape = circle });

        parameters.Values["Shape"].Should().Contain("Circle").And.Contain("\"Radius\":2");
        parameters.Code.Should().Contain(typeof(Circle));
    }

    [Fact]
    public void A_fingerprint_stands_for_what_has_one()
    {
        var data = new Dataset("d", Sha256.Hex("rows"), new([new("x", ColumnType.Int64)]), 1, new(Sha256.Hex("file"), 1), new("rows", "test"), DateTimeOffset.UnixEpoch);

        Describe(new { Data = data })["Data"].Should().Be(Describe(new { Data = data with { CreatedAt = DateTimeOffset.MaxValue, Name = "e" } })["Data"]);
        Describe(new { Data = data })["Data"].Should().NotBe(Describe(new { Data = data.Lock() })["Data"]);
    }

    [Fact]
    public void A_lambda_is_its_code_and_what_it_has_captured()
    {
        Func<int, int> Adding(int amount) => x => x + amount;
        Func<int, int> add = x => x + 1;
        Func<int, int> same = x => x + 1;
        Func<int, int> other = x => x + 2;

        Describe(new { F = add }).Should().Equal(Describe(new { F = same }));
        Describe(new { F = add }).Should().NotEqual(Describe(new { F = other }));
        Describe(new { F = Adding(1) }).Should().Equal(Describe(new { F = Adding(1) }));
        Describe(new { F = Adding(1) }).Should().NotEqual(Describe(new { F = Adding(2) }));
        Describe(new { F = (Func<double, double>)Math.Sqrt })["F"].Should().Contain("Math.Sqrt");
    }

    [Fact]
    public void An_object_that_holds_itself_ends()
    {
        var loop = new Loop { Name = "a" };
        loop.Next = loop;

        Describe(new { Loop = loop })["Loop"].Should().Contain("levels up");
    }

    [Fact]
    public void What_cannot_be_seen_is_told()
    {
        Hidden(new { R = new Random(1) }).Should().Contain("Random");
        Hidden(new { R = new TaskCompletionSource<int>().Task }).Should().Contain("asking would wait");
        Hidden(new { R = Enumerable.Range(0, 3).Where(i => i > 0) }).Should().Contain("give it as a list");
        Hidden(new { R = Enumerable.Range(0, 30_000).ToArray() }).Should().Contain("too large");
        Hidden(new { R = new Broken() }).Should().Contain("'Value' cannot be read: nothing here");
        Hidden(new { R = new Conventional(3) }).Should().BeNull("the field belongs to the property");
        Hidden(new { R = new byte[100_000] }).Should().BeNull("bytes count by their digest");
    }

    [Fact]
    public void A_stage_keeps_its_state_where_it_can_be_seen()
    {
        Refusal(new Conventional(1)).Should().NotThrow();
        Refusal(new Circle(1)).Should().NotThrow();
        Refusal(new Derived(1)).Should().Throw<ArgumentException>().WithMessage("Derived keeps 'secret'*");
        Refusal(new PrivateProperty()).Should().Throw<ArgumentException>().WithMessage("PrivateProperty keeps 'Inner'*");

        static Action Refusal(object stage) => () => StageParameters.RefuseHiddenState(stage);
    }

    private static IReadOnlyDictionary<string, string> Describe(object value) => StageParameters.Describe(value).Values;

    private static string? Hidden(object value) => StageParameters.Describe(value).Hidden;

    private abstract record Shape;

    private sealed record Circle(double Radius) : Shape;

    private sealed class Loop
    {
        public string? Name { get; set; }

        public Loop? Next { get; set; }
    }

    private sealed class Broken
    {
        public string? Text { get; init; }

        public int Value => Text?.Length ?? throw new InvalidOperationException("nothing here");
    }

    private sealed class Conventional(int value)
    {
        private readonly int _value = value;

        public int Value => _value;
    }

    private class Base(int secret)
    {
        public int Twice() => 2 * secret;
    }

    private sealed class Derived(int value) : Base(value);

    private sealed class PrivateProperty
    {
        private int Inner { get; } = 3;

        public override string ToString() => $"{Inner}";
    }
}
