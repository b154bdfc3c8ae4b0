// Part of Apus, Apache-2.0. See LICENSE.

extension BLAS {
  /// The operations that a calibration measures, by name.
  public static var calibratedOperations: [String] {
    ThreadPolicy.Operation.calibrated.map(\.rawValue)
  }

  /// Measures above which sizes several threads are faster than one on this machine, and uses the result in
  /// this process from then on.
  ///
  /// Sizes for which calls were made before keep what was learned from them.
  ///
  /// Each operation is timed at increasing orders with one thread and with several alternately, as the best
  /// of nine samples of at least 2 ms each. The threshold is the first order at which threads gain 5 %, as
  /// they do at the next two orders. It takes about half a minute for two threads.
  ///
  /// - Parameters:
  ///   - operations: names from ``calibratedOperations``; others are ignored. By default all.
  ///   - evenIfBusy: whether to measure even while other processes use more than a tenth of a core.
  ///   - progress: called with the operation that is next, and the share that is done.
  /// - Throws: ``CalibrationError``; then nothing has changed.
  /// - Complexity: 18 samples for each of about eight sizes of ten operations.
  public func calibrate(
    operations: [String] = BLAS.calibratedOperations, evenIfBusy: Bool = false,
    progress: (_ operation: String, _ share: Double) -> Void = { _, _ in }
  ) throws(CalibrationError) -> ThreadCalibration {
    let budget = BLAS.withBackend(self) { LinearAlgebraBudget.current }
    if budget.count < 2 { throw .singleThread(decidedBy: budget.source) }
    if let library, library.control.scope == .fixed {
      throw .fixedThreads(library: library.row.name)
    }
    if !evenIfBusy { try Self.requireIdle() }
    // Native factorisations use threads only in their products.
    let all: [ThreadPolicy.Operation] =
      library == nil ? [.product, .gram, .matrixVector] : ThreadPolicy.Operation.calibrated
    let wanted = all.filter { operations.contains($0.rawValue) }
    var calibration = ThreadCalibration(
      subject: CalibrationSubject(self), policy: routines.policy.current)
    var calibrator = Calibrator(
      operations: wanted, counts: Calibrator.counts(upTo: budget.count))
    let before = MachineLoad.current
    let steps = Calibrator.rounds * calibrator.series.count
    for step in 0..<steps {
      let index = step % calibrator.series.count
      progress(calibrator.series[index].operation.rawValue, Double(step) / Double(steps))
      BLAS.withBackend(self) { calibrator.measure(index) }
      if !evenIfBusy { try Self.requireIdle(since: before) }
    }
    for operation in wanted { calibration.policy.steps[operation] = nil }
    for series in calibrator.series {
      calibration.add(series.operation, threads: series.threads, samples: series.samples)
    }
    routines.policy.follow(calibration.policy)
    return calibration
  }

  /// The number of cores that other processes may use meanwhile.
  private static let maximumLoad = 0.1

  /// Observes for 0.3 s how much other processes compute, and throws if it is too much.
  private static func requireIdle() throws(CalibrationError) {
    let before = MachineLoad.current
    let start = CallTimer.clock
    while CallTimer.clock - start < 0.3 { _ = NativeCore.exercise(rounds: 100_000) }
    try requireIdle(since: before)
  }

  private static func requireIdle(since before: MachineLoad?) throws(CalibrationError) {
    guard let before, let later = MachineLoad.current, later.clock - before.clock > 0.1 else {
      return
    }
    let others = later.others(since: before)
    if others > maximumLoad { throw .machineIsBusy(cores: others) }
  }

  /// The calibration for this backend on this machine that is stored, if there is one.
  public var storedCalibration: ThreadCalibration? {
    CalibrationFiles.read(
      CalibrationSubject(self), folder: LinearAlgebraEnvironment.current.calibrationFolder)
  }

  /// Follows the stored calibration for this backend and machine; if there is none and
  /// `APUS_BLAS_CALIBRATE=1`, measures and stores one.
  func followCalibration() {
    if let stored = storedCalibration {
      routines.policy.follow(stored.policy)
    } else if LinearAlgebraEnvironment.current.wantsCalibration {
      // If it cannot be measured or stored now, the next process tries again.
      _ = try? calibrate().store()
    }
  }
}

extension ThreadCalibration {
  /// Checks that a calibration can be stored, before it is measured.
  ///
  /// - Throws: ``CalibrationError/notStored(path:reason:)``.
  public static func prepareStorage() throws(CalibrationError) {
    _ = try CalibrationFiles.prepare(LinearAlgebraEnvironment.current.calibrationFolder)
  }

  /// Stores the calibration for later processes on this machine and returns the path of its file.
  ///
  /// The file is in `apus` in the user's cache folder (`XDG_CACHE_HOME`, or `.cache` in the home folder).
  ///
  /// - Throws: ``CalibrationError/notStored(path:reason:)``.
  @discardableResult
  public func store() throws(CalibrationError) -> String {
    try CalibrationFiles.write(
      self, folder: LinearAlgebraEnvironment.current.calibrationFolder)
  }
}
