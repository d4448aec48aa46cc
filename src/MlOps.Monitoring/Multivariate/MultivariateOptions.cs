using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>What the check multivariate looks at. Bound from <c>MlOps:Monitors:{name}:Multivariate</c>.</summary>
/// <remarks>An alarm needs both, as everywhere: a difference that is large enough to matter, and one that chance does not explain (<see cref="MonitorOptions.Significance"/>).</remarks>
public sealed class MultivariateOptions
{
    /// <summary>Gets or sets whether the monitor makes the check.</summary>
    /// <value>The default is false; <see cref="MultivariateBuilderExtensions.WatchMultivariate"/> sets it.</value>
    public bool Enabled { get; set; }

    /// <summary>Gets or sets whether the reconstruction error of rows is compared, by which columns that no longer go together are found.</summary>
    /// <value>The default is true.</value>
    public bool Reconstruction { get; set; } = true;

    /// <summary>Gets or sets whether trees try to tell rows of the window from rows of the training data.</summary>
    /// <value>The default is true. It needs training with ML.NET in the host (<c>AddTraining</c>).</value>
    public bool Classifier { get; set; } = true;

    /// <summary>Gets the columns of free text, which trees judge by their words. A text column that is not listed here is one of categories.</summary>
    /// <value>The default is none.</value>
    public IList<string> TextColumns { get; } = [];

    /// <summary>Gets or sets from how many columns on that are called <c>x.0</c>, <c>x.1</c>, … they are one vector x, an embedding, which is compared as a whole.</summary>
    /// <value>The default is 16.</value>
    [Range(2, 100_000)]
    public int VectorWidth { get; set; } = 16;

    /// <summary>Gets or sets how well rows of the window and of the training data must be told apart to matter, by trees or by their reconstruction error: the area under the ROC curve, 0.5 for not at all.</summary>
    /// <value>The default is 0.55.</value>
    [Range(0.5, 1.0)]
    public double RocAucThreshold { get; set; } = 0.55;

    /// <summary>Gets or sets from which squared maximum mean discrepancy on a vector has moved far enough to matter.</summary>
    /// <value>The default is 0.005, which is about what vectors of 16 numbers have whose every number has moved by an eighth of its standard deviation.</value>
    [Range(0.0, 2.0)]
    public double DiscrepancyThreshold { get; set; } = 0.005;

    /// <summary>Gets or sets which share of the variance the principal components keep.</summary>
    /// <value>The default is 0.65.</value>
    [Range(0.01, 1.0)]
    public double VarianceShare { get; set; } = PrincipalComponents.DefaultShare;

    /// <summary>Gets or sets how many rows of the training data, and of the window, are kept as a sample, drawn with equal chances.</summary>
    /// <value>The default is 20,000.</value>
    [Range(200, 1_000_000)]
    public int SampleRows { get; set; } = 20_000;

    /// <summary>Gets or sets how many vectors and how many texts of each column are kept in the same way.</summary>
    /// <value>The default is 2,000.</value>
    [Range(100, 100_000)]
    public int VectorRows { get; set; } = 2_000;

    /// <summary>Gets or sets how many rows, vectors and texts of each chunk are kept in the same way. At least <see cref="MonitorOptions.MinRows"/> are. They are held to four times as many of the training data.</summary>
    /// <value>The default is 1,000. With 0 trees, vectors and texts judge the window only, not its chunks.</value>
    [Range(0, 100_000)]
    public int ChunkSampleRows { get; set; } = 1_000;

    /// <summary>Gets or sets into how many features the words of a text are hashed.</summary>
    /// <value>The default is 256.</value>
    [Range(16, 4096)]
    public int TextFeatures { get; set; } = 256;

    /// <summary>Gets or sets how many folds the trees are tested in, so that no row is judged by trees that learned from it.</summary>
    /// <value>The default is 5.</value>
    [Range(2, 20)]
    public int Folds { get; set; } = 5;

    /// <summary>Gets or sets the seed of the samples, the folds and the trees.</summary>
    /// <value>The default is 0.</value>
    public int Seed { get; set; }
}

[OptionsValidator]
internal sealed partial class MultivariateOptionsValidator : IValidateOptions<MultivariateOptions>;
