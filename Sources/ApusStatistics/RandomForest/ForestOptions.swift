// Part of Apus, Apache-2.0. See LICENSE.

/// How a random forest is grown.
///
/// The defaults are scikit-learn's for regression.
public struct ForestOptions: Codable, Sendable, Hashable {
  /// How many features are tried at each split.
  public enum Features: Codable, Sendable, Hashable {
    /// All of them (bagged trees).
    case all
    /// A third, rounded down, at least one: Breiman's advice for regression.
    case third
    /// The square root, rounded down, at least one: usual for classification.
    case squareRoot
    /// The logarithm to base 2, rounded down, at least one.
    case log2
    /// A fixed number, at least one.
    case count(Int)

    /// Returns the number of features tried out of `featureCount`.
    public func count(of featureCount: Int) -> Int {
      let count =
        switch self {
        case .all: featureCount
        case .third: featureCount / 3
        case .squareRoot: Int(Double(featureCount).squareRoot())
        case .log2: featureCount.bitWidth - 1 - featureCount.leadingZeroBitCount
        case .count(let count): count
        }
      return min(max(1, count), featureCount)
    }
  }

  /// The number of trees in the forest; default 100.
  public var trees = 100
  /// The features tried at each split; default all.
  ///
  /// Features that are constant in a node do not count, and the search goes on until one split is
  /// found, as in scikit-learn.
  public var features = Features.all
  /// The smallest number of rows in a leaf; default 1.
  ///
  /// A row counts once, no matter how many times the bootstrap drew it.
  public var minimumLeafSize = 1
  /// The largest number of splits between root and leaf; default unlimited.
  public var maximumDepth: Int?
  /// Whether out-of-bag predictions, for rows that a tree has not seen, are computed; default true.
  public var computesOutOfBag = true

  /// Makes the default options.
  public init() {}

  /// Makes options with the three most common ones set.
  ///
  /// - Parameters:
  ///   - trees: default 100.
  ///   - features: tried at each split; default all.
  ///   - minimumLeafSize: default 1, which grows trees fully.
  public init(trees: Int = 100, features: Features = .all, minimumLeafSize: Int = 1) {
    self.trees = trees
    self.features = features
    self.minimumLeafSize = minimumLeafSize
  }

  /// The largest number of trees; more are taken for a typing error.
  public static let maximumTrees = 10_000_000
  /// The largest minimum leaf size: rows have 32-bit numbers.
  static let largestLeaf = 1 << 32

  /// Throws if an option is out of range for a table with `featureCount` features.
  func validate(featureCount: Int) throws {
    guard 1...Self.maximumTrees ~= trees else {
      throw StatisticsError(
        .badOption, "A forest must have from 1 to \(Self.maximumTrees) trees, not \(trees).")
    }
    guard 1...Self.largestLeaf ~= minimumLeafSize else {
      throw StatisticsError(
        .badOption,
        "The minimum leaf size must be from 1 to \(Self.largestLeaf), not \(minimumLeafSize).")
    }
    if let depth = maximumDepth, depth < 0 {
      throw StatisticsError(.badOption, "The maximum depth must be at least 0, not \(depth).")
    }
    if case .count(let count) = features, !(1...featureCount ~= count) {
      throw StatisticsError(
        .badOption, "Cannot try \(count) of \(featureCount) features at a split.")
    }
  }
}
