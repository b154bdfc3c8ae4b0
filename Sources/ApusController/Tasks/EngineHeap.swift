// Part of Apus, Apache-2.0. See LICENSE.

/// A binary heap of the engine slots that may take another task, the best first.
///
/// It knows where each slot is, so updates and removals take logarithmic time.
struct EngineHeap: Sendable {
  private(set) var slots: [Int] = []
  private var positions: [Int] = []
  private var keys: [Int] = []

  var isEmpty: Bool { slots.isEmpty }
  var first: Int? { slots.first }

  func contains(_ slot: Int) -> Bool { slot < positions.count && positions[slot] >= 0 }

  /// Inserts an engine, or moves it to where its new key belongs.
  mutating func update(_ slot: Int, key: Int) {
    while positions.count <= slot {
      positions.append(-1)
      keys.append(0)
    }
    keys[slot] = key
    if positions[slot] < 0 {
      positions[slot] = slots.count
      slots.append(slot)
    }
    rise(positions[slot])
    sink(positions[slot])
  }

  mutating func remove(_ slot: Int) {
    guard contains(slot) else { return }
    let position = positions[slot]
    positions[slot] = -1
    let last = slots.removeLast()
    guard last != slot else { return }
    slots[position] = last
    positions[last] = position
    rise(position)
    sink(positions[last])
  }

  private mutating func swap(_ a: Int, _ b: Int) {
    slots.swapAt(a, b)
    positions[slots[a]] = a
    positions[slots[b]] = b
  }

  private mutating func rise(_ start: Int) {
    var position = start
    while position > 0 {
      let above = (position - 1) / 2
      guard keys[slots[position]] < keys[slots[above]] else { return }
      swap(position, above)
      position = above
    }
  }

  private mutating func sink(_ start: Int) {
    var position = start
    while true {
      let left = 2 * position + 1
      guard left < slots.count else { return }
      let right = left + 1
      let lower =
        right < slots.count && keys[slots[right]] < keys[slots[left]] ? right : left
      guard keys[slots[lower]] < keys[slots[position]] else { return }
      swap(position, lower)
      position = lower
    }
  }
}
