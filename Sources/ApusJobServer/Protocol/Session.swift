// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// One connection of a client of Parallel Python: what it has shown, what it asks, and what it is answered.
///
/// The server speaks first. Whoever connects must prove that it knows the secret, within ten seconds and in short frames. A
/// connection then asks for statistics, or brings jobs, of which one is at work at a time. A pure value.
package struct Session: Sendable {
  /// What all sessions of a server have in common.
  package struct Terms: Sendable {
    /// The version of the client's package, which must be the same at both ends.
    package var version: String
    /// The secret; ppft writes that of other letters than ASCII in Latin-1, pp in UTF-8, so that there may be two.
    package var secrets: [[UInt8]]
    /// The longest frame of a client that has shown that it knows the secret.
    package var longestFrame = 1 << 30
    /// How long a connection may say nothing though nothing is asked of the server.
    package var timeout = Duration.seconds(3600)

    package init(version: String, secret: [UInt8]) {
      self.version = version
      secrets = [secret] + [Self.latin(secret)].compactMap { $0 }
    }

    /// A text of UTF-8 in Latin-1; nil if it is the same, or cannot be.
    private static func latin(_ bytes: [UInt8]) -> [UInt8]? {
      guard bytes.contains(where: { $0 > 127 }), let text = String(validating: bytes, as: UTF8.self)
      else { return nil }
      let letters = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
      return letters.count == text.unicodeScalars.count ? letters : nil
    }
  }

  /// A job as it was sent; its parts are bytes that only Python reads.
  package struct Job: Sendable {
    package let package: FunctionPackage
    package let arguments: [UInt8]
  }

  package enum Action: Sendable {
    case send([UInt8])
    /// It has shown that it knows the secret.
    case authenticated
    /// It asks for the time that jobs have taken; at first for the number of workers, and the time begins anew.
    case statistics(isFirst: Bool)
    case submit(Job)
    /// It is to be closed, for this reason if there is one.
    case close(String?)
  }

  private enum State {
    case greeted
    case authenticated
    case statistics
    case waitingForPackage
    case waitingForArguments(FunctionPackage)
    case working
    case closed
  }

  /// The longest frame of a client that has not shown anything.
  static let longestGreeting = 256
  static let greetingTime = Duration.seconds(10)

  private let terms: Terms
  private let nonce: [UInt8]
  private var state = State.greeted
  private var reader = FrameReader()
  private var packages: PackageTable
  /// The bytes of the job at work.
  private var jobBytes = 0
  private var heardAt: Instant
  private let openedAt: Instant

  /// - Parameter nonce: 16 letters that nobody can guess.
  package init(_ terms: Terms, nonce: [UInt8], packages limit: Int = 256 << 20, now: Instant) {
    (self.terms, self.nonce) = (terms, nonce)
    packages = PackageTable(limit: limit)
    (heardAt, openedAt) = (now, now)
  }

  /// What is said when it begins.
  package var greeting: [[UInt8]] { [Array(terms.version.utf8), nonce] }

  /// The bytes that it holds.
  package var byteCount: Int { reader.count + packages.byteCount + jobBytes }

  package var isAuthenticated: Bool {
    switch state {
    case .greeted, .closed: false
    default: true
    }
  }

  /// Takes in bytes from the client.
  package mutating func heard(_ bytes: [UInt8], now: Instant) -> [Action] {
    if case .closed = state { return [] }
    heardAt = now
    reader.append(bytes)
    guard reader.count <= terms.longestFrame + (1 << 20) else {
      return end("it sends more than \(terms.longestFrame) bytes before its job is done")
    }
    return readFrames()
  }

  /// A job has its answer.
  package mutating func answered(_ result: [UInt8], now: Instant) -> [Action] {
    guard case .working = state else { return [] }
    (state, jobBytes) = (.waitingForPackage, 0)
    heardAt = now
    return [.send(result)] + readFrames()
  }

  private mutating func readFrames() -> [Action] {
    var actions: [Action] = []
    do throws(JobServerError) {
      while let frame = try nextFrame() { actions += try take(frame) }
    } catch {
      actions += end(error.description)
    }
    return actions
  }

  private mutating func nextFrame() throws(JobServerError) -> [UInt8]? {
    switch state {
    case .working, .closed: nil
    case .greeted, .authenticated, .statistics: try reader.next(limit: Self.longestGreeting)
    case .waitingForPackage, .waitingForArguments: try reader.next(limit: terms.longestFrame)
    }
  }

  private mutating func take(_ frame: [UInt8]) throws(JobServerError) -> [Action] {
    switch state {
    case .greeted: return check(frame)
    case .authenticated: return try choose(frame)
    case .statistics: return [.statistics(isFirst: false)]
    case .waitingForPackage:
      state = .waitingForArguments(try packages.take(frame))
      return []
    case .waitingForArguments(let package):
      (state, jobBytes) = (.working, frame.count)
      return [.submit(Job(package: package, arguments: frame))]
    case .working, .closed: return []
    }
  }

  private mutating func check(_ frame: [UInt8]) -> [Action] {
    // Both are compared, whichever is right.
    let right = terms.secrets.map { Digests.isEqual(frame, Digests.sha1Text(nonce + $0)) }
    guard right.contains(true) else {
      state = .closed
      return [.send(Array("FAILED".utf8)), .close("it does not know the secret")]
    }
    state = .authenticated
    return [.send(Array("OK".utf8)), .authenticated]
  }

  private mutating func choose(_ frame: [UInt8]) throws(JobServerError) -> [Action] {
    switch String(decoding: frame, as: UTF8.self) {
    case "STAT":
      state = .statistics
      return [.statistics(isFirst: true)]
    case "EXEC":
      state = .waitingForPackage
      return []
    case let word: throw JobServerError("it asks for '\(word.prefix(20))', neither STAT nor EXEC")
    }
  }

  private mutating func end(_ reason: String?) -> [Action] {
    state = .closed
    return [.close(reason)]
  }

  // MARK: Time

  /// When it has said nothing for too long; nil if it waits for the server.
  package var deadline: Instant? {
    switch state {
    case .greeted, .authenticated: openedAt + Self.greetingTime
    case .working, .closed: nil
    default: heardAt + terms.timeout
    }
  }

  /// Ends it if it has said nothing for too long.
  package mutating func timePassed(now: Instant) -> [Action] {
    guard let deadline, deadline <= now else { return [] }
    return end(
      isAuthenticated
        ? "it has said nothing for \(terms.timeout.milliseconds / 1000) s"
        : "it has not shown in \(Self.greetingTime.milliseconds / 1000) s that it knows the secret")
  }
}
