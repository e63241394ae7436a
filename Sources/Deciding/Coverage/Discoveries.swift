/// How often independent answers held addresses that were new, over memories of several lengths, beside what the
/// incidences had predicted for each of them.
///
/// Counts of incidences know a pool that stays as it is. Where addresses are replaced they come out far too low: each is
/// soon given often, and nothing tells that the next one is about to come. The share that really was new does, whatever
/// the pool does; but it looks back, and says too much while a pool is being discovered. So only what goes beyond the
/// prediction counts as drift, over the longest memory that the shorter ones don't contradict (O. Lepski's method:
/// A. Goldenshluger and A. Nemirovski, On spatially adaptive estimation, Mathematical Methods of Statistics 6, 1997).
struct Discoveries: Sendable {
  private var rungs = [16.0, 64, 256, 1024, 4096].map(Rung.init)

  /// Sums that forget: the weight of an answer falls to a third after `memory` answers.
  private struct Rung: Sendable {
    let memory: Double
    var weight = 0.0
    var squares = 0.0
    var events = 0.0
    var shares = 0.0
    var predicted = 0.0

    init(_ memory: Double) { self.memory = memory }

    mutating func take(_ share: Double, predicted: Double) {
      let keep = 1 - 1 / memory
      weight = weight * keep + 1
      squares = squares * keep * keep + 1
      events = events * keep + (share > 0 ? 1 : 0)
      shares = shares * keep + share
      self.predicted = self.predicted * keep + predicted
    }

    /// By how much the forgetting sums vary less than plain ones of the same size.
    var gain: Double { squares > 0 ? weight / squares : 1 }
    /// New addresses come in lots: the share of an answer that is new, if any is.
    var lot: Double { events > 0 ? shares / events : 1 }
    /// What one event in the effective number of answers stands for.
    var step: Double { weight > 0 ? lot / (weight * gain) : 1 }
    var observed: Double { events * gain }
    var expected: Double { events > 0 ? predicted / lot * gain : 0 }
    /// The drift beyond the prediction.
    var drift: ClosedRange<Double> {
      let low = (PoissonBounds.lower(observed) - expected) * step
      return low...max(low, (PoissonBounds.upper(observed) - expected) * step)
    }
  }

  /// Takes in an independent answer.
  ///
  /// - Parameters:
  ///   - share: of its addresses, those that were new.
  ///   - predicted: the share that was expected to be.
  mutating func take(_ share: Double, predicted: Double) {
    for index in rungs.indices { rungs[index].take(share, predicted: predicted) }
  }

  /// What was new beyond the prediction, for each answer.
  var drift: Drift {
    var chosen = rungs[0]
    var range = chosen.drift
    for rung in rungs.dropFirst() where rung.drift.overlaps(range) {
      range = range.clamped(to: rung.drift)
      chosen = rung
    }
    let mean = (chosen.observed - chosen.expected) * chosen.step
    return Drift(
      mean: max(0, mean), atMost: max(0, chosen.drift.upperBound), isSure: chosen.drift.lowerBound > 0,
      events: chosen.observed, gross: chosen.observed * chosen.step, lot: chosen.lot)
  }

  /// At most this share of the next answer is new, unless the pool began to change just now.
  var atMost: Double {
    rungs.map { PoissonBounds.upper($0.observed) * $0.step }.min() ?? 1
  }
}

/// New addresses that no count of incidences foresaw.
struct Drift: Sendable {
  /// The share of an answer, 0 or more.
  let mean: Double
  let atMost: Double
  /// Whether chance alone doesn't explain it.
  let isSure: Bool
  /// How much of the mean to believe: all of it where chance doesn't explain it, else less the more it may be chance, so
  /// that the estimate doesn't jump.
  var weight: Double {
    guard !isSure else { return 1 }
    let chance = events > 0 ? gross * gross / events : 0
    return mean > 0 ? mean * mean / (mean * mean + chance) : 0
  }

  /// Answers with something new that it rests on.
  let events: Double
  /// The share of an answer that was new, foreseen or not.
  let gross: Double
  /// The share of an answer that is new, if any of it is.
  let lot: Double
}

/// Bounds of a Poisson mean at 97.5 % each, by the square root that makes its variance constant (M. Bartlett, The square
/// root transformation in analysis of variance, 1936): 3.5 for nothing seen, within a few percent of the exact ones.
enum PoissonBounds {
  static func upper(_ count: Double) -> Double {
    let root = (count + 0.75).squareRoot() + 1
    return root * root
  }

  static func lower(_ count: Double) -> Double {
    let root = max(0, count.squareRoot() - 1)
    return root * root
  }
}
