// Part of Apus, Apache-2.0. See LICENSE.

extension BLAS {
  /// The operations that a calibration measures, by name.
  public static var calibratedOperations: [String] {
    ThreadPolicy.Operation.calibrated.map(\.rawValue)
  }

  /// Measures on this machine from which size on several threads are faster than one, and follows that from
  /// here on in this process; sizes that were called before keep what their calls have shown.
  ///
  /// Each operation is timed at growing orders with one thread and with several in turns, the best of nine
  /// samples of at least 2 ms each; threads are taken from where they gain 5 % on, there and at the next two
  /// orders. It takes about half a minute for two threads.
  ///
  /// - Parameters:
  ///   - operations: names of ``calibratedOperations``; others are passed over. By default all.
  ///   - evenIfBusy: measures even while other processes use more than a tenth of a core.
  ///   - progress: is told the operation that is next, and the share that is done.
  /// - Throws: ``CalibrationError``; then nothing has changed.
  /// - Complexity: 18 samples for each of about eight sizes of ten operations.
  public func calibrate(
    operations: [String] = BLAS.calibratedOperations, evenIfBusy: Bool = false,
    progress: (_ operation: String, _ share: Double) -> Void = { _, _ in }
  ) throws(CalibrationError) -> ThreadCalibration {
    let budget = BLAS.withBackend(self) { LinearAlgebraBudget.current }
    if budget.count < 2 { throw .singleThread(decidedBy: budget.source) }
    if let library, library.control.scope == .fixed {
      throw .fixedThreads(library: library.kind.rawValue)
    }
    if !evenIfBusy { try Self.requireIdle() }
    // Native factorisations have no threads but those of their products.
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

  /// Cores that other processes may use meanwhile.
  private static let mostLoad = 0.1

  /// Looks for a third of a second what other processes do.
  private static func requireIdle() throws(CalibrationError) {
    let before = MachineLoad.current
    let start = CallTimer.clock
    while CallTimer.clock - start < 0.3 { _ = exerciseCore(rounds: 100_000) }
    try requireIdle(since: before)
  }

  private static func requireIdle(since before: MachineLoad?) throws(CalibrationError) {
    guard let before, let later = MachineLoad.current, later.clock - before.clock > 0.1 else {
      return
    }
    let others = later.others(since: before)
    if others > mostLoad { throw .machineIsBusy(cores: others) }
  }

  /// What was measured for this backend on this machine earlier, if it is stored.
  public var storedCalibration: ThreadCalibration? {
    CalibrationFiles.read(
      CalibrationSubject(self), folder: LinearAlgebraEnvironment.current.calibrationFolder)
  }

  /// Follows what is stored for this backend and machine; after `APUS_BLAS_CALIBRATE=1`, measures and stores
  /// it if nothing is.
  func followCalibration() {
    if let stored = storedCalibration {
      routines.policy.follow(stored.policy)
    } else if LinearAlgebraEnvironment.current.wantsCalibration {
      // What cannot be measured or stored now is asked for again by the next process.
      _ = try? calibrate().store()
    }
  }
}

extension ThreadCalibration {
  /// Sees that a calibration can be stored, before it is measured.
  ///
  /// - Throws: ``CalibrationError/notStored(path:reason:)``.
  public static func prepareStorage() throws(CalibrationError) {
    _ = try CalibrationFiles.prepare(LinearAlgebraEnvironment.current.calibrationFolder)
  }

  /// Stores it for the next processes on this machine, in `apus` in the user's folder of caches
  /// (`XDG_CACHE_HOME`, or `.cache` in the home folder), and returns the file's path.
  ///
  /// - Throws: ``CalibrationError/notStored(path:reason:)``.
  @discardableResult
  public func store() throws(CalibrationError) -> String {
    try CalibrationFiles.write(
      self, folder: LinearAlgebraEnvironment.current.calibrationFolder)
  }
}
