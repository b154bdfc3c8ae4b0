// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusStatistics

/// One case: how the generator is made, how it is moved, and what is drawn from it.
struct Question {
  let fields: JSONValue
  /// The case's name, which R's program writes as a list of one element.
  let id: String?
  let generatorName: String
  let isLegacy: Bool
  let draw: Draw?

  /// Makes a question from a case; nil if its form is unknown.
  init?(_ fields: JSONValue) {
    self.fields = fields
    id = fields["id"]?.single?.string
    let file = fields["file"]?.string.map(Self.stem) ?? ""
    generatorName = fields["generator"]?.string ?? Self.generators[file] ?? file
    isLegacy = (fields["api"]?.string ?? file) == "randomstate"
    draw = fields["draw"]?.array.flatMap { Draw($0, count: fields["count"]?.int) }
  }

  private static let generators = [
    "mt19937": "MT19937", "randomstate": "MT19937", "pcg64": "PCG64", "pcg64dxsm": "PCG64DXSM",
    "philox": "Philox", "sfc64": "SFC64", "seedsequence": "SeedSequence",
  ]

  private static func stem(_ file: String) -> String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    return name.hasSuffix(".json") ? String(name.dropLast(5)) : name
  }

  /// The values in text form, or nil if the case is not supported.
  func answer() throws -> [String]? {
    if let draw, draw.name == "pi_hits" || draw.name == "normal_mean" {
      return tutorialAnswer(draw)
    }
    if fields["init"] == nil, fields["entropy"] != nil { return sequenceAnswer() }
    if fields["rounds"] != nil { return knownAnswer() }
    if let seed = fields["splitmix64_seed"]?.string { return xoshiroAnswer(splitMixSeed: seed) }
    if fields["init"] == nil, let id { return rAnswer(id) }
    if generatorName == "MT19937" { return try drawn(makeTwister()) }
    if isLegacy { return nil }
    switch generatorName {
    case "PCG64": return try drawn(seeded(PCG64.self))
    case "PCG64DXSM": return try drawn(seeded(PCG64DXSM.self))
    case "Philox": return try drawn(makePhilox())
    case "SFC64": return try drawn(seeded(SFC64.self))
    case "Xoshiro256StarStar": return try drawn(seeded(Xoshiro256StarStar.self))
    case "Threefry4x64": return try drawn(seeded(Threefry4x64.self))
    case "Threefry4x32": return try drawn(seeded(Threefry4x32.self))
    case "Philox4x32": return try drawn(seeded(Philox4x32.self))
    default: return nil
    }
  }
}

// MARK: - The tutorial's jobs

extension Question {
  private func tutorialAnswer(_ draw: Draw) -> [String]? {
    guard let seed = fields["seed"]?.int, let seed = UInt32(exactly: seed),
      let n = fields["n"]?.int ?? fields["count"]?.int, 0...Draw.most ~= n
    else { return nil }
    if draw.name == "pi_hits" {
      var generator = MT19937(legacySeed: seed)
      let jump = n > 10_000 ? MT19937.Jump(words: 2 * UInt128(n)) : nil
      return ["\(generator.quarterCircleHits(points: n, jump: jump))"]
    }
    var state = RandomState(seed: seed)
    let sum = PairwiseSum.sum(count: n) { state.fillNormal(&$0) }
    return [VectorText.text(sum / Double(n))]
  }
}

// MARK: - Seed sequences

extension Question {
  /// The list that the case draws; without a draw, the 32-bit state, or all lists of the vectors in order if
  /// `count` equals their total length.
  private func sequenceAnswer() -> [String]? {
    guard let sequence = Self.sequence(fields) else { return nil }
    let words = fields["n"]?.int ?? 9
    guard 0...Draw.most ~= words, 0...Draw.most ~= fields["count"]?.int ?? 0 else { return nil }
    if let first = draw?.arguments.first, !(0...Draw.most ~= first.int ?? -1) { return nil }
    let lists = Self.lists(of: sequence, words: words)
    if let draw {
      if let list = lists.first(where: { $0.name == draw.name }) {
        return draw.count == nil ? list.values : Self.list(draw, sequence) ?? list.values
      }
      return Self.list(draw, sequence)
    }
    let all = lists.flatMap(\.values)
    let count = fields["count"]?.int
    if count == all.count { return all }
    return sequence.generateState32(count ?? fields["n"]?.int ?? 9).map(VectorText.text)
  }

  private static func lists(
    of sequence: SeedSequence, words: Int
  ) -> [(name: String, values: [String])] {
    var parent = sequence
    var child = parent.spawn(2)[1]
    let grandchild = child.spawn(1)[0]
    return [
      ("pool", sequence.pool.map(VectorText.text)),
      ("u32", sequence.generateState32(words).map(VectorText.text)),
      ("u64", sequence.generateState64(5).map(VectorText.text)),
      ("child1_u32", child.generateState32(4).map(VectorText.text)),
      ("grandchild_u32", grandchild.generateState32(4).map(VectorText.text)),
    ]
  }

  private static func list(_ draw: Draw, _ sequence: SeedSequence) -> [String]? {
    let count = draw.count ?? 9
    return switch draw.name {
    case "u32", "generate_state", "raw": sequence.generateState32(count).map(VectorText.text)
    case "u64": sequence.generateState64(count).map(VectorText.text)
    default: nil
    }
  }

  static func sequence(_ fields: JSONValue) -> SeedSequence? {
    guard let entropy = entropyWords(fields["entropy"]),
      let key = fields["spawn_key"].map({ entropyWords($0) }) ?? [],
      let poolSize = fields["pool_size"].map({ $0.int }) ?? 4, 4...1024 ~= poolSize
    else { return nil }
    return SeedSequence(words: entropy, spawnKey: key, poolSize: poolSize)
  }

  private static func entropyWords(_ value: JSONValue?) -> [UInt32]? {
    guard let value else { return nil }
    guard let elements = value.array else { return value.string.flatMap(unsigned) }
    var all: [UInt32] = []
    for element in elements {
      guard let part = element.string.flatMap(unsigned) else { return nil }
      all += part
    }
    return all
  }

  private static func unsigned(_ text: String) -> [UInt32]? {
    text.hasPrefix("-") ? nil : words(ofInteger: text)
  }
}

// MARK: - Generators

extension Question {
  private var preparation: [(name: String, amount: String)]? {
    guard let value = fields["pre"] else { return [] }
    if case .null = value { return [] }
    guard let steps = value.array else { return nil }
    var all: [(String, String)] = []
    for step in steps {
      guard let pair = step.array, pair.count == 2, let name = pair[0].string,
        let amount = pair[1].string
      else { return nil }
      all.append((name, amount))
    }
    return all
  }

  /// What the case draws from a generator after its steps.
  private func drawn<Generator: MovableGenerator>(_ start: Generator?) throws -> [String]? {
    guard var generator = start, let draw, let preparation, generator.apply(preparation) else {
      return nil
    }
    if draw.name == "raw" {
      return draw.count.map { count in (0..<count).map { _ in generator.rawWord() } }
    }
    if isLegacy, let twister = generator as? MT19937 {
      var state = RandomState(twister)
      return try draw.values(from: &state)
    }
    return try draw.values(from: &generator)
  }

  private func seeded<Generator: MovableGenerator>(_: Generator.Type) -> Generator? {
    guard let how = fields["init"], how["kind"]?.string == "ss" else { return nil }
    return Self.sequence(how).map { Generator($0) }
  }

  private func makeTwister() -> MT19937? {
    guard let how = fields["init"] else { return nil }
    switch how["kind"]?.string {
    case "ss": return Self.sequence(how).map { MT19937($0) }
    case "legacy":
      return how["seed"]?.int.flatMap { UInt32(exactly: $0) }.map { MT19937(legacySeed: $0) }
    case "legacy_array":
      guard let list = how["seed"]?.array, !list.isEmpty else { return nil }
      let seeds = list.compactMap { $0.int.flatMap { UInt32(exactly: $0) } }
      return seeds.count == list.count ? MT19937(legacySeed: seeds) : nil
    default: return nil
    }
  }

  private func makePhilox() -> Philox4x64? {
    guard let how = fields["init"] else { return nil }
    switch how["kind"]?.string {
    case "ss": return Self.sequence(how).map { Philox4x64($0) }
    case "key":
      guard let key = Self.naturalWords(how["key"]?.string, count: 2),
        let counter = Self.naturalWords(how["counter"]?.string ?? "0", count: 4)
      else { return nil }
      return Philox4x64(
        key: (key[0], key[1]), counter: (counter[0], counter[1], counter[2], counter[3]))
    default: return nil
    }
  }
}

extension Question {
  /// The 64-bit words of an integer, or nil if it is negative or does not fit.
  fileprivate static func naturalWords(_ text: String?, count: Int) -> [UInt64]? {
    guard let text, let words = unsigned(text), words.count <= 2 * count else { return nil }
    func word(_ i: Int) -> UInt64 { i < words.count ? UInt64(words[i]) : 0 }
    return (0..<count).map { word(2 * $0) | word(2 * $0 + 1) << 32 }
  }
}
