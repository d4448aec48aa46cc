using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Core.Tests;

public class BundleFileTests
{
    private static readonly BundleManifest Manifest = new()
    {
        Model = "flight-delay",
        Platform = "mlnet_zip",
        Task = "binary-classification",
        Signature = new(new([new("distance", ColumnType.Float64)]), [new("Score", TensorType.Float32, 2)]),
        Features = ["distance"],
        Label = "delayed",
        Preparation = [new("ImputeMedian", JsonSerializer.SerializeToElement(new { column = "distance", value = 1.5 }))],
        Hyperparameters = new Dictionary<string, string> { ["trees"] = "100" },
        Metrics = new Dictionary<string, double> { ["auc"] = 0.1 + 0.2, ["nan"] = double.NaN },
        Baseline = new Dictionary<string, double>(),
        Data = new Dictionary<string, DatasetReference>(),
        Environment = new Dictionary<string, string> { ["seed"] = "1" },
    };

    private static readonly Dictionary<string, byte[]> Parts = new()
    {
        [BundleFile.ModelPart] = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i % 251))],
        [BundleFile.SamplesPart] = Encoding.UTF8.GetBytes("""{"inputs":[],"outputs":[]}"""),
        ["empty"] = [],
    };

    [Fact]
    public void A_bundle_is_read_as_it_was_written()
    {
        var (bytes, written) = Write(Manifest, Parts);
        var content = Read(bytes);
        JsonSerializer.Serialize(content.Manifest, MlOpsJson.Options).Should().Be(JsonSerializer.Serialize(written, MlOpsJson.Options));
        content.Manifest.Signature.InputSchema.Equals(Manifest.Signature.InputSchema).Should().BeTrue();
        content.Manifest.Metrics["nan"].Should().Be(double.NaN);
        content.Manifest.Parts.Keys.Should().BeEquivalentTo(Parts.Keys);
        content.Parts.Keys.Should().BeEquivalentTo(Parts.Keys);
        foreach (var (name, part) in Parts) content.Parts[name].Should().Equal(part);
    }

    [Fact]
    public void The_same_parts_in_any_order_give_the_same_bytes()
    {
        var (one, _) = Write(Manifest, Parts);
        var (other, _) = Write(Manifest with { Parts = new Dictionary<string, ArtifactRef> { ["old"] = new("x", 1) } }, Parts.Reverse().ToDictionary());
        other.Should().Equal(one);
        Write(Manifest with { Label = "other" }, Parts).Bytes.Should().NotEqual(one);
    }

    [Fact]
    public void The_streams_are_left_open()
    {
        using var stream = new MemoryStream();
        BundleFile.Write(stream, Manifest, Parts);
        BundleFile.Read(stream, "bundle");
        stream.CanRead.Should().BeTrue();
    }

    [Fact]
    public void A_flipped_byte_anywhere_is_found_or_changes_nothing()
    {
        var (bytes, _) = Write(Manifest, Parts);
        var (found, harmless) = (0, 0);
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 0x5A;
            try
            {
                var content = Read(damaged);
                // Only the model's own bytes are what is used, and they are verified; a manifest is verified by the digest of the file.
                foreach (var (name, part) in Parts) content.Parts[name].Should().Equal(part, "byte {0} was flipped", i);
                harmless++;
            }
            catch (MlOpsException error)
            {
                error.Message.Should().Contain("bundle");
                found++;
            }
        }

        found.Should().BeGreaterThan(bytes.Length / 2);
        harmless.Should().BeGreaterThan(0, "a zip has times and attributes that nobody reads");
    }

    [Fact]
    public void A_bundle_that_was_cut_off_is_refused_at_every_length()
    {
        var (bytes, _) = Write(Manifest, Parts);
        for (var length = 0; length < bytes.Length; length += 7)
            FluentActions.Invoking(() => Read(bytes[..length])).Should().Throw<DataException>("{0} bytes are left", length).Which.DataSource.Should().Be("bundle");
    }

    [Fact]
    public void A_part_with_other_bytes_is_named_with_both_digests()
    {
        var error = FluentActions.Invoking(() => Read(Zip(Edit(), ("model", "other"), ("samples.json", "{}")))).Should().Throw<ArtifactCorruptException>().Which;
        error.Artifact.Should().Be("bundle#model");
        error.ExpectedDigest.Should().Be(Sha256.Hex("model bytes"));
        error.ActualDigest.Should().Be(Sha256.Hex("other"));
    }

    [Fact]
    public void A_part_that_is_missing_unlisted_or_too_large_is_refused()
    {
        Refused(Zip(Edit(), ("samples.json", "{}"))).Should().Contain("lacks the part 'model'");
        Refused(Zip(Edit(), ("model", "model bytes"), ("samples.json", "{}"), ("../../evil", "x"))).Should().Contain("does not list the part '../../evil'");
        Refused(Zip(Edit(), ("model", new string('x', 1_000_000)), ("samples.json", "{}"))).Should().Contain("larger than recorded");
    }

    [Fact]
    public void A_manifest_that_says_too_little_or_is_of_a_later_format_is_refused()
    {
        (string, string)[] parts = [("model", "model bytes"), ("samples.json", "{}")];
        Read(Zip(Edit(), parts)).Parts.Should().HaveCount(2, "this is what the cases below spoil");
        Refused(Zip(Edit(m => m["format"] = 2), parts)).Should().Contain("format 2").And.Contain("Update");
        Refused(Zip(Edit(m => m.Remove("signature")), parts)).Should().Contain("signature");
        Refused(Zip(Edit(m => m["parts"] = null), parts));
        Refused(Zip(Edit(m => m["signature"] = null), parts));
        Refused(Zip(Edit(m => m["signature"]!["outputs"] = null), parts));
        Refused(Zip(Edit(m => m["features"] = "distance"), parts));
        Refused(Zip("null", parts)).Should().Contain("null");
        Refused(Zip("{", parts));
        Refused(Zip(null, parts)).Should().Contain("no manifest.json");
    }

    [Fact]
    public void A_file_that_is_no_zip_is_refused() => Refused(Encoding.UTF8.GetBytes("PK is how a zip starts, but this is none")).Should().Contain("not a model bundle");

    private static string Refused(byte[] bytes) => FluentActions.Invoking(() => Read(bytes)).Should().Throw<DataException>().Which.Message;

    private static (byte[] Bytes, BundleManifest Manifest) Write(BundleManifest manifest, IReadOnlyDictionary<string, byte[]> parts)
    {
        using var stream = new MemoryStream();
        var written = BundleFile.Write(stream, manifest, parts);
        return (stream.ToArray(), written);
    }

    private static BundleContent Read(byte[] bytes) => BundleFile.Read(new MemoryStream(bytes), "bundle");

    private static string Edit(Action<JsonObject>? edit = null)
    {
        var manifest = Manifest with { Parts = new Dictionary<string, ArtifactRef> { ["model"] = new(Sha256.Hex("model bytes"), 11), ["samples.json"] = new(Sha256.Hex("{}"), 2) } };
        var json = JsonSerializer.SerializeToNode(manifest, MlOpsJson.Options)!.AsObject();
        edit?.Invoke(json);
        return json.ToJsonString();
    }

    private static byte[] Zip(string? manifest, params (string Name, string Content)[] parts)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in manifest is null ? parts : [("manifest.json", manifest), .. parts])
            {
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return memory.ToArray();
    }
}
