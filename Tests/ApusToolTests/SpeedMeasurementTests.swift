// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusTool

/// Which samples count, on a simulated machine that is free when a script says so.
@Suite struct SpeedMeasurementTests {
  private func measure(_ areCoresFree: (() -> Bool)?, timeout: Double = 60) throws
    -> SpeedMeasurement
  {
    try SpeedMeasurement(
      .product, order: 8, threads: 1,
      sampling: .init(count: 2, isMedian: true, areCoresFree: areCoresFree, timeout: timeout))
  }

  @Test func samplesBesideABusyCoreAreLeftOut() throws {
    // Each sample checks the cores before it and, if they were free, after it: each check fails once.
    var answers = [false, true, false]
    let measurement = try measure { answers.isEmpty || answers.removeFirst() }
    #expect(measurement.leftOut == 2)
    #expect(measurement.one > 0 && measurement.all > 0 && measurement.automatic > 0)
  }

  @Test func withoutALookNothingIsLeftOut() throws {
    #expect(try measure(nil).leftOut == nil)
    #expect(try measure { true }.leftOut == 0)
  }

  @Test func aMachineThatIsNeverFreeIsNotWaitedForWithoutEnd() {
    #expect(throws: ToolError.self) { try measure({ false }, timeout: 0.01) }
  }
}
