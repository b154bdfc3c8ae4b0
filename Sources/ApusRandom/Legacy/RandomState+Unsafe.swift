// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: Pairs are written within the caller's array; rejected ones use temporary memory of the call.

extension RandomState {
  /// Fills `values` with standard normal deviates.
  ///
  /// An attempt takes two uniforms and gives at most one pair, so making one attempt per missing pair never
  /// draws too many.
  public mutating func fillNormal(_ values: inout MutableSpan<Double>) {
    values.withUnsafeMutableBufferPointer { values in
      var filled = 0
      if !values.isEmpty, let kept = takeKeptNormal() {
        values[0] = kept
        filled = 1
      }
      let pairs = (values.count - filled) / 2
      fillPairs(values.baseAddress.map { $0 + filled }, pairs)
      filled += 2 * pairs
      if filled < values.count { values[filled] = normal() }
    }
  }

  private mutating func fillPairs(_ start: UnsafeMutablePointer<Double>?, _ pairs: Int) {
    guard let start, pairs > 0 else { return }
    let kernel = BlockKernels.current.table.legacy_normals!
    let most = Int(APUS_POLAR_ATTEMPTS)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * most) { uniforms in
      uniforms.initialize(repeating: 0)
      var done = 0
      while done < pairs {
        let attempts = min(most, pairs - done)
        var span = UnsafeMutableBufferPointer(rebasing: uniforms[..<(2 * attempts)]).mutableSpan
        drawAttempts(&span)
        done += kernel(uniforms.baseAddress, attempts, start + 2 * done)
      }
    }
  }
}
