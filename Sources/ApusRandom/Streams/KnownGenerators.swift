// Part of Apus, Apache-2.0. See LICENSE.

/// The generators that a seed sequence can seed and whose sequences are understood here.
enum KnownGenerators {
  private static let types: [any SeedableGenerator.Type] = [
    Philox4x64.self, Philox4x32.self, Threefry4x64.self, Threefry4x32.self, PCG64.self,
    PCG64DXSM.self, SFC64.self, MT19937.self, Xoshiro256StarStar.self,
  ]

  /// The generator's name; one of somebody else's is marked, whatever it calls itself.
  static func name<Generator: SeedableGenerator>(of generator: Generator.Type) -> String {
    types.contains { $0 == generator } ? generator.name : "custom \(generator.name)"
  }
}
