// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import TestSupport
import Testing

@Suite struct DictionaryMapTests {
  private struct Odd: Error {}

  @Test func valuesAreMappedUnderTheirKeys() throws {
    let numbers = Dictionary(uniqueKeysWithValues: (0..<500).map { ("key \($0)", $0) })
    for workers in workerCounts {
      let squares = numbers.parallelMapValues(workers: workers) { $0 * $0 }
      #expect(squares == numbers.mapValues { $0 * $0 })
      let checked = try numbers.parallelMapValues(workers: workers) { value throws in value + 1 }
      #expect(checked == numbers.mapValues { $0 + 1 })
    }
    #expect([String: Int]().parallelMapValues { $0 }.isEmpty)
    #expect(throws: Odd.self) {
      try numbers.parallelMapValues { value throws in
        if value == 7 { throw Odd() }
      }
    }
  }

  @Test func valuesCanBeAwaited() async throws {
    let numbers = [1: "a", 2: "bb"]
    #expect(try await numbers.parallelMapValues { $0.count } == [1: 1, 2: 2])
    await #expect(throws: Odd.self) {
      try await numbers.parallelMapValues { _ -> Int in throw Odd() }
    }
  }
}
