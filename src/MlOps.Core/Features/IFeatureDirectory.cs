namespace MlOps.Core;

/// <summary>Says which columns queries and pushes of features have, so that requests from outside can be read with their types. Thread-safe.</summary>
public interface IFeatureDirectory
{
    /// <summary>Describes a query: what it must be given, and what it answers.</summary>
    /// <param name="service">The feature service, as name or name@version; null when features are listed.</param>
    /// <param name="features">The features, as view:feature; looked at when there is no service.</param>
    /// <param name="fullNames">Whether features are named view__feature.</param>
    /// <returns>The columns.</returns>
    /// <exception cref="NotFoundException">There is no such service, view or feature.</exception>
    /// <exception cref="DataException">Nothing is asked for, two outputs have one name, or one key has two types.</exception>
    FeatureQueryColumns DescribeQuery(string? service, IReadOnlyList<string> features, bool fullNames);

    /// <summary>Describes what is pushed to a view: the columns that its source has.</summary>
    /// <param name="view">The view.</param>
    /// <returns>The columns.</returns>
    /// <exception cref="NotFoundException">There is no such view.</exception>
    IReadOnlyList<PushedColumn> DescribePush(string view);
}

/// <summary>The columns of a query.</summary>
/// <param name="Keys">The join keys that it must be given, by the names that the query gives them.</param>
/// <param name="Request">The columns of the request that it must be given.</param>
/// <param name="Outputs">The features that it answers, in order.</param>
public sealed record FeatureQueryColumns(IReadOnlyList<Column> Keys, IReadOnlyList<Column> Request, DatasetSchema Outputs);

/// <summary>One column of what is pushed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type; null when an aggregation takes columns of several types, and the values say which.</param>
public sealed record PushedColumn(string Name, ColumnType? Type);
