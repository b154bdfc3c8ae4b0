// Part of Apus, Apache-2.0. See LICENSE.

extension Categories: Codable {
  private enum CodingKeys: CodingKey { case codes, levels }

  /// Encodes codes and levels.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(codes, forKey: .codes)
    try container.encode(levels, forKey: .levels)
  }

  /// Decodes codes and levels, and checks that each code has a level.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let codes = try container.decode([Int32].self, forKey: .codes)
    let levels = try container.decode(Levels.self, forKey: .levels)
    if let odd = codes.first(where: { $0 < -1 || $0 >= levels.count }) {
      throw DecodingError.dataCorruptedError(
        forKey: .codes, in: container,
        debugDescription: "The code \(odd) is none of \(levels.count) levels.")
    }
    self.init(codes: codes, levels: levels)
  }
}
