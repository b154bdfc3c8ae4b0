// Part of Apus, Apache-2.0. See LICENSE.
import ContractFunctions
import Foundation
import TestSupport
import Testing

@testable import ApusWorkers

extension ProcessTests.ContractTests {
  private func withLog<Output>(_ body: (String) async throws -> Output) async throws -> Output {
    let path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  private func begun(_ log: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int) ?? 0
  }

  @Test
  func ofSeveralFailuresTheSmallestIndexIsReportedAndTheRestIsNotBegun() async throws {
    for (name, place) in Self.places {
      try await withLog { log in
        let failure = await #expect(throws: RemoteFailure.self, "\(name)") {
          try await (0..<100_000).parallelMap(
            Stopped(failures: [5: 30, 9: 0], rest: .quick, log: log), on: place)
        }
        #expect(failure?.index == 5, "\(name)")
        #expect(begun(log) < 100_000, "\(name)")
      }
    }
  }

  @Test
  func anEndlessTaskBehindAFailureDoesNotHoldUpItsMap() async throws {
    // A worker may have it behind a task that is still wanted.
    for index in stride(from: 40, to: 440, by: 4) {
      try await withLog { log in
        let failure = await #expect(throws: RemoteFailure.self) {
          try await (0..<1000).parallelMap(
            Stopped(failures: [index: 0], rest: .mixed, log: log),
            on: Self.processes(workerCounts[index / 4 % 3 + 1]))
        }
        #expect(failure?.index == index)
      }
    }
  }

  @Test
  func tasksBehindAFailureAreToldToEnd() async throws {
    for (name, place) in Self.places {
      try await withLog { log in
        let failure = await #expect(throws: RemoteFailure.self, "\(name)") {
          try await (0..<8).parallelMap(
            Stopped(failures: [0: 20], rest: .obedient, log: log), on: place)
        }
        #expect(failure?.index == 0, "\(name)")
      }
    }
  }

  @Test
  func whatIsWrittenBeforeADeathIsShownWhenItsTaskIsBegunAgain() async throws {
    try await withLog { mark in
      for (name, place) in Self.elsewhere {
        let lines = LinesStorage()
        var options = TaskOptions()
        options.retries = 1
        options.output = { lines.append($0, $1) }
        _ = try await [0].parallelMap(KilledOnce(mark: mark), on: place, options: options)
        #expect(lines.take().map(\.line) == ["attempt 1", "attempt 2"], "\(name)")
        try FileManager.default.removeItem(atPath: mark)
      }
    }
  }

  @Test
  func whatCannotBeEncodedFailsItsTaskAlone() async throws {
    let numbers = (0..<10).map { Doubled(value: $0, isSpoiled: $0 == 4) }
    for (name, place) in Self.places {
      try await withLog { path in
        // Threads need no encoding but for the checkpoint.
        let outcomes = try await numbers.parallelOutcomes(
          Passed(), on: place, checkpoint: Checkpoint(path))
        let results = try await (0..<10).parallelOutcomes(
          Misbehave(.unencodable, at: 4), on: place, checkpoint: Checkpoint(path + "2"))
        try? FileManager.default.removeItem(atPath: path + "2")
        for index in 0..<10 where index != 4 {
          #expect(try outcomes[index].get() == index, "\(name)")
          #expect(try results[index].get().value == 2 * index, "\(name)")
        }
        for outcome in [outcomes[4].map { _ in }, results[4].map { _ in }] {
          guard case .failure(let failure) = outcome, case .coding(let text) = failure.cause else {
            Issue.record("\(name): \(outcome)")
            continue
          }
          #expect(text.contains("cannot be encoded"), "\(name): \(text)")
        }
      }
    }
    let error = await #expect(throws: WorkerError.self) {
      try await numbers.parallelMap(Passed(isSpoiled: true), on: Self.processes(2))
    }
    #expect(error?.message.contains("cannot be encoded with its properties") == true)
  }

  @Test
  func aWindowGrowsWhenAWorkerRunsDryAndHoldsAMillisecondOfWork() {
    var window = WorkWindow()
    #expect(window.size == 1)
    for _ in 0..<20 { window.learn(nanoseconds: 100, ranDry: true) }
    #expect(window.size == WorkWindow.largest)
    window.learn(nanoseconds: 200_000, ranDry: false)
    #expect(window.size < 100)
    for _ in 0..<100 { window.learn(nanoseconds: 2_000_000, ranDry: true) }
    #expect(window.size == 2)
    for _ in 0..<100 { window.learn(nanoseconds: 20_000_000, ranDry: true) }
    #expect(window.size == 1)
  }
}
