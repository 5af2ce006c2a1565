// The beam of one sentence: which partial translations go on, which are finished, and when to stop. Plain
// bookkeeping on the host; knows nothing of models or tensors.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed {

// lp(Y) of Wu et al. 2016 (GNMT), equation 14: ((5 + words) / (5 + 1))^alpha. `words` counts </s>.
double length_penalty(std::int64_t words, double alpha);

struct Hypothesis {
  std::vector<std::int32_t> words;  // without </s>
  bool ended = false;               // false: cut at the length limit
  double log_probability = 0;       // of all words and </s>, natural logarithm
  double score = 0;                 // log_probability / lp
  // For each word, over the source words: what the model attended to; only if asked for.
  std::vector<std::vector<float>> weights;
};

struct BeamOptions {
  std::int64_t width = 1;              // K; with 1 the search is greedy
  double length_penalty = 0.6;         // alpha
  std::int64_t longest = 0;            // words at most, </s> not counted
  std::int64_t fewest = 0;             // words at least: none ends before
  std::vector<std::int32_t> prefix{};  // what the translation must begin with
};

// Vaswani et al. 2017 search as Tensor2Tensor does it: of all continuations the best 2K are looked at, of
// which at most K end; the best K that do not end go on. Equal probabilities: the lower hypothesis, then the
// lower word, comes first.
class Beam {
 public:
  explicit Beam(const BeamOptions& options);

  // A hypothesis that goes on: the one it continues (its place among the alive of the step before), and its
  // last word.
  struct Alive {
    std::size_t parent = 0;
    std::int32_t word = 0;  // <s> before the first step
    double log_probability = 0;
  };
  std::span<const Alive> alive() const { return alive_; }  // at most K; from best to worst

  // The word that every hypothesis must take next, or -1.
  std::int32_t forced() const;

  // A continuation of alive()[parent] by one word: its log probability given what came before.
  struct Continuation {
    std::size_t parent = 0;
    std::int32_t word = 0;
    double log_probability = 0;
  };
  // One step. `continuations` holds the most probable ones of every alive hypothesis: at least
  // min(2K, vocabulary), or for K = 1 the best, or the best two if it may be too early to end. `weights`, if
  // any: for each alive hypothesis, what it attended to in this step.
  void advance(std::span<const Continuation> continuations, std::span<const std::vector<float>> weights = {});

  bool finished() const { return finished_; }

  // The n best hypotheses, from best to worst: those that ended by score; then, when they are fewer, those
  // that were cut.
  std::vector<Hypothesis> best(std::size_t n) const;

 private:
  // A word of the tree that all hypotheses form.
  struct Word {
    std::int32_t id = 0;
    int before = -1;
    std::vector<float> weights;
  };
  struct End {
    int last = -1;  // in words_; -1: nothing but </s>
    double log_probability = 0, score = 0;
  };

  void keep_ended(const Continuation& continuation, double log_probability);
  bool can_improve() const;
  Hypothesis hypothesis(int last, double log_probability, bool ended) const;

  BeamOptions options_;
  std::int64_t length_ = 0;  // words of every alive hypothesis
  std::vector<Word> words_;
  std::vector<Alive> alive_;
  std::vector<int> last_;   // for each alive hypothesis, its last word's place in words_
  std::vector<End> ended_;  // at most K, from best to worst
  bool finished_ = false;
};

}  // namespace heed
