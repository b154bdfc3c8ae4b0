// Part of Apus, Apache-2.0. See LICENSE.

/// A generator that a ``SeedSequence`` can seed, as all of NumPy's can.
public protocol SeedableGenerator: BitGenerator {
  /// The generator's name, as in NumPy if NumPy has the generator.
  static var name: String { get }

  /// Makes a generator from a seed sequence.
  ///
  /// It equals NumPy's bit generator of this name; for generators that NumPy lacks, words of the sequence
  /// fill the key or the state.
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
