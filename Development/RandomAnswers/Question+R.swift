// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Cases of R: the identifier says what is seeded, moved and drawn, for example "lecuyer/123/stream2/runif".
extension Question {
  func rAnswer(_ id: String) -> [String]? {
    let parts = id.split(separator: "/").map(String.init)
    guard let kind = parts.first, let last = parts.last else { return nil }
    if kind == "qnorm" { return quantiles() }
    guard parts.count > 2 || kind == "rngtools_RNGseq", let seed = rSeed(parts) else { return nil }
    switch kind {
    case "mt":
      var generator = RMersenneTwister(setSeed: seed)
      if last == "seed" { return seedWords(["624"] + generator.words.map(VectorText.text), 7) }
      return draws(last, &generator)
    case "lecuyer":
      guard var generator = moved(MRG32k3a(setSeed: seed), parts.dropFirst(2).dropLast()) else {
        return nil
      }
      if last == "seed" { return seedWords(generator.words.map(VectorText.text), 6) }
      return draws(last, &generator)
    case "clusterSetRNGStream":
      guard let worker = UInt64(last), worker >= 1 else { return nil }
      var generator = MRG32k3a(setSeed: seed).jumped(worker - 1)
      return doubles(3) { generator.uniform() }
    case "mclapply_noprescheduling":
      guard let task = UInt64(last), task >= 1 else { return nil }
      var generator = MRG32k3a(setSeed: seed).jumped(task)
      return doubles(2) { generator.uniform() }
    case "mclapply_prescheduled_2cores":
      // Core c has stream c and takes every second task, two uniforms each.
      guard let task = UInt64(last), 1...1_000_000 ~= task else { return nil }
      var generator = MRG32k3a(setSeed: seed).jumped((task - 1) % 2 + 1)
      generator.advance(by: UInt128((task - 1) / 2 * 2))
      return doubles(2) { generator.uniform() }
    case "future_lapply":
      return futureAnswer(last, seed)
    default: return nil
    }
  }

  private func futureAnswer(_ task: String, _ seed: Int32) -> [String]? {
    let streams = Streams.rFutureSeeds(setSeed: seed)
    if task == "norm" {
      let count = wanted ?? 4
      guard 0...Draw.most ~= count else { return nil }
      return (0..<count).map { i in
        var generator = streams[i]
        return VectorText.text(generator.normal())
      }
    }
    guard let index = Int(task), index >= 1 else { return nil }
    var generator = streams[index - 1]
    return doubles(3) { generator.uniform() }
  }

  private func rSeed(_ parts: [String]) -> Int32? {
    if let seed = fields["seed"]?.single?.int { return Int32(exactly: seed) }
    return parts.count > 1 ? Int32(parts[1]) : nil
  }

  private var wanted: Int? {
    fields["count"]?.single?.int ?? fields["values"]?.array?.count
  }

  private func seedWords(_ words: [String], _ count: Int) -> [String] {
    Array(words.prefix(wanted ?? count))
  }

  private func doubles(_ count: Int, _ draw: () -> Double) -> [String]? {
    let count = wanted ?? count
    guard 0...Draw.most ~= count else { return nil }
    return (0..<count).map { _ in VectorText.text(draw()) }
  }

  private func moved(_ generator: MRG32k3a, _ steps: ArraySlice<String>) -> MRG32k3a? {
    var generator = generator
    for step in steps {
      if step.hasPrefix("stream"), let count = UInt64(step.dropFirst(6)) {
        generator.leap(streams: count)
      } else if step.hasPrefix("sub"), let count = UInt64(step.dropFirst(3)) {
        generator.leap(substreams: count)
      } else {
        return nil
      }
    }
    return generator
  }

  private func draws<Generator: RGenerator>(
    _ name: String, _ generator: inout Generator
  ) -> [String]? {
    let n = fields["n"]?.single?.int ?? 100_000
    switch name {
    case "runif": return doubles(20) { generator.uniform() }
    case "rnorm": return doubles(20) { generator.normal() }
    case "rexp": return doubles(20) { generator.exponential() }
    case "perm":
      let count = wanted ?? 20
      guard 0...Draw.most ~= count else { return nil }
      return generator.permutation(count).map { VectorText.text($0 + 1) }
    case "sample":
      let count = wanted ?? 20
      guard let range = fields["range"]?.single?.int, range > 0,
        0...Draw.most ~= count
      else { return nil }
      return (0..<count).map { _ in VectorText.text(generator.sample(range) + 1) }
    case "rnorm_last":
      guard 3...Draw.most ~= n else { return nil }
      return generator.normals(count: n).suffix(3).map(VectorText.text)
    case "runif_sum":
      guard 2...Draw.most ~= n else { return nil }
      return generator.uniforms(count: n).suffix(2).reversed().map(VectorText.text)
    default: return nil
    }
  }

  private func quantiles() -> [String]? {
    guard let list = fields["p"]?.array else { return nil }
    let points = list.compactMap { $0.string.flatMap { UInt64($0, radix: 16) } }
      .map { Double(bitPattern: $0) }
    guard points.count == list.count, points.allSatisfy({ $0 > 0 && $0 < 1 }) else { return nil }
    return points.map { VectorText.text(StandardNormal.quantile($0)) }
  }
}
