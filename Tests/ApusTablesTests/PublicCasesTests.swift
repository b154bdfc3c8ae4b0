// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusTables

/// Cases that were reported of other readers in public.
@Suite struct PublicCasesTests {
  private func texts(_ table: Table, _ name: String) throws -> [String?] {
    try table.column(name).texts
  }

  // CSV.jl 1139 and 879, polars 19078: rows split where a chunk begins within a quoted field.
  @Test(arguments: [1, 2, 3, 8], ["\n", "\r\n"])
  func linesWithinFieldsAtAnyChunk(workers: Int, newline: String) throws {
    let rows = (0..<8192).map { "\($0),\"xxxxxxxx\(newline)yyyyyyyy\"" }
    let text = (["id,text"] + rows).joined(separator: newline)
    let found = try Table(csvText: text, workers: workers)
    #expect(found.rowCount == 8192 && found.columns[0].type == .integer)
    #expect(try Set(texts(found, "text")) == ["xxxxxxxx\(newline)yyyyyyyy"])
    let one = rows.map { $0.drop { $0 != "\"" } }
    let single = try Table(
      csvText: (["text"] + one).joined(separator: newline), workers: workers)
    #expect(single.rowCount == 8192)
  }

  // duckdb 9036, CSV.jl 1019: quotation marks within values, beside backslashes.
  @Test func marksWithinValues() throws {
    let found = try Table(
      csvText: "a,b\n5\" disk,1\n\"local \\\"\"Fair Chance\\\"\" laws.\nx\",2\n")
    #expect(try texts(found, "a") == ["5\" disk", "local \\\"Fair Chance\\\" laws.\nx"])
  }

  // data.table 2543, 2322, 1073, 6447: one column, white space at the end, separators in values.
  @Test func separatorsOfOneColumn() throws {
    #expect(try Table(csvText: "A,B,C\n ").names == ["A", "B", "C"])
    let months = try Table(csvText: "default payment next month\n0.55\n0.24\n")
    #expect(months.names == ["default payment next month"] && months.rowCount == 2)
    let odd = try Table(csvText: "x\na\nb\nc:4\nd\n")
    #expect(try texts(odd, "x") == ["a", "b", "c:4", "d"])
    let time = try Table(csvText: "t\n2023-10-12T06:53:53,123Z\n")
    #expect(try texts(time, "t") == ["2023-10-12T06:53:53,123Z"])
  }

  // data.table 2370 and 487: an empty name, an empty first value.
  @Test func emptyFirstFields() throws {
    let named = try Table(csvText: ",A,B\n1,2,3\n2,5,6\n")
    #expect(named.names == ["A", "B"] && named.rowNames.map { Array($0.levels) } == ["1", "2"])
    let missing = try Table(csvText: "x,y\n,1\n,2\n")
    #expect(try missing.column("x").missingCount == 2 && missing.column("y").numbers() == [1, 2])
  }

  // readr 174, pandas 59299, readr 1520: commas in numbers.
  @Test func commasInNumbers() throws {
    let euro = try Table(
      csvText: "Time;Volume;Price\n00:00 - 00:15;300,000;11,18\n00:15 - 00:30;-184,000;-1,51\n")
    #expect(try euro.column("Volume").numbers() == [300, -184])
    #expect(try euro.column("Price").numbers() == [11.18, -1.51])
    let both = try Table(csvText: "a;b\na;1,20\nb;22,3\nc;1.234,56\n")
    #expect(try both.column("b").type == .category)
    #expect(try both.column("b").textAmongNumbers != nil)
    let codes = try Table(csvText: "c,x\n\"1,23,4\",1\n\"1,2,3,4\",2\n")
    #expect(try texts(codes, "c") == ["1,23,4", "1,2,3,4"])
  }

  // readr 969: decimals after many whole numbers.
  @Test func decimalsComeLate() throws {
    let rows = (0..<20_000).map { $0 == 19_000 ? "0.5" : "\($0)" }
    let found = try Table(csvText: (["n"] + rows).joined(separator: "\n"))
    #expect(try found.column("n").type == .number && found.column("n").numbers()[19_000] == 0.5)
  }

  // q 80: leading zeros are kept if the column is read as text.
  @Test func leadingZeros() throws {
    var options = CSVOptions()
    options.types = ["code": .category]
    let found = try Table(csvText: "code\n033586\n000001\n", options)
    #expect(try texts(found, "code") == ["033586", "000001"])
  }
}
