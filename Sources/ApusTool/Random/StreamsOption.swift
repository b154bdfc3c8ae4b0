// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ArgumentParser

/// A scheme that derives streams from a seed, by its name on the command line.
enum SchemeName: String, CaseIterable, ExpressibleByArgument {
  case map
  case numpySpawn = "numpy-spawn"
  case legacySeeds = "legacy-seeds"
  case rStreams = "r-streams"
  case rMclapply = "r-mclapply"
  case rFuture = "r-future"
  case places
  case substreams
}

/// A generator, by its name on the command line.
enum GeneratorName: String, CaseIterable, ExpressibleByArgument {
  case philox, pcg64, pcg64dxsm, sfc64, mt19937, xoshiro256, mrg32k3a
  case philox4x32, threefry4x64, threefry4x32

  /// The scheme used if only the generator is given.
  var scheme: SchemeName {
    switch self {
    case .philox: .map
    case .mrg32k3a: .rStreams
    default: .numpySpawn
    }
  }
}

/// The options that select streams: `--streams`, `--generator`, `--seed`, `--place`.
struct StreamsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "map (what the maps of Seed(seed) get, the default), numpy-spawn, legacy-seeds, r-streams, "
        + "r-mclapply or r-future; to examine related streams, places (task 0 of map 1, 2, …) and "
        + "substreams (of task 0).", valueName: "scheme"))
  var streams: SchemeName?
  @Option(
    help: ArgumentHelp(
      "For numpy-spawn: pcg64 (default), pcg64dxsm, sfc64, mt19937, philox, xoshiro256, philox4x32, "
        + "threefry4x64 or threefry4x32. Without --streams, philox selects map and mrg32k3a "
        + "selects r-streams.",
      valueName: "name"))
  var generator: GeneratorName?
  @Option(
    parsing: .unconditional,
    help: "The seed: up to 128 bits, or a signed 32-bit number for R's schemes.")
  var seed = "42"
  @Option(
    help: "For map: the map's number, counted from 1; 0 for numpy.random.SeedSequence(seed) itself."
  )
  var place: UInt32?

  var scheme: SchemeName { streams ?? generator?.scheme ?? .map }

  func validate() throws {
    _ = try opened()
  }

  /// The streams that the options select.
  func opened() throws -> OpenStreams {
    try checkGenerator()
    switch scheme {
    case .map:
      let number = place ?? 1
      return OpenStreams(
        Streams(at: StreamOrigin(seed: try wideSeed, spawnKey: number == 0 ? [] : [number])))
    case .numpySpawn: return try spawned(wideSeed)
    case .legacySeeds:
      guard let base = UInt32(seed) else {
        throw ValidationError("--seed must be from 0 to 4294967295 for legacy-seeds, not \(seed).")
      }
      return OpenStreams(legacySeedsFrom: base)
    case .rStreams: return OpenStreams(Streams.rStreams(setSeed: try rSeed))
    case .rMclapply: return OpenStreams(Streams.rMclapply(setSeed: try rSeed))
    case .rFuture: return OpenStreams(Streams.rFutureSeeds(setSeed: try rSeed))
    case .places: return OpenStreams(mapsOf: try wideSeed)
    case .substreams:
      var task = Streams(at: StreamOrigin(seed: try wideSeed, spawnKey: [1])).makeSource()[0]
      return OpenStreams(task.substreams())
    }
  }

  private func checkGenerator() throws {
    if place != nil && scheme != .map {
      throw ValidationError("--place needs --streams map, not \(scheme.rawValue).")
    }
    guard let generator else { return }
    let fits =
      switch scheme {
      case .map, .places, .substreams: generator == .philox
      case .numpySpawn: generator != .mrg32k3a
      case .legacySeeds: generator == .mt19937
      case .rStreams, .rMclapply, .rFuture: generator == .mrg32k3a
      }
    if !fits {
      throw ValidationError(
        "--generator \(generator.rawValue) cannot be used with --streams \(scheme.rawValue).")
    }
  }

  private var wideSeed: UInt128 {
    get throws {
      guard let value = UInt128(seed) else {
        throw ValidationError("--seed must be a whole number from 0 to 2^128 - 1, not \(seed).")
      }
      return value
    }
  }

  private var rSeed: Int32 {
    get throws {
      guard let value = Int32(seed) else {
        throw ValidationError("--seed must be from -2147483648 to 2147483647 for R, not \(seed).")
      }
      return value
    }
  }

  private func spawned(_ seed: UInt128) -> OpenStreams {
    switch generator ?? .pcg64 {
    case .philox: OpenStreams(Streams.numpySpawn(seed, of: Philox4x64.self))
    case .pcg64, .mrg32k3a: OpenStreams(Streams.numpySpawn(seed, of: PCG64.self))
    case .pcg64dxsm: OpenStreams(Streams.numpySpawn(seed, of: PCG64DXSM.self))
    case .sfc64: OpenStreams(Streams.numpySpawn(seed, of: SFC64.self))
    case .mt19937: OpenStreams(Streams.numpySpawn(seed, of: MT19937.self))
    case .xoshiro256: OpenStreams(Streams.numpySpawn(seed, of: Xoshiro256StarStar.self))
    case .philox4x32: OpenStreams(Streams.numpySpawn(seed, of: Philox4x32.self))
    case .threefry4x64: OpenStreams(Streams.numpySpawn(seed, of: Threefry4x64.self))
    case .threefry4x32: OpenStreams(Streams.numpySpawn(seed, of: Threefry4x32.self))
    }
  }
}

/// Streams of the generator that the command line selects.
struct OpenStreams: Sendable {
  let origin: StreamOrigin
  /// The largest task that has a stream.
  let lastTask: Int
  private let makeBits: @Sendable (Int) -> any BitGenerator
  private let makeVariates: @Sendable (Int) -> any VariateGenerator

  init<Generator: BitGenerator>(_ streams: consuming Streams<Generator>) {
    let source = streams.makeSource()
    origin = source.origin
    lastTask = .max - 1
    makeBits = { source[$0] }
    makeVariates = { source[$0] }
  }

  /// Opens legacy streams, whose variates follow NumPy's legacy rules.
  init(legacySeedsFrom base: UInt32) {
    let source = Streams.legacySeeds(from: base).makeSource()
    origin = source.origin
    lastTask = Int(UInt32.max - base)
    makeBits = { source[$0] }
    makeVariates = { RandomState(source[$0]) }
  }

  /// Opens the streams of task 0 of each map of a seed.
  init(mapsOf seed: UInt128) {
    origin = StreamOrigin(seed: seed, spawnKey: [1])
    lastTask = Int(UInt32.max) - 1
    makeBits = { Streams(at: StreamOrigin(seed: seed, spawnKey: [UInt32($0) + 1])).makeSource()[0] }
    makeVariates = {
      Streams(at: StreamOrigin(seed: seed, spawnKey: [UInt32($0) + 1])).makeSource()[0]
    }
  }

  func bits(_ task: Int) -> any BitGenerator { makeBits(task) }
  func variates(_ task: Int) -> any VariateGenerator { makeVariates(task) }
}
