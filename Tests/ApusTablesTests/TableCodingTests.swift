// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import Testing

@testable import ApusTables

@Suite struct TableCodingTests {
  private static func decoded(_ table: Table) throws -> Table {
    try JSONDecoder().decode(Table.self, from: JSONEncoder().encode(table))
  }

  @Test(arguments: [
    "x,n,ok,day,site\n1.5,3,TRUE,2026-11-28,Oslo\n2,4,NA,NA,NA\n-1e300,5,FALSE,2026-01-01,Zürich\n",
    "a,b\n", "a\nx\n\ny\n", "\"\",\"v\"\n\"r1\",1\n\"r2\",2\n",
  ])
  func tablesAreDecodedAsTheyWere(text: String) throws {
    let table = try Table(csvText: text)
    let found = try Self.decoded(table)
    #expect(found.names == table.names && found.rowCount == table.rowCount)
    #expect(found.columns.map(\.type) == table.columns.map(\.type))
    #expect(found.columns.map(\.texts) == table.columns.map(\.texts))
    #expect(found.rowNames == table.rowNames)
    for row in 0..<table.rowCount {
      #expect(found.line(ofRow: row) == table.line(ofRow: row))
    }
    #expect(found.csv == table.csv)
  }

  @Test func columnsOfVeryManyTextsAreDecodedWithTheirLevels() throws {
    let texts = (0..<70_000).map { "id \($0 &* 7919 % 100_003)" }
    let table = try Table(csvText: "id\n" + texts.joined(separator: "\n") + "\n")
    let found = try Self.decoded(table)
    #expect(found.columns[0].texts == texts)
    guard case .categories(let a) = table.columns[0].values,
      case .categories(let b) = found.columns[0].values
    else {
      Issue.record("the columns hold texts")
      return
    }
    #expect(a == b)
  }

  @Test(arguments: [
    #"{"codes":[0,2],"levels":{"utf8":[97,98],"lengths":[1,1]}}"#,
    #"{"codes":[-2],"levels":{"utf8":[97,98],"lengths":[1,1]}}"#,
    #"{"codes":[0],"levels":{"utf8":[97,97],"lengths":[1,1]}}"#,
    #"{"codes":[0],"levels":{"utf8":[98,97,98],"lengths":[1,1,1]}}"#,
    #"{"codes":[0],"levels":{"utf8":[97],"lengths":[1,1]}}"#,
    #"{"codes":[0],"levels":{"utf8":[255],"lengths":[1]}}"#,
  ])
  func categoriesThatCannotBeAreRefused(json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Categories.self, from: Data(json.utf8))
    }
  }

  @Test func tablesWhoseRowsDoNotMatchAreRefused() throws {
    let json = String(
      decoding: try JSONEncoder().encode(Table([Column("x", [1.0, 2])])), as: UTF8.self)
    for wrong in ["3", "-1"] {
      let spoiled = json.replacing("\"rowCount\":2", with: "\"rowCount\":\(wrong)")
      #expect(spoiled != json)
      #expect(throws: (any Error).self) {
        try JSONDecoder().decode(Table.self, from: Data(spoiled.utf8))
      }
    }
  }
}
