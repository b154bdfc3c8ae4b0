// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

@testable import ApusTables

@Suite struct TableTests {
  private func patients() throws -> Table {
    try Table(
      csvText: """
        site,age,ill,score
        Rome,70,TRUE,1.5
        Oslo,41,FALSE,NA
        Rome,66,FALSE,2.5
        NA,20,TRUE,0
        Oslo,43,,4
        """)
  }

  @Test func rowsAreFilteredAndSelected() throws {
    let table = try patients()
    let old = table.filter { $0["age"].number > 42 && $0["site"].text == "Oslo" }
    #expect(try old.column("age").numbers() == [43] && old.line(ofRow: 0) == 6)
    let sample = table.selecting(rows: [4, 0, 0])
    #expect(try sample.column("site").texts == ["Oslo", "Rome", "Rome"])
    #expect((0..<3).map { sample.line(ofRow: $0) } == [6, 2, 2])
    #expect(table.row(4)["ill"].logical == nil && table.row(4)["ill"].isMissing)
    #expect(throws: TableError.self) { try table.row(0).value("height") }
    let (complete, dropped) = try table.droppingMissing(in: ["score", "site"])
    #expect(try dropped == 2 && complete.column("age").numbers() == [70, 66, 43])
    #expect(try table.droppingMissing().table.rowCount == 2)
  }

  @Test func columnsAreSelectedAddedAndRemoved() throws {
    let table = try patients()
    #expect(try table.selecting("age", "site").names == ["age", "site"])
    #expect(try table.removing("age", "site").names == ["ill", "score"])
    let added = try table.adding(Column("double", [1.0, 2, 3, 4, 5]))
    #expect(added.names.last == "double")
    #expect(try added.adding(Column("age", [1, 2, 3, 4, 5])).column("age").type == .integer)
    #expect(throws: TableError.self) { try table.adding(Column("short", [1.0])) }
    let error = #expect(throws: TableError.self) { try table.column("height") }
    #expect(
      error?.message == "There is no column \"height\"; the columns are site, age, ill, score.")
    #expect(throws: TableError.self) { try table.column("site").numbers() }
  }

  @Test func rowsAreSortedWithMissingValuesLast() throws {
    let table = try patients()
    #expect(try table.sorted(by: "score").column("age").numbers() == [20, 70, 66, 43, 41])
    #expect(try table.sorted(by: "site").column("age").numbers() == [41, 43, 70, 66, 20])
  }

  @Test func groupsAreSummarised() throws {
    let means = try patients().grouped(by: "site").summarised { group in
      let ages = try group.column("age").numbers()
      return ["n": Double(ages.count), "mean age": ages.reduce(0, +) / Double(ages.count)]
    }
    #expect(means.names == ["site", "n", "mean age"])
    #expect(try means.column("site").texts == ["Oslo", "Rome", nil])
    #expect(try means.column("mean age").numbers() == [42, 68, 20])
    let both = try patients().grouped(by: "site", "ill")
    #expect(both.count == 5 && both.rows == [[1], [4], [2], [0], [3]])
    #expect(throws: TableError.self) { try patients().grouped(by: "x") }
  }

  @Test func whatIsWrittenReadsBackAsTheSame() throws {
    let table = try Table([
      Column("text, \"quoted\"", ["a,b", "line\nbreak", " x ", "\"", nil]),
      Column("number", [1.5, -0.1, .nan, 1e300, .infinity]),
      Column("whole", [1, -2, 3, Int.max, Int.min]),
      Column("logical", [true, false, nil, true, nil]),
    ])
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("t.csv").path
    try table.write(csv: path)
    let again = try Table(csv: path)
    #expect(again.names == table.names && again.columns.map(\.type) == table.columns.map(\.type))
    #expect(again.csv == table.csv)
    for (a, b) in zip(again.columns, table.columns) { #expect(a.texts == b.texts) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["t.csv"])
    #expect(throws: TableError.self) { try table.write(csv: folder.path + "/none/t.csv") }
    let missing = #expect(throws: TableError.self) { try Table(csv: folder.path + "/none.csv") }
    #expect(missing?.message == "There is no file \(folder.path)/none.csv.")
    #expect(throws: TableError.self) { try Table(csv: folder.path) }
    #expect(throws: TableError.self) { try table.write(csv: "/dev/full") }
  }

  @Test func aColumnOfOneKeepsItsMissingRows() throws {
    let table = try Table([Column("a", [1.0, .nan, 3])])
    #expect(table.csv == "a\n1\nNA\n3\n")
    #expect(try Table(csvText: table.csv).rowCount == 3)
  }

  @Test func categoriesHaveSortedOrGivenLevels() throws {
    let found = Categories(["b", nil, "a", "b"])
    #expect(
      Array(found.levels) == ["a", "b"] && found.codes == [1, -1, 0, 1] && Array(found)[1] == nil)
    let given = try Categories(["b", "a"], levels: ["b", "c", "a"])
    #expect(given.codes == [0, 2])
    #expect(throws: TableError.self) { try Categories(["x"], levels: ["a"]) }
    #expect(throws: TableError.self) { try Categories([], levels: ["a", "a"]) }
    #expect(Categories(["e\u{301}", "\u{e9}"]).levels.count == 2)
  }

  @Test func integersBeyondTheExactDoublesStayApart() throws {
    let table = try Table(csvText: "id\n1234567890123456789\n1234567890123456788\n")
    #expect(try table.grouped(by: "id").count == 2)
    #expect(try table.sorted(by: "id").line(ofRow: 0) == 3)
  }

  @Test func emptyTextsAndPermissionsSurviveWriting() throws {
    let texts = try Table([Column("a", ["", "x"])])
    #expect(try Table(csvText: texts.csv).rowCount == 2)
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (path, link) = (folder.path + "/t.csv", folder.path + "/link.csv")
    try texts.write(csv: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    try texts.write(csv: link)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }

  @Test func columnsOfAnotherLengthAreRefusedWhereRowsHaveNames() throws {
    let table = try Table(csvText: "a,b\n\"r1\",1,2\n").removing("a", "b")
    #expect(throws: TableError.self) { try table.adding(Column("c", [1, 2])) }
    #expect(try table.adding(Column("c", [1])).csv == ",c\nr1,1\n")
  }
}
