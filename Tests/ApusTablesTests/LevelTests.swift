// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusTables

@Suite struct LevelTests {
  private static func table(_ texts: [String]) -> LevelTable {
    var table = LevelTable()
    for text in texts {
      var text = text
      _ = text.withUTF8 { table.code(of: $0, line: 1) }
    }
    return table
  }

  private static func expectSorted(_ texts: [String]) {
    let expected = Set(texts.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
    let table = table(texts)
    let (levels, positions) = table.sorted { _ in true }
    #expect(levels.map { Array($0.utf8) } == expected)
    for index in 0..<table.count {
      #expect(Array(table.text(index)) == expected[Int(positions[index])])
    }
  }

  @Test(arguments: [0, 1, 2, 999, 1000, 5000])
  func levelsAreSortedByTheirBytesHoweverManyTheyAre(count: Int) {
    Self.expectSorted((0..<count).map { "\($0 &* 2_654_435_761 % 1_000_003)" })
    Self.expectSorted((0..<count).map { "a common beginning of texts \($0 &* 7919 % 100_003)" })
  }

  @Test func textsThatDifferOnlyInZeroBytesAtTheirEndsAreSortedByLength() {
    let ends = ["", "\0", "\0\0", "x", "x\0", "x\0\0\0\0\0\0\0\0", "x\0\0\0\0\0\0\0\0y"]
    Self.expectSorted(ends.reversed())
    Self.expectSorted(ends.flatMap { end in (0..<300).map { "\($0 % 7)\(end)" } })
    Self.expectSorted((0..<2000).map { String(repeating: "\0", count: $0 &* 37 % 2000) })
  }

  @Test func textsThatAreEqualForLongAreSorted() {
    let long = String(repeating: "abcdefgh", count: 40_000)
    Self.expectSorted([long + "b", long + "a", long, "z", long + "ab"])
  }

  @Test func aTableThatTakesUpAnotherKeepsItsOwnPositions() {
    var first = Self.table(["b", "a", "b"])
    let second = Self.table(["c", "a", "longer than eight bytes"])
    #expect(first.codes(of: second) == [2, 1, 3] && first.count == 4)
    let (levels, positions) = first.sorted { $0.count < 8 }
    #expect(Array(levels) == ["a", "b", "c"] && positions == [1, 0, 2, -1])
  }

  @Test func levelsAreEqualByTheirTextsHoweverTheyAreKept() throws {
    let read = try Table(csvText: "t\nb\na\nb\n").columns[0]
    guard case .categories(let texts) = read.values else {
      Issue.record("the column holds texts")
      return
    }
    let made = Categories(["b", "a", "b"])
    #expect(texts == made && texts.hashValue == made.hashValue)
    #expect(texts != Categories(["b", "c", "b"]))
    #expect("\(made.levels)" == #"["a", "b"]"#)
    #expect("\(Categories((10..<40).map { "\($0)" }).levels)".hasSuffix(#""29"] and 10 more"#))
  }
}
