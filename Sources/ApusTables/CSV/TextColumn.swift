// Part of Apus, Apache-2.0. See LICENSE.

/// Finds out whether texts are dates or truth values.
struct TextColumn {
  private static let truths = ["TRUE": true, "True": true, "true": true]
    .merging(["FALSE": false, "False": false, "false": false]) { first, _ in first }

  /// The values, as what they are.
  let values: Column.Values

  /// - Parameters:
  ///   - type: what the column must be; nil to find it.
  ///   - place: the file and the column, for errors.
  /// - Throws: ``TableError`` `.values` if a text is not of the wanted type.
  init(_ texts: Categories, as type: ColumnType?, _ place: String) throws {
    switch type ?? Self.found(texts) {
    case .logical:
      let truths = try texts.levels.map { level in
        guard let truth = Self.truths[level] else {
          throw Self.error(level, "TRUE or FALSE", place)
        }
        return truth
      }
      values = .logicals(texts.codes.map { $0 < 0 ? nil : truths[Int($0)] })
    case .date:
      if !texts.allLevelsSatisfy(Self.isDate),
        let odd = texts.levels.first(where: { !Self.isDate($0) })
      {
        throw Self.error(odd, "a date such as 2026-11-28", place)
      }
      values = .dates(texts)
    case .number, .integer, .category: values = .categories(texts)
    }
  }

  private static func error(_ text: String, _ wanted: String, _ place: String) -> TableError {
    TableError(.values, "\(place): \"\(text)\" is not \(wanted).")
  }

  private static func found(_ texts: Categories) -> ColumnType {
    if texts.allLevelsSatisfy({ truths[$0] != nil }) { return .logical }
    return texts.allLevelsSatisfy(isDate) ? .date : .category
  }

  private static let daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

  /// Whether a text is a date of the Gregorian calendar in the form 2026-11-28.
  private static func isDate(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], let year = number(parts[0]),
      let month = number(parts[1]), let day = number(parts[2]), 1...12 ~= month,
      1...daysOfMonths[month - 1] ~= day
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month != 2 || day < 29 || isLeap
  }

  private static func number(_ digits: Substring.UTF8View) -> Int? {
    digits.allSatisfy { 48...57 ~= $0 } ? Int(Substring(digits)) : nil
  }
}
