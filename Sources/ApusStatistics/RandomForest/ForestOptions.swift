// Part of Apus, Apache-2.0. See LICENSE.

/// How a random forest is grown.
///
/// The defaults are scikit-learn's for regression.
public struct ForestOptions: Sendable, Hashable {
  /// How many features are tried at each split.
  public enum Features: Sendable, Hashable {
    /// All of them (bagged trees).
    case all
    /// A third, rounded down, at least one: Breiman's advice for regression.
    case third
    /// The square root, rounded down, at least one: usual for classification.
    case squareRoot
    /// A fixed number, at least one.
    case count(Int)

    /// The number tried out of `featureCount`.
    public func count(of featureCount: Int) -> Int {
      let count =
        switch self {
        case .all: featureCount
        case .third: featureCount / 3
        case .squareRoot: Int(Double(featureCount).squareRoot())
        case .count(let count): count
        }
      return min(max(1, count), featureCount)
    }
  }

  /// Trees in the forest; default 100.
  public var trees = 100
  /// Features tried at each split; default all.
  ///
  /// Features that are constant in a node do not count, and the search goes on until one split is
  /// found, as in scikit-learn.
  public var features = Features.all
  /// Fewest rows in a leaf; default 1.
  ///
  /// A row counts once, however often the bootstrap drew it.
  public var minimumLeafSize = 1
  /// Most splits between root and leaf; default unlimited.
  public var maximumDepth: Int?
  /// Whether the error on rows that a tree has not seen is computed; default true.
  public var computesOutOfBag = true

  /// The defaults.
  public init() {}

  /// Options with the usual three set.
  ///
  /// - Parameters:
  ///   - trees: default 100.
  ///   - features: tried at each split; default all.
  ///   - minimumLeafSize: default 1, trees grown to the end.
  public init(trees: Int = 100, features: Features = .all, minimumLeafSize: Int = 1) {
    self.trees = trees
    self.features = features
    self.minimumLeafSize = minimumLeafSize
  }

  /// More trees than this are a slip of the hand.
  public static let mostTrees = 10_000_000
  /// Rows are numbered in 32 bits.
  static let largestLeaf = 1 << 32

  /// Throws if an option is out of range for a table.
  func validate(featureCount: Int) throws {
    guard 1...Self.mostTrees ~= trees else {
      throw StatisticsError(
        .badOption, "A forest has from 1 to \(Self.mostTrees) trees, not \(trees).")
    }
    guard 1...Self.largestLeaf ~= minimumLeafSize else {
      throw StatisticsError(
        .badOption,
        "The minimum leaf size is from 1 to \(Self.largestLeaf), not \(minimumLeafSize).")
    }
    if let depth = maximumDepth, depth < 0 {
      throw StatisticsError(.badOption, "The maximum depth is at least 0, not \(depth).")
    }
    if case .count(let count) = features, !(1...featureCount ~= count) {
      throw StatisticsError(
        .badOption, "Cannot try \(count) of \(featureCount) features at a split.")
    }
  }
}
