// Part of Apus, Apache-2.0. See LICENSE.

extension BootstrapResult: CustomStringConvertible {
  /// The estimate, and the first replicates.
  public var description: String { "estimate \(estimate), replicates \(Excerpt.of(replicates))" }
}
