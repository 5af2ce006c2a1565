#include <algorithm>
#include <cmath>

#include <heed/models/decoding/hypotheses.h>
#include <heed/models/text/vocabulary.h>

namespace heed {

double length_penalty(std::int64_t words, double alpha) {
  return std::pow((5.0 + static_cast<double>(words)) / 6.0, alpha);
}

Beam::Beam(const BeamOptions& options) : options_(options) {
  alive_.push_back({0, start_id, 0});
  last_.push_back(-1);
  finished_ = options.longest <= 0;
}

std::int32_t Beam::forced() const {
  const auto next = static_cast<std::size_t>(length_);
  return next < options_.prefix.size() ? options_.prefix[next] : -1;
}

void Beam::keep_ended(const Continuation& continuation, double log_probability) {
  End end;
  end.last = last_[continuation.parent];
  end.log_probability = log_probability;
  end.score = log_probability / length_penalty(length_ + 1, options_.length_penalty);
  const auto place = std::ranges::upper_bound(ended_, end.score, std::greater<>(), &End::score);
  ended_.insert(place, end);
  if (static_cast<std::int64_t>(ended_.size()) > options_.width) ended_.pop_back();
}

// Whether an alive hypothesis may still beat the worst of K ended ones: log probabilities only fall, and the
// penalty only grows.
bool Beam::can_improve() const {
  if (alive_.empty()) return false;
  if (static_cast<std::int64_t>(ended_.size()) < options_.width) return true;
  const double bound =
      alive_.front().log_probability / length_penalty(options_.longest, options_.length_penalty);
  return options_.width > 1 && bound > ended_.back().score;
}

void Beam::advance(std::span<const Continuation> continuations, std::span<const std::vector<float>> weights) {
  struct Ranked {
    Continuation continuation;
    double total;
  };
  std::vector<Ranked> ranked;
  for (const Continuation& continuation : continuations) {
    if (continuation.word == end_id && length_ < options_.fewest) continue;
    const double before = alive_[continuation.parent].log_probability;
    ranked.push_back({continuation, before + continuation.log_probability});
  }
  std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
    if (a.total != b.total) return a.total > b.total;
    if (a.continuation.parent != b.continuation.parent) return a.continuation.parent < b.continuation.parent;
    return a.continuation.word < b.continuation.word;
  });
  const auto looked_at = static_cast<std::size_t>(options_.width == 1 ? 1 : 2 * options_.width);
  if (ranked.size() > looked_at) ranked.resize(looked_at);

  std::vector<Alive> next;
  std::vector<int> next_last;
  for (const auto& [continuation, total] : ranked) {
    if (continuation.word == end_id) {
      keep_ended(continuation, total);
    } else if (static_cast<std::int64_t>(next.size()) < options_.width) {
      next.push_back({continuation.parent, continuation.word, total});
      next_last.push_back(static_cast<int>(words_.size()));
      words_.push_back({continuation.word, last_[continuation.parent],
                        weights.empty() ? std::vector<float>{} : weights[continuation.parent]});
    }
  }
  alive_ = std::move(next);
  last_ = std::move(next_last);
  ++length_;
  finished_ = length_ >= options_.longest || !can_improve();
}

Hypothesis Beam::hypothesis(int last, double log_probability, bool ended) const {
  Hypothesis result;
  for (int at = last; at >= 0; at = words_[static_cast<std::size_t>(at)].before) {
    const Word& word = words_[static_cast<std::size_t>(at)];
    result.words.push_back(word.id);
    if (!word.weights.empty()) result.weights.push_back(word.weights);
  }
  std::ranges::reverse(result.words);
  std::ranges::reverse(result.weights);
  result.ended = ended;
  result.log_probability = log_probability;
  const auto generated = static_cast<std::int64_t>(result.words.size()) + (ended ? 1 : 0);
  result.score = log_probability / length_penalty(generated, options_.length_penalty);
  return result;
}

std::vector<Hypothesis> Beam::best(std::size_t n) const {
  std::vector<Hypothesis> result;
  for (const End& end : ended_) {
    if (result.size() < n) result.push_back(hypothesis(end.last, end.log_probability, true));
  }
  for (std::size_t i = 0; i < alive_.size() && result.size() < n; ++i) {
    result.push_back(hypothesis(last_[i], alive_[i].log_probability, false));
  }
  return result;
}

}  // namespace heed
