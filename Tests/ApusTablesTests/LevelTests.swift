// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Testing

@testable import ApusTables

@Suite struct LevelTests {
  private static func table(_ texts: [String]) -> LevelTable {
    var table = LevelTable(MissingTexts([]))
    for text in texts {
      var text = text
      _ = text.withUTF8 { table.code(of: $0, line: 1) }
    }
    return table
  }

  private static func expectSorted(_ texts: [String]) {
    let expected = Set(texts.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
    var table = table(texts)
    let met = table.takeTexts()
    let (sorted, positions) = met.sorted()
    #expect((0..<sorted.count).map { Array(sorted[$0]) } == expected)
    for index in 0..<met.texts.count {
      #expect(Array(met.texts[index]) == expected[Int(positions[index])])
    }
    #expect(table.texts.count == 0)
  }

  @Test(arguments: [0, 1, 2, 999, 1000, 5000])
  func levelsAreSortedByTheirBytesHoweverManyTheyAre(count: Int) {
    Self.expectSorted((0..<count).map { "\($0 &* 2_654_435_761 % 1_000_003)" })
    Self.expectSorted((0..<count).map { "a common beginning of texts \($0 &* 7919 % 100_003)" })
  }

  @Test func textsThatDifferOnlyInZeroBytesAtTheirEndsAreSortedByLength() {
    let ends = ["\0", "\0\0", "x", "x\0", "x\0\0\0\0\0\0\0\0", "x\0\0\0\0\0\0\0\0y"]
    Self.expectSorted(ends.reversed())
    Self.expectSorted(ends.flatMap { end in (0..<300).map { "\($0 % 7)\(end)" } })
    Self.expectSorted((0..<2000).map { String(repeating: "\0", count: 1 + $0 &* 37 % 2000) })
  }

  @Test func textsThatAreEqualForLongAreSorted() {
    let long = String(repeating: "abcdefgh", count: 40_000)
    Self.expectSorted([long + "b", long + "a", long, "z", long + "ab"])
  }

  @Test func aTableWhoseTextsWereTakenHoldsOthers() {
    var table = Self.table(["b", "a", "longer than eight bytes", "b"])
    #expect(table.takeTexts().texts.count == 3)
    var text = "a"
    #expect(text.withUTF8 { table.code(of: $0, line: 1) } == 0)
  }

  @Test func missingValuesAreNoLevels() {
    var table = LevelTable(MissingTexts(["-"]))
    let codes = ["b", "NA", "a", " - ", "NA", "", "b"].map { text in
      var text = text
      return text.withUTF8 { table.code(of: $0, line: 1) }
    }
    let texts = table.takeTexts()
    #expect(codes == [0, -1, 2, -1, -1, -1, 0])
    let (levels, positions) = texts.sorted()
    #expect(texts.missing == [1, 3, 4])
    #expect(Array(Levels(levels)) == ["a", "b"] && positions == [1, -1, 0, -1, -1])
  }

  @Test(arguments: [1, 2, 3, 8])
  func groupsOfLevelsAreMergedAsOne(workers: Int) {
    for (groups, size) in [(1, 3), (2, 0), (5, 1), (3, 4000), (9, 3000)] {
      let texts = (0..<groups).map { group in
        (0..<size).map { "common \(($0 &* 7919 &+ group &* 977) % (2 * size + 1))\u{0}\($0 % 2)" }
      }
      let sorted = texts.map { Set($0).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
      let merge = LevelMerge(sorted.map { PackedTexts($0) }, workers: workers)
      let all = Set(texts.joined()).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      let levels = Levels(merge.levels)
      #expect(Array(levels) == all)
      for (group, positions) in zip(sorted, merge.positions) {
        #expect(positions.map { levels[Int($0)] } == group)
      }
    }
  }

  @Test func textsBeyondTheLowerBitsOfTheirEndsAreFound() {
    let texts = (0..<100).map { String(repeating: "\($0) ", count: $0 % 9) }
    var packed = PackedTexts(lowerBits: 4)
    packed.append(allOf: PackedTexts(texts[..<50]))
    var second = PackedTexts(lowerBits: 4)
    for index in 50..<100 { second.append(index, of: PackedTexts(texts)) }
    packed.append(allOf: second)
    #expect((0..<100).map { String(decoding: packed[$0], as: UTF8.self) } == texts)
  }

  @Test func columnsOfVeryManyTextsAreReadAlikeByAnyNumberOfWorkers() throws {
    let texts = (0..<90_000).map {
      $0 % 10 == 9 ? nil : $0 % 50 == 6 ? "often \($0 % 11)" : "id\($0 &* 7919 % 100_003)"
    }
    let file = "id,n\n" + texts.enumerated().map { "\($1 ?? "NA"),\($0)\n" }.joined()
    let expected = Categories(texts)
    for workers in [1, 2, 3, 8] {
      let table = try Table(csvText: file, workers: workers)
      guard case .categories(let read) = table.columns[0].values else {
        Issue.record("the column holds texts")
        return
      }
      // Texts come before levels are known, and are the same thereafter.
      #expect(read.count == texts.count && (0..<texts.count).allSatisfy { read[$0] == texts[$0] })
      #expect(table.columns[0].missingCount == texts.count { $0 == nil })
      #expect(read == expected && read.hashValue == expected.hashValue)
      #expect((0..<texts.count).allSatisfy { read[$0] == texts[$0] })
      let rows = [3, 89_999, 9, 3]
      #expect(table.selecting(rows: rows).columns[0].texts == rows.map { texts[$0] })
    }
  }

  @Test func textsThatRepeatAreMergedWhenTheyAreRead() throws {
    for (count, distinct, isSorted) in [(160_000, 70_000, true), (100_000, 100_000, false)] {
      // Each group of rows is full of new texts, which groups share if they repeat.
      let texts = (0..<count).map { "id \(($0 % distinct) &* 7919 % 1_000_003)" }
      let text = "id\n" + texts.joined(separator: "\n") + "\n"
      let column = try Table(csvText: text, workers: 1).columns[0]
      guard case .categories(let read) = column.values else {
        Issue.record("the column holds texts")
        return
      }
      #expect(read.isSorted == isSorted)
      #expect(read.levels.count == distinct && (0..<count).allSatisfy { read[$0] == texts[$0] })
    }
  }

  @Test func manyTextsForMissingValuesCostNoMoreThanOthers() throws {
    // Each is another run of spaces and tabs.
    let blanks = (0..<20_000).map { index in
      String((0..<15).map { index >> $0 & 1 == 0 ? " " : "\t" })
    }
    let rows = (0..<10).flatMap { _ in blanks.map { "\($0),1\n" } }
    let table = try Table(csvText: "x,y\nword,1\n" + rows.joined())
    #expect(table.columns[0].missingCount == 200_000 && table.columns[0].texts[0] == "word")
  }

  @Test func levelsThatManyThreadsAskForAtOnceAreTheSame() throws {
    let texts = (0..<70_000).map { "id \($0 &* 7919 % 100_003)" }
    let column = try Table(csvText: "id\n" + texts.joined(separator: "\n") + "\n").columns[0]
    guard case .categories(let read) = column.values else {
      Issue.record("the column holds texts")
      return
    }
    let expected = Categories(texts)
    let equal = (0..<8).parallelMap(workers: 4) { _ in read.codes == expected.codes }
    #expect(equal.allSatisfy { $0 } && read.levels == expected.levels)
  }

  @Test func veryManyDifferentDatesAreDates() throws {
    let dates = (0..<80_000).map { day in
      let (year, rest) = (1000 + day / 336, day % 336)
      let parts = [year, 1 + rest / 28, 1 + rest % 28]
      return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: "-")
    }
    let text = "day\n" + dates.joined(separator: "\n") + "\n"
    #expect(try Table(csvText: text).columns[0].type == .date)
    #expect(try Table(csvText: text + "2026-02-30\n").columns[0].type == .category)
    var options = CSVOptions()
    options.types["day"] = .date
    #expect(throws: TableError.self) {
      try Table(csvText: text + "2026-02-30\n", options)
    }
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
