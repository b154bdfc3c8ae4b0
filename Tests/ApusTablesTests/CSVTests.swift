// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusTables

/// Valid files of all kinds are read, and what is wrong with others is said.
@Suite struct CSVTests {
  private func table(_ text: String, _ change: (inout CSVOptions) -> Void = { _ in }) throws
    -> Table
  {
    var options = CSVOptions()
    change(&options)
    return try Table(csvText: text, options)
  }

  private func numbers(_ table: Table, _ name: String) throws -> [String] {
    try table.column(name).numbers().map { "\($0)" }
  }

  private func message(_ body: () throws -> Table) -> String {
    do {
      let table = try body()
      return "a table of \(table.rowCount) rows: \(table.names)"
    } catch {
      return "\(error)"
    }
  }

  // MARK: Rows

  @Test(arguments: ["", "\n", "\r\n", "\r"])
  func anEmptyLastFieldMayEndTheFile(_ end: String) throws {
    let newline = end.isEmpty ? "\n" : end
    let text = ["y,a,b", "1,2,3", "4,5,"].joined(separator: newline) + end
    let found = try table(text)
    #expect(try numbers(found, "b") == ["3.0", "nan"] && found.rowCount == 2)
    let quoted = try table(["y,a,b", "1,2,3", "4,5,\"\""].joined(separator: newline) + end)
    #expect(try numbers(quoted, "b") == ["3.0", "nan"])
  }

  @Test func aRowOfSeparatorsIsARowOfMissingValues() throws {
    let found = try table("a,b\n1,2\n,\n\n  \n3,4\n")
    #expect(try numbers(found, "a") == ["1.0", "nan", "3.0"])
    #expect((0..<3).map { found.line(ofRow: $0) } == [2, 3, 6])
  }

  @Test(arguments: ["\n", "\r\n", "\r", "\u{feff}", "\u{feff}\r\n\r\n", "  \n\t\n"])
  func blankLinesBeforeTheNamesAreSkipped(_ start: String) throws {
    let newline = start.contains("\r") && !start.contains("\n") ? "\r" : "\n"
    let found = try table(start + ["a,b", "1,2", "3,4", "", ""].joined(separator: newline))
    #expect(found.names == ["a", "b"] && found.rowCount == 2)
  }

  @Test func linesAreCountedAsAnEditorDoes() throws {
    let text = "\n\"a\n(cm)\",b\n\n\"x\ny\",1\n\nz,\"2\"\n\n"
    let found = try table(text)
    #expect(found.names == ["a\n(cm)", "b"])
    #expect(try found.column("a\n(cm)").texts == ["x\ny", "z"])
    #expect((0..<2).map { found.line(ofRow: $0) } == [5, 8])
    let error = message { try table(text + "1,2,3\n") }
    #expect(error == "the text, line 10: 3 fields, but the first row has 2.")
  }

  @Test func rowsOfOtherLengthsAreErrorsOfTheirLine() {
    #expect(
      message { try table("a,b\n1,2\n3\n") }
        == "the text, line 3: one field, but the first row has 2.")
    #expect(
      message { try table("a,b\n1,2\n3,4,5\n6,7\n") }
        == "the text, line 3: 3 fields, but the first row has 2.")
  }

  @Test func quotationMarksThatAreNotClosedAreErrors() {
    let error = "a quotation mark opens a field that never ends."
    #expect(message { try table("a,b\n1,\"2\n3,4\n") }.hasSuffix(error))
    #expect(message { try table("a,\"b\n1,2\n3,4\n") }.hasSuffix(error))
  }

  @Test func quotationMarksWithinFieldsAreText() throws {
    let found = try table("height 5\" to 6\",b\n5\"\"x,1\n\"a\"\"b\"c,2\n\"\"\"q\"\"\",3\n")
    #expect(found.names == ["height 5\" to 6\"", "b"])
    #expect(try found.column("height 5\" to 6\"").texts == ["5\"\"x", "a\"bc", "\"q\""])
  }

  // MARK: Separators

  @Test(arguments: [";", "\t", "|"])
  func aCommaInANameDoesNotSeparate(_ separator: String) throws {
    let rows = [["rent (EUR, net)", "area"], ["1.5", "2"], ["3", "4"]]
    let text = rows.map { $0.joined(separator: separator) }.joined(separator: "\n")
    #expect(try table(text).names == ["rent (EUR, net)", "area"])
    #expect(
      try table("\"rent (EUR, net)\"" + text.dropFirst(15)).names == ["rent (EUR, net)", "area"])
  }

  @Test func aSemicolonInANameDoesNotSeparate() throws {
    #expect(try table("rent; net,area\n1,2\n3,4\n").names == ["rent; net", "area"])
    #expect(try table("text\nhello, world\nbye\n").column("text").texts == ["hello, world", "bye"])
  }

  @Test func decimalCommasAreFoundAndCanBeNamed() throws {
    #expect(try numbers(try table("a;b\n1,5;2\n-0,25;3\n"), "a") == ["1.5", "-0.25"])
    #expect(try numbers(try table("y\n2,5\n3,5\n"), "y") == ["2.5", "3.5"])
    #expect(try table("a;b\n1,5;2\n1.5;3\n").column("a").type == .category)
    let named = try table("a;b\n1;2\n") { $0.decimal = .comma }
    #expect(try numbers(named, "a") == ["1.0"])
    #expect(
      message {
        try table("a,b\n1,2\n") {
          $0.decimal = .comma
          $0.separator = ","
        }
      }.hasPrefix("A comma cannot separate"))
  }

  @Test func separatorsCanBeNamed() throws {
    #expect(try table("a:b\n1:2\n") { $0.separator = ":" }.names == ["a", "b"])
    #expect(try table("sep=;\na;b\n1;2\n").names == ["a", "b"])
    #expect(try table("sep=;\na;b\n1;2\n").line(ofRow: 0) == 3)
    #expect(
      message { try table("a\n1\n") { $0.separator = "é" } }.hasPrefix("The separator must be"))
  }

  @Test func apostrophesMayEnclose() throws {
    #expect(try table("a,b\n'x, y',1\n'z',2\n").column("a").texts == ["x, y", "z"])
    #expect(try table("a,b\n'tis,1\nz,2\n").column("a").texts == ["'tis", "z"])
  }

  // MARK: Encodings

  @Test func utf16IsRead() throws {
    for isLittle in [true, false] {
      let units = Array("\u{feff}größe,b\n1,2\n".utf16)
      let bytes = units.flatMap { unit in
        let pair = [UInt8(unit & 255), UInt8(unit >> 8)]
        return isLittle ? pair : pair.reversed()
      }
      #expect(try Table(csvBytes: bytes).names == ["größe", "b"])
      #expect(message { try Table(csvBytes: bytes.dropLast()) }.contains("is cut off"))
    }
  }

  @Test func whatIsNotUTF8IsAnErrorOfItsLine() {
    let latin = Array("gr".utf8) + [0xf6] + Array("e,b\n1,2\n".utf8)
    #expect(
      message { try Table(csvBytes: latin) }.hasPrefix("the text, line 1: the text is not UTF-8."))
    let value = Array("a,b\n1,2\n\n3,".utf8) + [0xe4, 10]
    #expect(
      message { try Table(csvBytes: value) }.hasPrefix("the text, line 4: the text is not UTF-8."))
  }

  @Test func zeroBytesAreErrorsAndTheEndMarkOfDOSIsNone() throws {
    #expect(message { try table("a,b\n1,2\n3,\0\n") }.contains("line 3 holds a zero byte"))
    for end in ["\u{1a}", "\u{1a}\n", "\r\n\u{1a}\r\n"] {
      #expect(try table("a,b\n1,2\n" + end).rowCount == 1)
    }
  }

  @Test func loneCarriageReturnsEndLinesAnywhere() throws {
    let found = try table("a,b\n1,2\r3,4\r\n5,6\n\r\n7,8")
    #expect(try numbers(found, "a") == ["1.0", "3.0", "5.0", "7.0"])
    #expect((0..<4).map { found.line(ofRow: $0) } == [2, 3, 4, 6])
  }

  // MARK: Types

  @Test func columnsHaveTheTypeOfAllTheirValues() throws {
    let found = try table(
      """
      i,n,m,l,d,c,h,t,e
      1,1.5,1,TRUE,2024-02-29,x,0x1f,T,
      -2,2,NA,False,NA,1,0x2,F,
      3,1e3,3,,2000-12-31,NA,0x3,T,null
      """)
    #expect(
      found.columns.map(\.type)
        == [.integer, .number, .number, .logical, .date, .category, .category, .category, .number])
    #expect(try found.column("c").texts == ["x", "1", nil])
    #expect(try found.column("d").texts == ["2024-02-29", nil, "2000-12-31"])
    #expect(try numbers(found, "l") == ["1.0", "0.0", "nan"])
    #expect(try table("d,x\n2023-02-29,1\n").column("d").type == .category)
  }

  @Test func integersBeyondTheExactDoublesAreExact() throws {
    let found = try table(
      "a,b,c\n9007199254740993,90071992547409910000,1\n-9223372036854775808,1,2\n")
    guard case .integers(let values) = try found.column("a").values else {
      Issue.record("not integers")
      return
    }
    #expect(values == [9_007_199_254_740_993, .min])
    #expect(try found.column("b").numbers() == [9.00719925474099e19, 1])
  }

  @Test func typesCanBeGiven() throws {
    let text = "id,d,x\n007,2024-01-01,1\n010,2024-01-02,2\n"
    let found = try table(text) { $0.types = ["id": .category, "d": .category, "x": .number] }
    #expect(found.columns.map(\.type) == [.category, .category, .number])
    #expect(try found.column("id").texts == ["007", "010"])
    #expect(
      message { try table(text) { $0.types = ["d": .number] } }
        == "the text, column \"d\", line 2: \"2024-01-01\" is not a number.")
    #expect(
      message { try table(text) { $0.types = ["y": .number] } }.contains(
        "its columns are id, d, x."))
    #expect(
      message { try table("a\n1\nNA\n") { $0.types = ["a": .integer] } }.contains(
        "line 3: a value is missing"))
    #expect(
      message { try table("a\n1.5\n") { $0.types = ["a": .integer] } }.contains(
        "not all values are integers"))
    #expect(
      message { try table("a\nyes\n") { $0.types = ["a": .logical] } }.contains(
        "\"yes\" is not TRUE or FALSE"))
  }

  @Test func missingTextsCanBeAdded() throws {
    let text = "a,b\n1,x\nN/A,N/A\n-99,y\n"
    #expect(try table(text).column("a").type == .category)
    let found = try table(text) { $0.missing = ["N/A", "-99"] }
    #expect(try found.column("b").texts == ["x", nil, "y"])
    #expect(try numbers(found, "a") == ["1.0", "nan", "nan"])
  }

  @Test func aColumnMayTurnOutToBeTextLate() throws {
    let rows = (0..<5000).map { "\($0),\($0 == 4900 ? "x" : "\($0)")" }
    let found = try table((["a,b"] + rows).joined(separator: "\n"))
    #expect(found.columns.map(\.type) == [.integer, .category])
    #expect(try found.column("b").texts[4899...4901] == ["4899", "x", "4901"])
  }

  // MARK: Names

  @Test func namesAreCheckedAndKeptAsTheyAre() throws {
    #expect(message { try table("a,a\n1,2\n") } == "the text, line 1 has two columns named \"a\".")
    #expect(
      message { try table("\n,,\na,b,c\n1,2,3\n") }.contains(
        "line 2: the first row names no column"))
    #expect(message { try table("") } == "the text is empty.")
    #expect(message { try table("\u{feff}\n \n") } == "the text is empty.")
    #expect(try table("a,\u{308}b, c \n1,2,3\n").names == ["a", "\u{308}b", "c"])
    #expect(try table("a\u{e9},ae\u{301}\n1,2\n").names.count == 2)
    #expect(try table("a,b\n").rowCount == 0)
    #expect(try table("1,2\n3,4\n") { $0.hasHeader = false }.names == ["x1", "x2"])
    #expect(try table("1,2\n3,4\n") { $0.hasHeader = false }.rowCount == 2)
  }

  @Test func aSeparatorAtTheEndOfEachLineIsNoColumn() throws {
    #expect(try table("a,b,\n1,2,\n3,4,\n").names == ["a", "b"])
    #expect(try table("a,b\n1,2,\n3,4,\n").names == ["a", "b"])
    #expect(try table("a,b\n1,2,\n3,4,\n").column("b").missingCount == 0)
  }

  @Test func rowNamesAsRWritesThemAreNoColumn() throws {
    let found = try table("a,b\n\"r1\",1,2\n\"r2\",3,4\n")
    #expect(found.names == ["a", "b"] && found.rowNames.map(Array.init) == ["r1", "r2"])
    #expect(try numbers(found, "a") == ["1.0", "3.0"])
  }

  // MARK: Chunks

  /// Rows with quoted line breaks, blank lines and texts, long enough for many chunks.
  private var longText: String {
    var text = "id,text,value,flag\n"
    for row in 0..<40_000 {
      let quoted = row % 7 == 0 ? "\"a \"\"\(row)\"\"\nb,\n\(row)\"" : "t\(row % 100)"
      text += "\(row),\(quoted),\(Double(row) / 7),\(row % 3 == 0 ? "" : "TRUE")\n"
      if row % 1000 == 0 { text += "\n" }
    }
    return text
  }

  @Test func chunksAndWorkersDoNotChangeTheTable() throws {
    let text = longText
    let tables = try [1, 2, 3, 8].map { try Table(csvText: text, workers: $0) }
    var tokens = RowTokens(
      Array(text.utf8), separator: UInt8(ascii: ","), quote: UInt8(ascii: "\""))
    let names = tokens.next()?.fields.map { String(decoding: $0, as: UTF8.self) }
    for found in tables {
      #expect(found.names == names && found.rowCount == 40_000)
      #expect(found.columns.map(\.type) == [.integer, .category, .number, .logical])
    }
    let texts = try tables.map { try $0.column("text") }
    var row = 0
    while let expected = tokens.next() {
      let fields = expected.fields.map { String(decoding: $0, as: UTF8.self) }
      for (found, text) in zip(tables, texts) where row % 97 == 0 || row % 7 == 0 {
        #expect(found.columns[0].text(row) == fields[0] && text.text(row) == fields[1])
        #expect(found.columns[2].text(row).flatMap(Double.init) == Double(fields[2]))
        #expect(found.line(ofRow: row) == expected.line)
      }
      row += 1
    }
    #expect(row == 40_000)
  }

  @Test func aChunkThatBeginsWithinAQuotedFieldIsSurveyedSo() {
    let format = CSVFormat(
      separator: UInt8(ascii: ","), quote: UInt8(ascii: "\""), decimal: UInt8(ascii: "."))
    let pieces = ["a", "\"", ",", "\n", "\"\"", " ", "\r\n"]
    for code in 0..<(7 * 7 * 7 * 7 * 7) {
      let text = (0..<5).map { pieces[(code / Self.powers[$0]) % 7] }.joined()
      let whole = Array("x,\"\n\(text)\n\"\n".utf8)
      // The survey of the part that begins within the quoted field agrees with a plain reading of the whole.
      let part = Array(whole.dropFirst(4)) + [10] + [UInt8](repeating: 0, count: 16)
      let survey = part.withUnsafeBufferPointer {
        ChunkSurvey(
          UnsafeBufferPointer(rebasing: $0[..<(whole.count - 4)]), format, beginsInQuotes: true)
      }
      var tokens = RowTokens(whole, separator: format.separator, quote: format.quote)
      var rows = 0
      while tokens.next() != nil { rows += 1 }
      #expect(survey.outcome.rows == rows - 1, "\(String(reflecting: text))")
      #expect(survey.outcome.endsInQuotes == tokens.isUnclosed, "\(String(reflecting: text))")
    }
  }

  private static let powers = [1, 7, 49, 343, 2401]

  // MARK: Found by a review

  @Test func loneReturnsBesideTheNamesEndLinesToo() throws {
    let found = try table("a,b\r1,\"x\ny\"\r2,z\r")
    #expect(found.names == ["a", "b"] && found.rowCount == 2)
    #expect(try found.column("b").texts == ["x\ny", "z"])
    #expect(try table("a,b\r1,2\n3,4\n").rowCount == 2)
    let long = String(repeating: "n", count: 5000)
    #expect(try table("\(long),b\r1,2\r3,4\r").names == [long, "b"])
    #expect(message { try table("a\0,b\n1,2\n") }.contains("line 1 holds a zero byte"))
  }

  @Test func returnsInQuotedFieldsAreKept() throws {
    let found = try table("a,b\n\"x\ry\",1\n\"p\r\nq\",2\nr,3\r\n")
    #expect(try found.column("a").texts == ["x\ry", "p\r\nq", "r"])
    let written = try Table([Column("t", ["x\ry", "z"])])
    #expect(try Table(csvText: written.csv).column("t").texts == ["x\ry", "z"])
  }

  @Test func aFirstColumnWithoutANameHasTheRowNames() throws {
    let found = try table("\"\",\"a\",\"y\"\n\"1\",5,2\n\"2\",6,3\n")
    #expect(found.names == ["a", "y"] && found.rowNames.map(Array.init) == ["1", "2"])
    let again = try Table(csvText: found.csv)
    #expect(again.names == found.names && again.rowNames == found.rowNames)
    let dates = try table("a,b\n\"2024-01-01\",1,2\n\"2024-01-02\",3,4\n")
    #expect(dates.rowNames.map(Array.init) == ["2024-01-01", "2024-01-02"])
    #expect(try numbers(table("\"a\"\n\"1\",2\n\"2\",3\n"), "a") == ["2.0", "3.0"])
    #expect(try table("x2,\n1,2\n3,4\n").names == ["x2", "x2_"])
  }

  @Test func anExtraFieldIsAnErrorWhateverItIs() {
    let rows = String(repeating: "1,2,\n", count: 1000)
    for extra in ["TRUE", "x", "2024-01-01", "7"] {
      #expect(
        message { try table("a,b\n\(rows)3,4,\(extra)\n") }.contains(
          "a field more than the first row"))
    }
  }

  @Test func apostrophesOfDifferentLinesDoNotEnclose() throws {
    let found = try table("name,score\n't Hooft,1\nThe Smiths',2\n")
    #expect(try found.column("name").texts == ["'t Hooft", "The Smiths'"])
  }

  @Test func wideFilesAreUnderstoodFromTheirFirstRows() throws {
    let names = (0..<30_000).map { "n\($0)00" }
    let row = Array(repeating: "1,5", count: names.count).joined(separator: ";")
    let found = try table([names.joined(separator: ";"), row, row].joined(separator: "\n"))
    #expect(found.columns.allSatisfy { $0.type == .number } && found.rowCount == 2)
    let named = "\"g1\"," + Array(repeating: "1", count: names.count).joined(separator: ",")
    let matrix = try table([names.joined(separator: ","), named].joined(separator: "\n"))
    #expect(matrix.rowNames.map(Array.init) == ["g1"] && matrix.columns.count == names.count)
  }

  @Test func thousandsAreNoDecimals() throws {
    let found = try table("city\tpop\nA\t1,234\nB\t9,876\n")
    #expect(try found.column("pop").texts == ["1,234", "9,876"])
    #expect(try found.column("pop").textAmongNumbers?.text == "1,234")
    #expect(try numbers(table("a;b\n0,328;1\n2,721;2\n"), "a") == ["0.328", "2.721"])
  }
}
