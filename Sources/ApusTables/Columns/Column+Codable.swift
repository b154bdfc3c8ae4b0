// Part of Apus, Apache-2.0. See LICENSE.

extension Column: Codable {
  private enum CodingKeys: CodingKey {
    case name, numbers, integers, logicals, dates, categories
  }

  /// Encodes the name, and the values under the name of their type; of truth values 1, 0, and 2 for a missing one.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    switch values {
    case .numbers(let values): try container.encode(values, forKey: .numbers)
    case .integers(let values): try container.encode(values, forKey: .integers)
    case .logicals(let values):
      try container.encode(values.map { $0.map { $0 ? 1 : 0 } ?? 2 } as [UInt8], forKey: .logicals)
    case .dates(let values): try container.encode(values, forKey: .dates)
    case .categories(let values): try container.encode(values, forKey: .categories)
    }
  }

  /// Decodes a column.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .name)
    if let values = try container.decodeIfPresent([Double].self, forKey: .numbers) {
      self.init(name, .numbers(values))
    } else if let values = try container.decodeIfPresent([Int].self, forKey: .integers) {
      self.init(name, .integers(values))
    } else if let values = try container.decodeIfPresent([UInt8].self, forKey: .logicals) {
      self.init(name, .logicals(values.map { $0 > 1 ? nil : $0 == 1 }))
    } else if let values = try container.decodeIfPresent(Categories.self, forKey: .dates) {
      self.init(name, .dates(values))
    } else {
      self.init(name, .categories(try container.decode(Categories.self, forKey: .categories)))
    }
  }
}
