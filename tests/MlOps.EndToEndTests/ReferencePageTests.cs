using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.DataValidation;
using MlOps.ModelRegistry;
using MlOps.Monitoring;
using MlOps.Redis;
using MlOps.Statistics;

namespace MlOps.EndToEndTests;

/// <summary>The pages on configuration and telemetry name what the code has, and nothing else.</summary>
public sealed partial class ReferencePageTests
{
    private static readonly Assembly[] Rooms = [.. Repository.Rooms.Select(Assembly.Load)];

    private static readonly string Configuration = File.ReadAllText(Repository.PathOf("docs", "configuration.md"));

    private static readonly string Telemetry = File.ReadAllText(Repository.PathOf("docs", "telemetry.md"));

    public static TheoryData<string> OptionsClasses() =>
        [.. Rooms.SelectMany(r => r.GetExportedTypes()).Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal)).Select(t => t.AssemblyQualifiedName!)];

    /// <summary>The paths that the page gives, as <c>MlOps:Pipelines:{name}</c>, each with an option that is no text.</summary>
    public static TheoryData<string, string> Paths()
    {
        TheoryData<string, string> paths = [];
        foreach (var heading in Heading().Matches(Configuration).Where(m => m.Groups["path"].Success))
        {
            var type = Rooms.SelectMany(r => r.GetExportedTypes()).Single(t => t.Name == heading.Groups["class"].Value);
            var option = type.GetProperties().FirstOrDefault(p => p.PropertyType.IsValueType) ?? type.GetProperties().First(p => p.GetCustomAttribute<RequiredAttribute>() is not null || p.Name == nameof(SigningOptions.PrivateKey));
            paths.Add(heading.Groups["path"].Value.Replace("{name}", "orders", StringComparison.Ordinal).Replace("{lake}", "lake", StringComparison.Ordinal), option.Name);
        }

        return paths;
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("CHANGELOG.md")]
    public void Every_package_is_named(string page)
    {
        var text = File.ReadAllText(Repository.PathOf(page));

        Repository.Rooms.Where(room => !Regex.IsMatch(text, $@"\b{Regex.Escape(room)}\b")).Should().BeEmpty("{0} lists the packages", page);
    }

    [Theory]
    [MemberData(nameof(OptionsClasses))]
    public void Every_option_is_named_with_its_default_and_its_bounds(string name)
    {
        var type = Type.GetType(name, throwOnError: true)!;
        var heading = Heading().Matches(Configuration).SingleOrDefault(m => m.Groups["class"].Value == type.Name);
        heading.Should().NotBeNull("the page has a section for {0}", type.Name);
        var end = Heading().Match(Configuration, heading!.Index + 1);
        var rows = OptionRow().Matches(Configuration[heading.Index..(end.Success ? end.Index : Configuration.Length)]).ToDictionary(m => m.Groups["name"].Value);
        var options = type.GetProperties().Where(p => p.SetMethod is not null || p.PropertyType.IsAssignableTo(typeof(IEnumerable))).ToList();

        rows.Keys.Should().BeEquivalentTo(options.Select(p => p.Name));
        var defaults = Activator.CreateInstance(type);
        foreach (var option in options)
        {
            var row = rows[option.Name];
            row.Groups["default"].Value.Should().BeOneOf(Texts(option.GetValue(defaults)), "that is what {0} is", option.Name);
            if (option.GetCustomAttribute<RangeAttribute>() is { } range) row.Groups["bounds"].Value.Should().Be($"`{range.Minimum}` to `{range.Maximum}`");
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Options_are_read_from_the_path_that_the_page_gives(string path, string option)
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var wrong = option is nameof(MlOpsOptions.Folder) or nameof(RedisOptions.Configuration) ? string.Empty : "nonsense"; // which could be the name of a folder or a server
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MlOps:Folder"] = folder.Path,
            ["MlOps:Webhooks:orders:Url"] = "https://orders.example/hook",
            ["MlOps:Webhooks:orders:Secret"] = "a secret of this test",
            ["MlOps:Alerts:Sinks:orders:Url"] = "https://orders.example/alerts",
            ["MlOps:Alerts:Sinks:orders:Secret"] = "a secret of this test",
            ["MlOps:ModelRegistry:Signing:PrivateKey"] = key.ExportPkcs8PrivateKeyPem(),
            ["MlOps:Redis:Configuration"] = "redis.example",
            [$"{path}:{option}"] = wrong,
        });
        builder.Services.AddMlOps().UsePostgres("Host=db.example;Database=mlops").UseInProcessOnlineStore().UseRedisOnlineStore().AddPostgresWarehouse("orders", "Host=db.example;Database=sales").AddDuckDbWarehouse("lake", folder.Path).AddOnnx().AddPipeline<NoPipeline>("orders").AddMonitor("orders").AddShadow("orders").AddAlertWebhook("orders").AddOpenLineage(options => options.Log = true).AddWebhook("orders").AddBundleSigning();
        builder.Services.AddHealthChecks().AddMonitors();
        using var host = builder.Build();

        var error = (await FluentActions.Awaiting(() => host.StartAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<Exception>()).Which;

        (error is OptionsValidationException or InvalidOperationException).Should().BeTrue("{0} is no answer to a wrong option", error);
    }

    [Fact]
    public void Every_expectation_is_named()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "data-validation.md"));

        typeof(Expectation).Assembly.GetExportedTypes().Where(t => t is { IsAbstract: false } && t.IsAssignableTo(typeof(Expectation)) && !page.Contains($"`{t.Name}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void Every_instrument_is_named_with_its_kind_unit_and_meter_and_no_other()
    {
        var instruments = Instruments().Select(i => $"| `{i.Name}` | {i.GetType().Name.Split('`')[0].ToLowerInvariant()} |{(i.Unit is null ? " " : $" `{i.Unit}` ")}| {i.Meter.Name}").ToList();

        InstrumentRow().Matches(Telemetry).Select(m => $"{m.Groups["start"].Value} {m.Groups["meter"].Value}").Should().BeEquivalentTo(instruments);
    }

    [Fact]
    public void Every_activity_is_named_with_its_source_and_no_other()
    {
        var started = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => StartActivity().Matches(File.ReadAllText(file)).Select(m => (m.Groups["name"].Value, Path.GetRelativePath(Repository.PathOf("src"), file).Split(Path.DirectorySeparatorChar)[0])));

        ActivityRow().Matches(Telemetry).Select(m => (m.Groups["name"].Value, m.Groups["source"].Value)).Should().BeEquivalentTo(started);
    }

    [Fact]
    public void Every_log_event_is_named_with_its_level_and_message_and_no_other()
    {
        var events = Rooms.SelectMany(room => room.GetTypes().Where(t => t.Name == "Log").SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(e => $"| {e.EventId} | {e.Level} | `{room.GetName().Name}` | {e.Message} |")).ToList();

        Telemetry.Split('\n').Where(line => EventRow().IsMatch(line)).Should().Equal(events.Order(StringComparer.Ordinal));
    }

    // As the page may write a default.
    private static string[] Texts(object? value) => value switch
    {
        null => ["`null`"],
        string text => [$"`{text}`"],
        Delegate => ["transient errors"],
        TimeProvider => ["the system's clock"],
        ProfileOptions => ["`ProfileOptions.Default`"],
        ModelLogOptions => ["all is logged"],
        IDictionary<string, Redaction> tags => [string.Join(", ", tags.Select(t => $"{t.Key}: {t.Value}"))],
        IEnumerable list when !list.Cast<object>().Any() => ["none"],
        int processors when processors == Environment.ProcessorCount => ["the processors", $"`{processors}`"],
        _ => [$"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`"],
    };

    private static List<Instrument> Instruments()
    {
        List<Instrument> found = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            lock (found)
                if (Repository.Rooms.Contains(instrument.Meter.Name) && !found.Exists(i => i.Name == instrument.Name)) found.Add(instrument);
        };
        listener.Start();
        foreach (var type in Rooms.SelectMany(r => r.GetTypes()))
        {
            if (type.GetFields(BindingFlags.Static | BindingFlags.NonPublic).Any(f => f.FieldType == typeof(Meter))) RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            // A constructor that takes any object would be found too.
            if (type.GetConstructor([typeof(IMeterFactory)]) is { } constructor && constructor.GetParameters()[0].ParameterType == typeof(IMeterFactory)) ((IDisposable)constructor.Invoke([null])).Dispose();
        }

        return found;
    }

    [GeneratedRegex("^### `(?<class>\\w+)`(: `(?<path>[^`]+)`)?$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("^\\| `(?<name>\\w+)` \\| (?<default>[^|]*) \\| (?<bounds>[^|]*?) ?\\|", RegexOptions.Multiline)]
    private static partial Regex OptionRow();

    [GeneratedRegex("^(?<start>\\| `mlops\\.[a-z._]+` \\| \\w+ \\| ?(`[^`]*` )?\\|) [^|]+ \\| `(?<meter>[^`]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex("^\\| `(?<name>\\w+(?: \\w+)*)( \\{name\\})?` \\| `(?<source>MlOps\\.\\w+)` \\|", RegexOptions.Multiline)]
    private static partial Regex ActivityRow();

    [GeneratedRegex("StartActivity\\(\\$?\"(?<name>\\w+(?: \\w+)*)")]
    private static partial Regex StartActivity();

    [GeneratedRegex("^\\| \\d{4} \\|")]
    private static partial Regex EventRow();

    private sealed class NoPipeline : PipelineDefinition
    {
        public override void Define(PipelineBuilder pipeline)
        {
            // Never run.
        }
    }
}
