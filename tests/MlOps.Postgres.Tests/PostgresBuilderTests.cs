using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Relational;

namespace MlOps.Postgres.Tests;

public sealed class PostgresBuilderTests(PostgresFixture server) : IDisposable
{
    private const string Secret = "s3cret";
    private readonly TestSchema _schema = new(server);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _schema.Dispose();

    [Fact]
    public async Task An_argument_names_the_database_and_configuration_the_schema()
    {
        await using var services = Build(builder => builder.UsePostgres(_schema.ConnectionString), ("Schema", _schema.Name), ("ConnectionString", "Host=elsewhere.invalid;Database=none"));
        await services.GetRequiredService<IMetadataStore>().SearchExperimentsAsync(new(), Cancel);
        _schema.Scalar<long>("SELECT COUNT(*) FROM experiments").Should().Be(1, "there is the default experiment");
        services.GetRequiredService<ICheckpointStore>().Should().BeOfType<RelationalCheckpointStore>();
        services.GetRequiredService<IModelRegistry>().Should().BeOfType<RelationalModelRegistry>();
    }

    [Fact]
    public async Task Configuration_names_the_database()
    {
        await using var services = Build(builder => builder.UsePostgres(), ("Schema", _schema.Name), ("ConnectionString", _schema.ConnectionString));
        (await services.GetRequiredService<IModelRegistry>().ListModelsAsync(Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task Code_has_the_last_word()
    {
        await using var services = Build(builder => builder.UsePostgres(options => options.Schema = _schema.Name), ("Schema", "other"), ("ConnectionString", _schema.ConnectionString));
        await services.GetRequiredService<IModelRegistry>().ListModelsAsync(Cancel);
        _schema.Scalar<long>("SELECT COUNT(*) FROM models").Should().Be(0);
    }

    [Fact]
    public async Task Nothing_is_created_before_the_first_use()
    {
        await using var services = Build(builder => builder.UsePostgres(_schema.ConnectionString), ("Schema", _schema.Name));
        services.GetRequiredService<IMetadataStore>();
        _schema.Scalar<long>($"SELECT COUNT(*) FROM pg_namespace WHERE nspname = '{_schema.Name}'").Should().Be(0);
    }

    [Theory]
    [InlineData("ConnectionString", null)]
    [InlineData("ConnectionString", "")]
    [InlineData("ConnectionString", "mlops.db")]
    [InlineData("ConnectionString", "Host=x;Password=" + Secret)]
    [InlineData("ConnectionString", "Database=x;Password=" + Secret)]
    [InlineData("ConnectionString", "Host=x;Database=x;Port=none;Password=" + Secret)]
    [InlineData("ConnectionString", "Host=x;Database=x;Nonsense=1;Password=" + Secret)]
    [InlineData("Schema", "")]
    [InlineData("Schema", "Upper")]
    [InlineData("Schema", "pg_own")]
    [InlineData("Schema", "a b")]
    [InlineData("Schema", "a;DROP TABLE x")]
    [InlineData("Schema", "a\n")]
    [InlineData("Schema", "012345678901234567890123456789012345678901234567890")]
    [InlineData("LockTimeout", "00:00:00")]
    [InlineData("LockTimeout", "-00:00:01")]
    [InlineData("LockTimeout", "7.00:00:00")]
    public async Task Nonsense_is_refused_when_the_host_starts(string option, string? value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MlOps:Postgres:ConnectionString"] = "Host=x;Database=x", ["MlOps:Postgres:" + option] = value });
        builder.Services.AddMlOpsCore().UsePostgres();
        using var host = builder.Build();
        var start = () => host.StartAsync(Cancel);
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(option).And.NotContain(Secret);
    }

    private static ServiceProvider Build(Action<MlOpsBuilder> use, params (string Key, string Value)[] configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.Select(c => KeyValuePair.Create("MlOps:Postgres:" + c.Key, (string?)c.Value)))
            .Build());
        use(services.AddMlOpsCore());
        return services.BuildServiceProvider();
    }
}
