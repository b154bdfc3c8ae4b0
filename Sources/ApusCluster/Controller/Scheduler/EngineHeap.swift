// Part of Apus, Apache-2.0. See LICENSE.

/// Engines that may take another task, the best first; places are found and mended in logarithmic time.
struct EngineHeap: Sendable {
  private(set) var slots: [Int] = []
  private var places: [Int] = []
  private var keys: [Int] = []

  var isEmpty: Bool { slots.isEmpty }
  var first: Int? { slots.first }

  func contains(_ slot: Int) -> Bool { slot < places.count && places[slot] >= 0 }

  /// Puts an engine in, or where its new key belongs.
  mutating func update(_ slot: Int, key: Int) {
    while places.count <= slot {
      places.append(-1)
      keys.append(0)
    }
    keys[slot] = key
    if places[slot] < 0 {
      places[slot] = slots.count
      slots.append(slot)
    }
    rise(places[slot])
    sink(places[slot])
  }

  mutating func remove(_ slot: Int) {
    guard contains(slot) else { return }
    let place = places[slot]
    places[slot] = -1
    let last = slots.removeLast()
    guard last != slot else { return }
    slots[place] = last
    places[last] = place
    rise(place)
    sink(places[last])
  }

  private mutating func swap(_ a: Int, _ b: Int) {
    slots.swapAt(a, b)
    places[slots[a]] = a
    places[slots[b]] = b
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0 {
      let above = (place - 1) / 2
      guard keys[slots[place]] < keys[slots[above]] else { return }
      swap(place, above)
      place = above
    }
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {
      let left = 2 * place + 1
      guard left < slots.count else { return }
      let right = left + 1
      let lower =
        right < slots.count && keys[slots[right]] < keys[slots[left]] ? right : left
      guard keys[slots[lower]] < keys[slots[place]] else { return }
      swap(place, lower)
      place = lower
    }
  }
}
