#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/decoding/beam_search.h>
#include <heed/models/text/vocabulary.h>

namespace heed {

namespace {

constexpr std::int64_t most_rows = 192;
constexpr std::int64_t most_sentences = 64;
constexpr std::int64_t fewest_sentences = 4;  // a batch is not halved below this

std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

std::int64_t power_of_two_from(std::int64_t value) {
  std::int64_t power = 1;
  while (power < value) power *= 2;
  return power;
}

std::int64_t sentences_together(std::int64_t beams) {
  std::int64_t sentences = most_sentences;
  while (sentences > 1 && sentences * beams > most_rows) sentences /= 2;
  return sentences;
}

}  // namespace

void check_options(const DecodingOptions& options) {
  const auto refuse = [](const char* what, auto value) {
    throw Error(fmt::format("{}, not {}", what, value));
  };
  if (options.beam < 1) refuse("a beam has at least 1 hypothesis", options.beam);
  if (options.beam > most_rows) {
    throw Error(fmt::format("a beam has at most {} hypotheses, not {}", most_rows, options.beam));
  }
  if (!(options.length_penalty >= 0)) refuse("the length penalty is at least 0", options.length_penalty);
  if (options.words_beyond_source < 0)
    refuse("words beyond the source are at least 0", options.words_beyond_source);
  if (options.fewest_words < 0)
    refuse("the fewest words of a translation are at least 0", options.fewest_words);
  if (options.best < 1 || options.best > options.beam) {
    throw Error(fmt::format("a beam of {} gives 1 to {} translations of a sentence, not {}", options.beam,
                            options.beam, options.best));
  }
}

// Sentences that are decoded together. Those that are finished leave when half of the rows are idle.
class BeamSearch::Batch {
 public:
  Batch(BeamSearch& search, const DecodingOptions& options,
        std::span<const std::vector<std::int32_t>> sources,
        std::span<const std::vector<std::int32_t>> prefixes, std::span<const std::size_t> chosen)
      : search_(search), options_(options), sources_(sources) {
    std::int64_t longest_source = 1;
    for (const std::size_t i : chosen)
      longest_source = std::max(longest_source, static_cast<std::int64_t>(sources[i].size()));
    shape_.sentences = power_of_two_from(static_cast<std::int64_t>(chosen.size()));
    shape_.beams = options.beam;
    shape_.source_length = round_up(longest_source, 8);
    shape_.candidates = search.candidates_for(options);
    shape_.with_weights = options.with_weights;
    for (const std::size_t i : chosen) {
      BeamOptions beam{options.beam, options.length_penalty, 0, options.fewest_words, {}};
      beam.longest = static_cast<std::int64_t>(sources[i].size()) + options.words_beyond_source;
      beam.longest = std::max(beam.longest, options.fewest_words);
      if (!prefixes.empty()) beam.prefix = prefixes[i];
      beam.longest = std::max(beam.longest, static_cast<std::int64_t>(beam.prefix.size()) + 1);
      shape_.longest = std::max(shape_.longest, round_up(beam.longest, 32));
      slots_.push_back({i, Beam(beam)});
    }
  }

  void decode(std::vector<std::vector<Hypothesis>>& results) {
    encode();
    const auto unfinished = [&] {
      return std::ranges::count_if(slots_, [](const Slot& slot) { return !slot.beam.finished(); });
    };
    for (std::int64_t position = 0; unfinished() > 0; ++position) {
      if (position > 0) hand_on(position, unfinished(), results);
      step(position);
    }
    for (const Slot& slot : slots_) collect(slot, results);
  }

 private:
  struct Slot {
    std::size_t sentence;
    Beam beam;
  };

  std::size_t row_of(std::size_t slot, std::size_t hypothesis) const {
    return slot * static_cast<std::size_t>(shape_.beams) + hypothesis;
  }

  void collect(const Slot& slot, std::vector<std::vector<Hypothesis>>& results) const {
    results[slot.sentence] = slot.beam.best(static_cast<std::size_t>(options_.best));
  }

  void encode() {
    model_ = &search_.model_for(shape_);
    Array source(DType::i32, {shape_.sentences, shape_.source_length});
    Array lengths(DType::i32, {shape_.sentences});
    std::ranges::fill(lengths.values<std::int32_t>(), 1);
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      const auto& sentence = sources_[slots_[slot].sentence];
      std::ranges::copy(sentence, source.values<std::int32_t>().begin() +
                                      static_cast<std::ptrdiff_t>(slot) * shape_.source_length);
      lengths.values<std::int32_t>()[slot] = std::max(1, static_cast<int>(sentence.size()));
    }
    model_->encode(source, lengths);
  }

  // Brings the model's rows in the order of the hypotheses; half a batch moves to a model of its size.
  void hand_on(std::int64_t position, std::int64_t unfinished,
               std::vector<std::vector<Hypothesis>>& results) {
    if (shape_.sentences > fewest_sentences && 2 * unfinished <= shape_.sentences) {
      return halve(unfinished, results);
    }
    Array parents(DType::i32, {shape_.rows()});
    const auto rows = parents.values<std::int32_t>();
    std::iota(rows.begin(), rows.end(), 0);
    bool same = true;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if (slots_[slot].beam.finished()) continue;
      const auto alive = slots_[slot].beam.alive();
      for (std::size_t k = 0; k < alive.size(); ++k) {
        const std::size_t parent = row_of(slot, alive[k].parent);
        same = same && parent == row_of(slot, k);
        rows[row_of(slot, k)] = static_cast<std::int32_t>(parent);
      }
    }
    if (!same) model_->reorder(parents, position);
  }

  void halve(std::int64_t unfinished, std::vector<std::vector<Hypothesis>>& results) {
    DecodingShape smaller = shape_;
    smaller.sentences = std::max(power_of_two_from(unfinished), fewest_sentences);
    Array sentences(DType::i32, {smaller.sentences}), parents(DType::i32, {smaller.rows()});
    std::vector<Slot> kept;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if (slots_[slot].beam.finished()) {
        collect(slots_[slot], results);
        continue;
      }
      sentences.values<std::int32_t>()[kept.size()] = static_cast<std::int32_t>(slot);
      const auto alive = slots_[slot].beam.alive();
      for (std::size_t k = 0; k < alive.size(); ++k) {
        parents.values<std::int32_t>()[row_of(kept.size(), k)] =
            static_cast<std::int32_t>(row_of(slot, alive[k].parent));
      }
      kept.push_back(std::move(slots_[slot]));
    }
    StepModel& next = search_.model_for(smaller);
    next.take_over(*model_, sentences, parents);
    slots_ = std::move(kept);
    shape_ = smaller;
    model_ = &next;
  }

  void step(std::int64_t position) {
    Array words(DType::i32, {shape_.rows()}), forced(DType::i32, {shape_.rows()});
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      const Beam& beam = slots_[slot].beam;
      for (std::size_t k = 0; k < beam.alive().size(); ++k) {
        words.values<std::int32_t>()[row_of(slot, k)] = beam.alive()[k].word;
        forced.values<std::int32_t>()[row_of(slot, k)] = std::max(0, beam.forced());
      }
    }
    const StepModel::Scores scores = model_->step(words, forced, position);
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if (!slots_[slot].beam.finished()) advance(slot, scores);
    }
  }

  void advance(std::size_t slot, const StepModel::Scores& scores) {
    Beam& beam = slots_[slot].beam;
    const std::size_t candidates = scores.values.size() / static_cast<std::size_t>(shape_.rows());
    std::vector<Beam::Continuation> continuations;
    std::vector<std::vector<float>> weights;
    for (std::size_t k = 0; k < beam.alive().size(); ++k) {
      const std::size_t row = row_of(slot, k);
      const double normalizer = scores.normalizers[row];
      if (beam.forced() >= 0) {
        continuations.push_back({k, beam.forced(), scores.forced_values[row] - normalizer});
      } else {
        for (std::size_t c = row * candidates; c < (row + 1) * candidates; ++c)
          continuations.push_back({k, scores.words[c], scores.values[c] - normalizer});
      }
      if (scores.weights.empty()) continue;
      const auto all = scores.weights.subspan(row * static_cast<std::size_t>(shape_.source_length));
      const std::size_t words = sources_[slots_[slot].sentence].size();
      weights.emplace_back(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(words));
    }
    beam.advance(continuations, weights);
  }

  BeamSearch& search_;
  const DecodingOptions& options_;
  std::span<const std::vector<std::int32_t>> sources_;
  DecodingShape shape_;
  std::vector<Slot> slots_;
  StepModel* model_ = nullptr;
};

BeamSearch::BeamSearch(MakeModel make_model, std::int64_t vocabulary)
    : make_model_(std::move(make_model)), vocabulary_(vocabulary) {}

std::int64_t BeamSearch::candidates_for(const DecodingOptions& options) const {
  return options.beam == 1 && options.fewest_words == 0 ? 1 : std::min(2 * options.beam, vocabulary_);
}

StepModel& BeamSearch::model_for(const DecodingShape& shape) {
  auto& model = models_[shape];
  if (!model) model = make_model_(shape);
  return *model;
}

std::vector<std::vector<Hypothesis>> BeamSearch::decode(std::span<const std::vector<std::int32_t>> sources,
                                                        const DecodingOptions& options,
                                                        std::span<const std::vector<std::int32_t>> prefixes) {
  check_options(options);
  if (!prefixes.empty() && prefixes.size() != sources.size()) {
    throw Error(
        fmt::format("{} sources need as many prefixes, or none, not {}", sources.size(), prefixes.size()));
  }
  std::vector<std::vector<Hypothesis>> results(sources.size());
  std::vector<std::size_t> order(sources.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return sources[i].size(); });
  const auto together = static_cast<std::size_t>(sentences_together(options.beam));
  for (std::size_t first = 0; first < order.size(); first += together) {
    const std::size_t count = std::min(together, order.size() - first);
    Batch(*this, options, sources, prefixes, std::span(order).subspan(first, count)).decode(results);
  }
  return results;
}

}  // namespace heed
