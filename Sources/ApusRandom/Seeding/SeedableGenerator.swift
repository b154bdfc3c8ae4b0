// Part of Apus, Apache-2.0. See LICENSE.

/// A generator that a ``SeedSequence`` can seed, as all of NumPy's can.
public protocol SeedableGenerator: BitGenerator {
  /// The generator's name: NumPy's where it has one.
  static var name: String { get }

  /// Makes the generator that NumPy's bit generator of this name makes from the sequence; for
  /// generators that NumPy lacks, from as many words of the sequence as the key or state has.
  init(_ sequence: SeedSequence)
}

extension SeedableGenerator {
  /// The name of the type.
  public static var name: String { "\(Self.self)" }
}

extension Philox4x64 {
  /// NumPy's name.
  public static var name: String { "Philox" }
}
