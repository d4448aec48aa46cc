using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.ModelRegistry.Tests;

public sealed class IntegrityTests
{
    private static readonly ChangeNote Note = new("release-manager", "reviewed", Make.Noon);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Curves() => ["P-256", "P-384"];

    [Theory]
    [MemberData(nameof(Curves))]
    public async Task A_version_that_was_signed_with_a_trusted_key_is_loaded(string curve)
    {
        using var key = KeyOf(curve);
        using var world = new World(builder => builder.AddBundleSigning(o => o.PrivateKey = Private(key)).TrustBundles(o => Trust(o, key)));
        await world.RegisterAsync();
        var signed = await world.Registry.SignAsync(world.Services.GetRequiredService<IBundleSigner>(), "flight-delay", 1, Note, Cancel);
        signed.Signatures.Should().ContainSingle().Which.Algorithm.Should().Be(curve == "P-256" ? "ecdsa-p256-sha256" : "ecdsa-p384-sha384");
        using var model = await world.Loader.LoadAsync(signed, Cancel);
        (await world.Registry.GetHistoryAsync(new() { Kinds = [RegistryEventKind.Signed] }, Cancel)).Should().ContainSingle(e => e.By == "release-manager" && e.To == signed.Bundle!.Artifact.Digest);
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public async Task A_signature_can_be_checked_and_made_with_other_tools(string curve)
    {
        using var key = KeyOf(curve);
        using var signer = new PemBundleSigner(Private(key), "other", TimeProvider.System);
        var digest = Sha256.Hex("a");
        var signature = await signer.SignAsync(new(digest, 1), Cancel);
        var message = System.Text.Encoding.ASCII.GetBytes("mlops-bundle-1:sha256:" + digest);
        var hash = curve == "P-256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;
        key.VerifyData(message, Convert.FromBase64String(signature.Value), hash, DSASignatureFormat.Rfc3279DerSequence).Should().BeTrue("so signs: openssl dgst -sha256 -sign");
    }

    [Fact]
    public async Task What_a_pipeline_registers_is_signed_when_the_host_signs()
    {
        using var key = KeyOf();
        using var world = new World(builder => builder.AddBundleSigning(o => (o.PrivateKey, o.KeyId) = (Private(key), "release")).TrustBundles(o => Trust(o, key, "release")));
        var candidate = Make.Candidate("a") with { Bundle = await world.BundleAsync() };
        var registration = await new RegisterStage("challenger").RunAsync(candidate, Make.Context(world.Services), Cancel);
        registration.Version!.Signatures.Should().ContainSingle().Which.KeyId.Should().Be("release");
        using var model = await world.Loader.LoadAsync(registration.Version, Cancel);
    }

    [Fact]
    public async Task What_is_imported_is_signed_when_the_host_signs()
    {
        using var key = KeyOf();
        using var world = new World(builder => builder.AddBundleSigning(o => o.PrivateKey = Private(key)).TrustBundles(o => Trust(o, key)).Services.AddSingleton<IModelFormat, AnyFile>());
        var version = await world.Services.GetRequiredService<IModelImporter>().ImportAsync(new MemoryStream([1, 2, 3]), new("flight-delay"), Cancel);
        using var model = await world.Loader.LoadAsync(version, Cancel);
    }

    [Fact]
    public async Task A_version_without_a_signature_is_loaded_only_where_none_is_asked_for()
    {
        using var key = KeyOf();
        using var strict = new World(builder => builder.TrustBundles(o => Trust(o, key)));
        var version = await strict.RegisterAsync();
        var error = (await FluentActions.Awaiting(() => strict.Loader.LoadAsync(version, Cancel)).Should().ThrowAsync<UntrustedBundleException>()).Which;
        (error.Model, error.Version, error.IsTransient).Should().Be(("flight-delay", 1, false));
        error.Message.Should().Contain("no signature");
        strict.Runtime.Loaded.Should().BeEmpty("nothing of it was touched");

        using var lax = new World();
        using var model = await lax.Loader.LoadAsync(await lax.RegisterAsync(), Cancel);
    }

    [Fact]
    public async Task The_bundle_of_a_version_is_read_only_where_the_version_would_be_loaded()
    {
        using var key = KeyOf();
        using var strict = new World(builder => builder.TrustBundles(o => Trust(o, key)));
        var version = await strict.RegisterAsync();
        await FluentActions.Awaiting(() => strict.Loader.ReadAsync(version, Cancel)).Should().ThrowAsync<UntrustedBundleException>();

        using var lax = new World();
        version = await lax.RegisterAsync();
        (await lax.Loader.ReadAsync(version, Cancel)).Manifest.Model.Should().Be("flight-delay");
    }

    [Fact]
    public async Task A_signature_of_a_key_that_is_not_trusted_does_not_count()
    {
        using var trusted = KeyOf();
        using var strange = KeyOf();
        using var world = new World(builder => builder.AddBundleSigning(o => o.PrivateKey = Private(strange)).TrustBundles(o => Trust(o, trusted)));
        var version = await SignedAsync(world);
        (await FluentActions.Awaiting(() => world.Loader.LoadAsync(version, Cancel)).Should().ThrowAsync<UntrustedBundleException>()).WithMessage("*trusts none of the keys*");
    }

    [Fact]
    public async Task Another_key_that_goes_by_a_trusted_name_does_not_fit()
    {
        using var trusted = KeyOf();
        using var strange = KeyOf();
        using var world = new World(builder => builder.AddBundleSigning(o => (o.PrivateKey, o.KeyId) = (Private(strange), "release")).TrustBundles(o => Trust(o, trusted, "release")));
        var version = await SignedAsync(world);
        (await FluentActions.Awaiting(() => world.Loader.LoadAsync(version, Cancel)).Should().ThrowAsync<UntrustedBundleException>()).WithMessage("*does not fit*");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bundle_that_was_put_in_the_place_of_a_signed_one_is_refused_even_where_no_signature_is_asked_for(bool requires)
    {
        using var key = KeyOf();
        using var world = new World(builder => builder.AddBundleSigning(o => o.PrivateKey = Private(key)).TrustBundles(o =>
        {
            Trust(o, key);
            o.RequireSignature = requires;
        }));
        var version = await SignedAsync(world);
        var altered = version with { Bundle = await world.BundleAsync("other") };
        (await FluentActions.Awaiting(() => world.Loader.LoadAsync(altered, Cancel)).Should().ThrowAsync<UntrustedBundleException>()).WithMessage("*altered*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64")]
    [InlineData("AAAA")]
    [InlineData("MEUCIQD")]
    public async Task A_signature_that_is_none_does_not_fit(string value)
    {
        using var key = KeyOf();
        using var world = new World(builder => builder.AddBundleSigning(o => o.PrivateKey = Private(key)).TrustBundles(o => Trust(o, key)));
        var version = await SignedAsync(world);
        foreach (var bad in (BundleSignature[])[version.Signatures[0] with { Value = value }, version.Signatures[0] with { Algorithm = "none" }])
            await FluentActions.Awaiting(() => world.Loader.LoadAsync(version with { Signatures = [bad] }, Cancel)).Should().ThrowAsync<UntrustedBundleException>();
    }

    [Fact]
    public async Task A_key_may_be_trusted_for_some_models_only()
    {
        using var key = KeyOf();
        using var other = KeyOf();
        using var world = new World(builder => builder.AddBundleSigning(o => o.PrivateKey = Private(key)).TrustBundles(o =>
        {
            Trust(o, key);
            Trust(o, other);
            o.Keys[0].Models.Add("fares");
        }));
        var version = await SignedAsync(world);
        await FluentActions.Awaiting(() => world.Loader.LoadAsync(version, Cancel)).Should().ThrowAsync<UntrustedBundleException>();
        using var model = await world.Loader.LoadAsync(version with { Model = "fares" }, Cancel);
    }

    [Fact]
    public async Task Keys_come_from_configuration_and_files_too()
    {
        using var key = KeyOf();
        var folder = Directory.CreateTempSubdirectory("mlops-keys-");
        try
        {
            var (secret, open) = (Path.Combine(folder.FullName, "key.pem"), Path.Combine(folder.FullName, "key.pub.pem"));
            await File.WriteAllTextAsync(secret, Private(key), Cancel);
            await File.WriteAllTextAsync(open, key.ExportSubjectPublicKeyInfoPem(), Cancel);
            using var world = new World(builder =>
            {
                builder.Services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["MlOps:ModelRegistry:Signing:PrivateKeyFile"] = secret,
                    ["MlOps:ModelRegistry:Trust:RequireSignature"] = "true",
                    ["MlOps:ModelRegistry:Trust:Keys:0:PublicKeyFile"] = open,
                    ["MlOps:ModelRegistry:Trust:Keys:0:Models:0"] = "flight-delay",
                }).Build());
                builder.AddBundleSigning().AddModelRegistry();
            });
            using var model = await world.Loader.LoadAsync(await SignedAsync(world), Cancel);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    [InlineData("private")]
    [InlineData("P-521")]
    [InlineData("RSA")]
    public async Task A_key_that_is_none_to_trust_stops_the_host_when_it_starts(string kind)
    {
        var host = HostOf(builder => builder.TrustBundles(o => o.Keys.Add(new() { PublicKey = Pem(kind, isPrivate: false) })));
        (await FluentActions.Awaiting(() => host.StartAsync(Cancel)).Should().ThrowAsync<OptionsValidationException>()).WithMessage("*MlOps:ModelRegistry:Trust*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("public")]
    [InlineData("P-521")]
    [InlineData("RSA")]
    public async Task A_key_that_is_none_to_sign_with_stops_the_host_when_it_starts(string kind)
    {
        var host = HostOf(builder => builder.AddBundleSigning(o => o.PrivateKey = Pem(kind, isPrivate: true)));
        (await FluentActions.Awaiting(() => host.StartAsync(Cancel)).Should().ThrowAsync<OptionsValidationException>()).WithMessage("*MlOps:ModelRegistry:Signing*");
    }

    [Fact]
    public async Task A_policy_that_could_load_nothing_or_has_two_keys_of_a_name_stops_the_host()
    {
        using var key = KeyOf();
        using var other = KeyOf();
        Action<TrustOptions>[] bad =
        [
            o => o.RequireSignature = true,
            o => { Trust(o, key, "same"); Trust(o, other, "same"); },
            o => o.Keys.Add(new()),
            o => o.Keys.Add(new() { PublicKey = key.ExportSubjectPublicKeyInfoPem(), PublicKeyFile = "key.pem" }),
            o => o.Keys.Add(new() { PublicKeyFile = "/there/is/no/such/file" }),
        ];
        foreach (var configure in bad)
            await FluentActions.Awaiting(() => HostOf(builder => builder.TrustBundles(configure)).StartAsync(Cancel)).Should().ThrowAsync<OptionsValidationException>();
    }

    private static ECDsa KeyOf(string curve = "P-256") => ECDsa.Create(curve == "P-256" ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);

    private static string Private(ECDsa key) => key.ExportPkcs8PrivateKeyPem();

    private static string Pem(string kind, bool isPrivate)
    {
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        using var rsa = RSA.Create(2048);
        using var key = KeyOf();
        return kind switch
        {
            "private" => Private(key),
            "public" => key.ExportSubjectPublicKeyInfoPem(),
            "P-521" => isPrivate ? Private(large) : large.ExportSubjectPublicKeyInfoPem(),
            "RSA" => isPrivate ? rsa.ExportPkcs8PrivateKeyPem() : rsa.ExportSubjectPublicKeyInfoPem(),
            _ => kind,
        };
    }

    private static void Trust(TrustOptions options, ECDsa key, string? keyId = null)
    {
        options.RequireSignature = true;
        options.Keys.Add(new() { PublicKey = key.ExportSubjectPublicKeyInfoPem(), KeyId = keyId });
    }

    private static async Task<ModelVersion> SignedAsync(World world)
    {
        await world.RegisterAsync();
        return await world.Registry.SignAsync(world.Services.GetRequiredService<IBundleSigner>(), "flight-delay", 1, Note, Cancel);
    }

    private sealed class AnyFile : IModelFormat
    {
        public string Platform => "fake";

        public bool Recognizes(ReadOnlySpan<byte> file) => true;

        public BundleContent Describe(byte[] file, ModelImport import) => new(Make.Manifest(), new Dictionary<string, byte[]> { [BundleFile.ModelPart] = file });
    }

    private static IHost HostOf(Action<MlOpsBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        configure(builder.Services.AddMlOpsCore().UseInMemoryStores().AddModelRegistry());
        return builder.Build();
    }
}
