// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusWorkers

@Suite struct LinesStorageTests {
  @Test func linesThatAreLeftOutAreCounted() {
    let lines = LinesStorage()
    for number in 0..<LinesStorage.most + 3 { lines.append(number % 2, "\(number)") }
    let even = lines.take { $0 == 0 }
    #expect(even.count == LinesStorage.most / 2 + 1)
    #expect(even.last?.line == "(lines left out: 2)" && even.last?.index == 0)
    let odd = lines.take()
    #expect(odd.last?.line == "(lines left out: 1)" && odd.last?.index == 1)
    #expect(lines.take().isEmpty)
  }
}
