// Part of Apus, Apache-2.0. See LICENSE.

extension Levels: Codable {
  private enum CodingKeys: CodingKey { case utf8, lengths }

  /// Encodes the bytes of all texts in one array, and their lengths.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(indices.flatMap { utf8($0) }, forKey: .utf8)
    try container.encode(indices.map { UInt32(utf8($0).count) }, forKey: .lengths)
  }

  /// Decodes texts, and checks that they are distinct and valid UTF-8.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let utf8 = try container.decode([UInt8].self, forKey: .utf8)
    let lengths = try container.decode([UInt32].self, forKey: .lengths)
    func error(_ what: String) -> DecodingError {
      .dataCorruptedError(forKey: .lengths, in: container, debugDescription: what)
    }
    guard lengths.count < 1 << 31, lengths.reduce(0, { $0 + Int($1) }) == utf8.count else {
      throw error("The lengths of the levels do not add up to their bytes.")
    }
    var texts = PackedTexts()
    texts.reserve(count: lengths.count, byteCount: utf8.count)
    var start = 0
    for length in lengths {
      let text = utf8[start..<start + Int(length)]
      guard String(validating: text, as: UTF8.self) != nil else {
        throw error("A level is not valid UTF-8.")
      }
      texts.append(text)
      start += Int(length)
    }
    self.init(texts)
    let areSorted = zip(indices, indices.dropFirst()).allSatisfy {
      texts.comparison($0, to: texts, $1) < 0
    }
    guard areSorted || Set(indices.map { self.utf8($0) }).count == count else {
      throw error("A level is there twice.")
    }
  }
}
