// Part of Apus, Apache-2.0. See LICENSE.

extension MonteCarloResult: CustomStringConvertible {
  /// The first values.
  public var description: String { "values \(Excerpt.of(values))" }
}
