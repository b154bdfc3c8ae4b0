// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusEngine
import ApusRandom
import ApusTransport
import ApusWire
import ApusWorkers

/// An engine of Swift: the service that ships, over a simulated network, and workers that only wait.
final class EngineProcess: EngineChannels {
  let process: SimulatedProcess<EnginePort>
  /// Whether it was told to begin nothing more.
  private var isWarned = false
  /// Whether it has heard that it was killed.
  private var hasHeardEnd = false
  /// What its workers have begun since the simulation has looked.
  private var begun: [[UInt8]] = []
  /// How it has ended.
  private(set) var end: String?

  init(
    _ id: EngineID, _ file: ConnectionFile, _ clock: VirtualClock, workers: Int, work: Int,
    number: Int, random: Philox4x64
  ) throws {
    process = SimulatedProcess(clock)
    var settings = EngineSettings(file)
    settings.workers = workers
    let connection = try EngineConnection(
      id, file, channels: self, clock: process.clock, process: 1000 + number)
    let pool = SimulatedWorkers(workers, process, work: work, random) { [unowned self] element in
      begun.append(element)
    }
    let service = EngineService(settings, connection, process.clock) { function in
      BatchPool(function, on: pool)
    }
    process.start { [unowned self] in
      do {
        end = "\(try service.run())"
      } catch {
        end = "\(error)"
      }
    }
  }

  /// Tells it that its allocation ends.
  func warn() { isWarned = true }

  func takeBegun() -> [[UInt8]] {
    defer { begun = [] }
    return begun
  }

  // MARK: EngineChannels

  func openRegistration(of id: EngineID) {}
  func open(for id: EngineID, number: Int) {}
  func linger(on channel: EnginePort) {}
  var descriptor: Int32? { nil }

  func send(_ frames: [[UInt8]], on channel: EnginePort) { process.send(frames, on: channel) }

  func send(_ parcel: Parcel, on channel: EnginePort) {
    process.send(parcel.allBytes, on: channel)
  }

  private var hasInput: Bool { process.hasInput || isWarned || process.isKilled }

  func wait(milliseconds: Int) -> Bool {
    let end = process.clock.now + .milliseconds(milliseconds)
    if hasHeardEnd {
      process.wait(until: end)
      return false
    }
    if !hasInput, milliseconds > 0 { process.wait(until: end) }
    return hasInput
  }

  func read(_ body: (EngineInput, Parcel) -> Void) {
    if process.isKilled {
      hasHeardEnd = true
      body(.lifeline, Parcel())
    }
    if isWarned {
      isWarned = false
      body(.warning, Parcel())
    }
    for channel in EnginePort.allCases {
      while let frames = process.receive(on: channel) { body(.message(channel), Parcel(frames)) }
    }
  }
}
