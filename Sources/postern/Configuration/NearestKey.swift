/// Finds what a person probably meant.
enum NearestKey {
  /// The candidate with the smallest edit distance to `word`, if it is near enough to be meant: at most a third of
  /// the longer word's length, and at least one letter. The first in order wins a tie.
  static func find(_ word: String, among candidates: [String]) -> String? {
    candidates
      .map { (candidate: $0, distance: distance(word.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= max(1, max(word.count, $0.candidate.count) / 3) }
      .min { $0.distance < $1.distance }?.candidate
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other (the restricted
  /// Damerau-Levenshtein distance), so that `lsiten` is one step from `listen`.
  static func distance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left), Array(right))
    var beforeLast = [Int]()
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
        var best = min(replaced, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
