// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Times bulk fills of a million numbers on one core: prints "name,nanoseconds per number", best of eleven.
@main
struct Fills {
  static let count = 1_000_000

  static func main() {
    time("MT19937", MT19937(SeedSequence(1)))
    time("Philox", Philox4x64(SeedSequence(1)))
    time("PCG64", PCG64(SeedSequence(1)))
    time("PCG64DXSM", PCG64DXSM(SeedSequence(1)))
    time("SFC64", SFC64(SeedSequence(1)))
    var r = MRG32k3a(setSeed: 1)
    var values = [Double](repeating: 0, count: count)
    report("R uniform") { r.fillUniform(&values) }
    report("R normal") { r.fillNormal(&values) }
    report("R exponential") { r.fillExponential(&values) }
    var state = RandomState(seed: 1)
    report("legacy double") { state.fillUniform(&values) }
    report("legacy normal") { state.fillNormal(&values) }
    report("legacy integer 1000") { _ = state.integers(in: 0...999, count: count) }
  }

  static func time<Generator: BitGenerator>(_ name: String, _ generator: Generator) {
    var generator = generator
    var values = [Double](repeating: 0, count: count)
    report("\(name) double") { generator.fillUniform(&values) }
    report("\(name) normal") { generator.fillNormal(&values) }
    report("\(name) exponential") { generator.fillExponential(&values) }
    var integers = [Int](repeating: 0, count: count)
    report("\(name) integer 1000") { generator.fillIntegers(&integers, in: 0...999) }
    report("\(name) integer 2^40") { generator.fillIntegers(&integers, in: 0...(1 << 40 - 1)) }
  }

  static func report(_ name: String, _ body: () -> Void) {
    let clock = ContinuousClock()
    let best = (0..<11).map { _ in clock.measure(body) / .nanoseconds(1) }.min() ?? .nan
    print("\(name),\(best / Double(count))")
  }
}
