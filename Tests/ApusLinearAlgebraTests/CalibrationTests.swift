// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import Testing

@testable import ApusLinearAlgebra

@Suite struct CalibrationTests {
  private func samples(_ gains: [Double]) -> [Crossover.Sample] {
    gains.enumerated().map { index, gain in
      let order = 64 << index
      return .init(order: order, work: Double(order * order), one: gain, several: 1)
    }
  }

  @Test func theCrossoverIsTheFirstOfThreeSizesThatGain() {
    #expect(Crossover.first(in: samples([0.5, 1.2, 1.3, 1.4]))?.order == 128)
    #expect(Crossover.first(in: samples([1.3, 0.9, 1.3, 1.4, 1.5]))?.order == 256)
    #expect(Crossover.first(in: samples([0.5, 0.9, 1.2, 1.3]))?.order == 256)
    #expect(Crossover.first(in: samples([0.5, 0.9, 0.9, 1.3])) == nil)
    #expect(Crossover.first(in: samples([0.5, 1.04, 1.04, 1.04])) == nil)
    #expect(Crossover.first(in: []) == nil)
  }

  @Test func measuringEndsWhenMoreSizesChangeNothing() {
    #expect(!Crossover.isDecided(samples([0.9, 1.3, 1.3])))
    #expect(Crossover.isDecided(samples([0.9, 1.3, 1.3, 1.4])))
    #expect(!Crossover.isDecided(samples([0.9, 0.9, 0.9])))
  }

  @Test func ordersGrowByTheSquareRootOfTwoAndCountsByTwo() {
    #expect(Calibrator.orders(of: .product) == [64, 91, 128, 181, 256, 362, 512, 724])
    #expect(GeometricOrders.from(16, to: 64) == [16, 23, 32, 45, 64])
    #expect(GeometricOrders.from(1, to: 3) == [1, 2, 3])
    #expect(GeometricOrders.from(5, to: 5) == [5])
    #expect(Calibrator.counts(upTo: 1) == [])
    #expect(Calibrator.counts(upTo: 2) == [2])
    #expect(Calibrator.counts(upTo: 3) == [2, 3])
    #expect(Calibrator.counts(upTo: 12) == [2, 4, 8, 12])
  }

  private var calibration: ThreadCalibration {
    let subject = CalibrationSubject(
      host: "a host/with \"signs\"", processor: "P", info: BLAS.native.info, threads: 4)
    var calibration = ThreadCalibration(
      subject: subject, policy: ThreadPolicy(steps: [.qr: [.init(threads: 2, work: 5)]]))
    calibration.add(.product, threads: 4, samples: samples([0.5, 0.9, 1.3, 1.6, 1.7]))
    calibration.add(.product, threads: 2, samples: samples([0.9, 1.2, 1.3, 1.4]))
    calibration.add(.svd, threads: 2, samples: samples([0.5, 0.6]))
    return calibration
  }

  @Test func whatWasMeasuredIsWhatIsFollowed() {
    let measured = calibration
    #expect(
      measured.policy.steps[.product] == [
        .init(threads: 2, work: 128 * 128), .init(threads: 4, work: 256 * 256),
      ])
    #expect(measured.policy.steps[.qr] == [.init(threads: 2, work: 5)])
    #expect(measured.policy.steps[.svd] == nil)
    #expect(measured.thresholds.map(\.order) == [256, 128, nil])
    #expect(measured.thresholds.map(\.gain) == [1.3, 1.2, 0.6])
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path + "/deep/cache")
  }

  @Test func aStoredCalibrationComesBackForTheSameSubjectOnly() throws {
    try withFolder { folder in
      let measured = calibration
      let path = try CalibrationFiles.write(measured, folder: folder)
      #expect(path.hasPrefix(folder + "/a-host-with--signs-"))
      #expect(CalibrationFiles.read(measured.subject, folder: folder) == measured)
      let other = CalibrationSubject(
        host: measured.subject.host, processor: "Q", info: BLAS.native.info, threads: 4)
      #expect(other.fileName == measured.subject.fileName)
      #expect(CalibrationFiles.read(other, folder: folder) == nil)
      #expect(CalibrationFiles.read(measured.subject, folder: nil) == nil)
    }
  }

  @Test func aFileThatIsNoCalibrationIsAsGoodAsNone() throws {
    try withFolder { folder in
      let path = try CalibrationFiles.write(calibration, folder: folder)
      for text in ["", "{}", "not JSON", "[1, 2]"] {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(CalibrationFiles.read(calibration.subject, folder: folder) == nil)
      }
    }
  }

  @Test func stepsThatCannotBeAreAsGoodAsNone() throws {
    try withFolder { folder in
      for steps in [
        [ThreadPolicy.Step(threads: 0, work: 0)], [.init(threads: 2, work: -1e-300)],
        [.init(threads: 0, work: 1), .init(threads: 2, work: 1e30)],
        [.init(threads: 4, work: 9), .init(threads: 2, work: 1)],
      ] {
        var wrong = calibration
        wrong.policy.steps[.product] = steps
        _ = try CalibrationFiles.write(wrong, folder: folder)
        #expect(CalibrationFiles.read(wrong.subject, folder: folder) == nil)
      }
    }
  }

  @Test func aFolderThatCannotBeWrittenIsNamed() {
    #expect {
      try CalibrationFiles.write(calibration, folder: "/dev/null/cache")
    } throws: {
      "\($0)".contains("/dev/null/cache")
    }
    #expect(throws: CalibrationError.self) {
      try CalibrationFiles.write(calibration, folder: nil)
    }
  }

  @Test func theLoadOfOthersIsThatOfAllWithoutOurs() throws {
    let text = "cpu  100 20 30 4000 50 6 7 8 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"
    let busy = try #require(MachineLoad.busySeconds(statistics: text, ticksPerSecond: 100))
    #expect(abs(busy - 1.63) < 1e-12)
    #expect(MachineLoad.busySeconds(statistics: "intr 1", ticksPerSecond: 100) == nil)
    let before = MachineLoad(clock: 10, busy: 5, own: 1)
    let later = MachineLoad(clock: 12, busy: 8, own: 2)
    #expect(later.others(since: before) == 1)
    #expect(before.others(since: before) == 0)
  }

  @Test func errorsSayWhatToDo() {
    #expect("\(CalibrationError.machineIsBusy(cores: 0.257))".contains("26 % of a core"))
  }
}
