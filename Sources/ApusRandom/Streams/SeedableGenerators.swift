// Part of Apus, Apache-2.0. See LICENSE.

/// The seedable generators of Apus, whose sequences are known.
enum SeedableGenerators {
  private static let types: [any SeedableGenerator.Type] = [
    Philox4x64.self, Philox4x32.self, Threefry4x64.self, Threefry4x32.self, PCG64.self,
    PCG64DXSM.self, SFC64.self, MT19937.self, Xoshiro256StarStar.self,
  ]

  /// The generator's name; that of a type from outside Apus is marked as custom, whatever it calls itself.
  static func name<Generator: SeedableGenerator>(of generator: Generator.Type) -> String {
    types.contains { $0 == generator } ? generator.name : "custom \(generator.name)"
  }
}
