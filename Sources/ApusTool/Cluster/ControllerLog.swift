// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusController
  import ApusTransport
  import Foundation
  import Logging

  /// The log of a controller, on standard error or in a file of the profile.
  enum ControllerLog {
    static func make(
      _ reader: ControllerSettingsReader, _ settings: ControllerSettings
    ) throws -> Logger {
      var log: Logger
      if reader.logsToFile {
        let name = "ipcontroller-\(settings.profile.clusterID)-\(LocalHost.processID).log"
        let path = settings.profile.logDirectory + "/" + name
        let file = try LogStorage(path: path)
        log = Logger(label: "controller") { _ in LineLogHandler(file) }
      } else {
        let file = LogStorage(.standardError)
        log = Logger(label: "controller") { _ in LineLogHandler(file) }
      }
      log.logLevel = level(reader.logLevel)
      return log
    }

    /// The level that a number has in Python's `logging`.
    private static func level(_ number: Int) -> Logger.Level {
      switch number {
      case ...10: .debug
      case ...20: .info
      case ...30: .warning
      case ...40: .error
      default: .critical
      }
    }
  }

  /// Writes each entry as a line: time, level, text.
  struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    private let file: LogStorage

    init(_ file: LogStorage) { self.file = file }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      file.write(LogLine.text(level: "\(event.level)", "\(event.message)"))
    }
  }
#endif
