// Part of Apus, Apache-2.0. See LICENSE.

/// What a worker says first: which version of the messages it speaks, and which build of its program it is.
struct Hello: Equatable {
  /// Raised with each change of messages or memory layout.
  static let currentVersion: UInt32 = 2

  var version = currentVersion
  var build = System.buildIdentity

  func write(to message: ByteWriter) {
    message.append(number: version)
    message.append(number: build)
  }

  init() {}

  init(version: UInt32, build: UInt64) {
    self.version = version
    self.build = build
  }

  init(_ reader: inout ByteReader) throws {
    version = try reader.number()
    build = try reader.number()
    try reader.expectEnd()
  }

  /// Why a pool cannot work with a worker that says this; nil if it can.
  ///
  /// - Parameter isSameProgram: whether the worker is to be this program.
  func problem(isSameProgram: Bool, as own: Hello = Hello()) -> WorkerError? {
    if version != own.version {
      return WorkerError(
        .otherBuild,
        "The workers' program speaks version \(version) of Apus's messages, this one version \(own.version): build both with the same Apus."
      )
    }
    guard isSameProgram, build != own.build else { return nil }
    return WorkerError(
      .otherBuild,
      "This program's file has changed since it started, so that its workers would run another build: start it again."
    )
  }
}
