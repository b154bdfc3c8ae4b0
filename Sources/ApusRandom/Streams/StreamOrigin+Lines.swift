// Part of Apus, Apache-2.0. See LICENSE.

extension StreamOrigin {
  /// A language in which the same numbers can be drawn.
  public enum Language: String, Sendable {
    /// Python with NumPy.
    case python = "Python"
    /// R.
    case r = "R"
  }

  /// The language of ``reproducingLine(task:)``.
  public var language: Language {
    switch scheme {
    case .rStreams, .rMclapply, .rFutureSeeds: .r
    default: .python
    }
  }

  /// One line that makes the generator of task `task` in NumPy or R.
  ///
  /// For NumPy it is an expression for the bit generator, or for its seed words if NumPy lacks the generator;
  /// for R it consists of statements after which `runif` and similar functions draw from the stream.
  ///
  /// - Parameter task: the task's index, at least 0.
  public func reproducingLine(task: Int) -> String {
    switch scheme {
    case .philox(let value, let spawnKey):
      return "numpy.random.Philox(\(sequence(value, spawnKey))).jumped(\(task))"
    case .substreams(let key, let counter, let word):
      var words = counter
      words[word] &+= UInt64(task)
      return "numpy.random.Philox(key=\(key), counter=\(words))"
    case .numpySpawn(let value, let spawnKey, let generator):
      let words = spawnKey.map { "\($0)" } + ["\(task)"]
      return spawned(generator, sequence(value, words))
    case .legacySeeds(let base): return legacy("\(UInt64(base) + UInt64(task))")
    case .legacySeedList(let seeds):
      return task < seeds.count ? legacy("\(seeds[task])") : "# there is no task \(task)"
    case .rStreams(let seed): return leaps(seed, task)
    case .rMclapply(let seed): return leaps(seed, task + 1)
    case .rFutureSeeds(let seed):
      return leaps(seed, task) + "; .Random.seed <- parallel::nextRNGSubStream(.Random.seed)"
    }
  }

  private func sequence(_ seed: UInt128, _ spawnKey: [UInt32]) -> String {
    sequence(seed, spawnKey.map { "\($0)" })
  }

  private func sequence(_ seed: UInt128, _ spawnKey: [String]) -> String {
    let key = spawnKey.isEmpty ? "" : ", spawn_key=(\(spawnKey.map { $0 + "," }.joined()))"
    return "numpy.random.SeedSequence(\(seed)\(key))"
  }

  private func spawned(_ generator: String, _ sequence: String) -> String {
    switch generator {
    case Xoshiro256StarStar.name, Threefry4x64.name:
      "\(sequence).generate_state(4, numpy.uint64)"
    case Threefry4x32.name: "\(sequence).generate_state(4, numpy.uint32)"
    case Philox4x32.name: "\(sequence).generate_state(2, numpy.uint32)"
    default: "numpy.random.\(generator)(\(sequence))"
    }
  }

  private func legacy(_ seed: String) -> String {
    "numpy.random.RandomState(\(seed))._bit_generator"
  }

  private func leaps(_ seed: Int32, _ count: Int) -> String {
    let start = "RNGkind(\"L'Ecuyer-CMRG\"); set.seed(\(seed))"
    let leap = ".Random.seed <- parallel::nextRNGStream(.Random.seed)"
    return count == 0 ? start : "\(start); for (i in seq_len(\(count))) \(leap)"
  }
}
