using System.Text.Json;
using CsCheck;

namespace MlOps.Statistics.Tests;

public class StoredProfileTests
{
    [Fact]
    public void A_profile_of_numbers_comes_back_to_the_bit() =>
        Gen.Select(Profiles.Reals, Profiles.Reals, Gen.Bool).Sample(
            (values, more, keep) =>
            {
                var profile = new ColumnProfile(ValueKind.Real, Profiles.Small with { KeepValues = keep });
                profile.Add(values);
                var copy = ColumnProfile.FromBytes(profile.ToBytes());
                copy.ToBytes().Should().Equal(profile.ToBytes());
                ColumnProfile.FromJson(profile.ToJson()).ToBytes().Should().Equal(profile.ToBytes());
                copy.Add(more);
                profile.Add(more);
                Profiles.ShouldEqual(copy.Numbers!, profile.Numbers!);
            },
            iter: 300);

    [Fact]
    public void A_profile_of_integers_comes_back_to_the_bit() =>
        Profiles.Integers.Sample(values =>
        {
            var profile = new ColumnProfile(ValueKind.Integer);
            profile.Add(values);
            ColumnProfile.FromBytes(profile.ToBytes()).ToBytes().Should().Equal(profile.ToBytes());
        });

    [Fact]
    public void Damaged_bytes_are_refused_or_at_least_never_do_harm()
    {
        var profile = new ColumnProfile();
        profile.Add(["a", "b", null, "c"]);
        var bytes = profile.ToBytes();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255]).Sample((at, change) =>
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= change;
            FluentActions.Invoking(() => ColumnProfile.FromBytes(damaged)).Should().Throw<InvalidDataException>();
        });
        for (var length = 0; length < bytes.Length; length++)
            FluentActions.Invoking(() => ColumnProfile.FromBytes(bytes.AsSpan(0, length))).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void A_forged_state_is_refused_even_with_a_right_sum()
    {
        var random = new Random(1);
        var profiles = new List<ColumnProfile>();
        foreach (var limit in (int[])[16, 4096])
        {
            var options = new ProfileOptions { ExactLimit = limit };
            var (reals, whole, texts, decimals, lists) = (new ColumnProfile(options: options), new ColumnProfile(options: options), new ColumnProfile(options: options), new ColumnProfile(options: options), new ColumnProfile(options: options));
            for (var i = 0; i < 100; i++)
            {
                reals.Add([random.NextDouble()]);
                whole.Add([random.NextInt64()]);
                texts.Add(["t" + i]);
                decimals.Add([i / 7m]);
            }

            lists.AddLists([0, 1, 3]);
            lists.Lists!.Items.Add([true, false, true]);
            profiles.AddRange([reals, whole, texts, decimals, lists]);
        }

        foreach (var profile in profiles)
        {
            var bytes = profile.ToBytes();
            for (var turn = 0; turn < 2000; turn++)
            {
                var forged = bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(13, bytes.Length) : bytes.Length).ToArray();
                for (var changes = random.Next(1, 4); changes > 0; changes--) forged[random.Next(5, forged.Length - 8)] = (byte)random.Next(256);
                BitConverter.TryWriteBytes(forged.AsSpan(^8..), Hashing.Of(forged.AsSpan(..^8)).First);
                try
                {
                    // What is still a profile must be usable.
                    var read = ColumnProfile.FromBytes(forged);
                    read.ToJson().Should().NotBeEmpty();
                    read.Merge(read.Clone());
                }
                catch (InvalidDataException)
                {
                    // Refused, as it should be.
                }
            }
        }
    }

    [Fact]
    public void Other_bytes_and_newer_versions_are_refused_in_words()
    {
        var bytes = new ColumnProfile().ToBytes();
        FluentActions.Invoking(() => ColumnProfile.FromBytes("hello, this is text"u8)).Should().Throw<InvalidDataException>().WithMessage("*no column profile*");
        FluentActions.Invoking(() => DatasetProfile.FromBytes(bytes)).Should().Throw<InvalidDataException>().WithMessage("*no dataset profile*");
        bytes[4] = 2;
        FluentActions.Invoking(() => ColumnProfile.FromBytes(bytes)).Should().Throw<InvalidDataException>().WithMessage("*version 2*version 1*");
        FluentActions.Invoking(() => ColumnProfile.FromJson("{")).Should().Throw<InvalidDataException>();
        FluentActions.Invoking(() => ColumnProfile.FromJson("[]")).Should().Throw<InvalidDataException>();
        FluentActions.Invoking(() => ColumnProfile.FromJson("""{"state":7}""")).Should().Throw<InvalidDataException>();
        FluentActions.Invoking(() => ColumnProfile.FromJson("""{"state":"AAAA"}""")).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void JSON_shows_what_people_want_to_know_even_when_it_is_no_number()
    {
        var profile = new ColumnProfile();
        profile.Add([double.PositiveInfinity, double.NaN, 1]);
        using var json = JsonDocument.Parse(profile.ToJson());
        json.RootElement.GetProperty("kind").GetString().Should().Be("Real");
        json.RootElement.GetProperty("numbers").GetProperty("max").GetString().Should().Be("Infinity");
        json.RootElement.GetProperty("numbers").GetProperty("skewness").GetString().Should().Be("NaN");
        json.RootElement.GetProperty("topValues").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public void The_form_of_version_1_is_fixed()
    {
        // A profile that was stored once must be readable for ever, and the same on every machine whatever its vectors.
        var profile = new ColumnProfile(options: new ProfileOptions { ExactLimit = 64 });
        var state = 12345u;
        var values = new double[10_007];
        for (var i = 0; i < values.Length; i++)
        {
            state = (state * 1664525u) + 1013904223u;
            values[i] = i % 97 == 0 ? 0 : ((int)state >> 4) / 1024.0;
        }

        profile.Add(values);
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(profile.ToBytes())).Should().Be(Golden);
        var texts = new ColumnProfile();
        texts.Add(["a", "bb", "née", null, "a"]);
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(texts.ToBytes())).Should().Be(GoldenText);
    }

    private const string Golden = "6029D9917DF2CF20C16EED4A9FAE0FF4EEA5CF93B6E3922633552295D8F25E9C";
    private const string GoldenText = "2FDF3C9BC2CA2A1CCDBD39D8D29A28D992FA61C869DDB572D6CFF0479B3D5515";
}
