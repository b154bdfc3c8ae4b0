// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusLinearAlgebra
import ArgumentParser

/// `apus blas calibrate`: measures above which sizes threads pay on this machine.
struct BlasCalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Measure above which sizes threads pay on this machine, and store the result.",
    discussion: """
      The result is valid for this machine, library and number of threads; every later process reads
      it when it loads the library. Without it, built-in thresholds from another machine are used.
      The measurement takes about half a minute.
      """)

  @Option(
    help: ArgumentHelp(
      "Measure this operation only; may be repeated.", valueName: "operation"))
  var only: [String] = []
  @Flag(help: "Measure even while other processes use the machine.")
  var evenIfBusy = false
  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    let known = BLAS.calibratedOperations
    if let unknown = only.first(where: { !known.contains($0) }) {
      throw ValidationError(
        "--only must be one of \(known.joined(separator: ", ")), not \(unknown).")
    }
  }

  func run() throws {
    try BlasCommand.requireFollowed()
    let line = StatusLine()
    defer { line.close() }
    do throws(CalibrationError) {
      try ThreadCalibration.prepareStorage()
      let calibration = try BLAS.current.calibrate(
        operations: only.isEmpty ? BLAS.calibratedOperations : only, evenIfBusy: evenIfBusy
      ) { operation, share in line.show("\(Int(100 * share)) %  \(operation)") }
      let path = try calibration.store()
      line.close()
      try print(calibration, path)
    } catch {
      throw ToolError.failure("\(error)")
    }
  }

  private func print(_ calibration: ThreadCalibration, _ path: String) throws(CalibrationError) {
    let report = CalibrationReport(calibration, path: path)
    do {
      try report.print(asJSON: json)
    } catch {
      throw .notStored(path: "Standard output", reason: "\(error)")
    }
  }
}

/// What `apus blas calibrate` prints.
struct CalibrationReport: Report {
  let library: String
  let processor: String
  let thresholds: [ThreadCalibration.Threshold]
  let file: String

  init(_ calibration: ThreadCalibration, path: String) {
    library = calibration.subject.library
    processor = calibration.subject.processor
    thresholds = calibration.thresholds
    file = path
  }

  var text: String {
    let rows = thresholds.map { threshold in
      let gain = Text.number(threshold.gain, digits: 2)
      let from =
        threshold.order.map { "from order \($0) on (\(gain) times faster there)" }
        ?? "at no order that was tried (\(gain) times at the largest)"
      return (threshold.operation, "\(threshold.threads) threads \(from)")
    }
    return Text.aligned([("library", library), ("processor", processor)] + rows + [("file", file)])
  }
}
