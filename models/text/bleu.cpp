#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/bleu.h>
#include <heed/models/text/unicode.h>
#include <heed/models/text/utf8.h>

namespace heed {

namespace {

// N-grams are stretches of the tokenised line, which has exactly one space between two tokens: so the same
// tokens are the same text, and n-grams of different orders never are.
using NgramCounts = std::unordered_map<std::string_view, std::int64_t>;

std::vector<std::string_view> split_at_spaces(std::string_view line) {
  std::vector<std::string_view> tokens;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    tokens.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return tokens;
}

NgramCounts count_ngrams(std::span<const std::string_view> tokens, std::size_t order) {
  NgramCounts counts;
  for (std::size_t i = 0; i + order <= tokens.size(); ++i) {
    const char* begin = tokens[i].data();
    const std::string_view last = tokens[i + order - 1];
    ++counts[{begin, static_cast<std::size_t>(last.data() + last.size() - begin)}];
  }
  return counts;
}

// One hypothesis and its references, tokenised.
struct Segment {
  std::string hypothesis;
  std::vector<std::string> references;
};

std::int64_t closest_length(std::int64_t length, std::span<const std::vector<std::string_view>> references) {
  std::int64_t closest = static_cast<std::int64_t>(references.front().size());
  for (const auto& tokens : references) {
    const auto candidate = static_cast<std::int64_t>(tokens.size());
    const std::int64_t nearer = std::abs(candidate - length) - std::abs(closest - length);
    if (nearer < 0 || (nearer == 0 && candidate < closest)) closest = candidate;
  }
  return closest;
}

// An n-gram matches as often as it stands in the one reference that has most of it.
std::int64_t count_matches(const NgramCounts& hypothesis, std::span<const NgramCounts> references) {
  std::int64_t matches = 0;
  for (const auto& [ngram, count] : hypothesis) {
    std::int64_t most = 0;
    for (const NgramCounts& reference : references) {
      const auto found = reference.find(ngram);
      if (found != reference.end()) most = std::max(most, found->second);
    }
    matches += std::min(count, most);
  }
  return matches;
}

void add_segment(BleuCounts& counts, const Segment& segment) {
  const std::vector<std::string_view> hypothesis = split_at_spaces(segment.hypothesis);
  std::vector<std::vector<std::string_view>> references;
  for (const std::string& reference : segment.references) references.push_back(split_at_spaces(reference));
  const auto length = static_cast<std::int64_t>(hypothesis.size());
  counts.hypothesis_length += length;
  counts.reference_length += closest_length(length, references);
  for (std::size_t order = 1; order <= counts.ngrams.size(); ++order) {
    if (hypothesis.size() < order) return;
    counts.ngrams[order - 1] += static_cast<std::int64_t>(hypothesis.size() - order + 1);
    std::vector<NgramCounts> in_references;
    for (const auto& tokens : references) in_references.push_back(count_ngrams(tokens, order));
    counts.matches[order - 1] += count_matches(count_ngrams(hypothesis, order), in_references);
  }
}

std::string prepared(const std::string& line, std::string_view what, std::size_t number,
                     const BleuOptions& options) {
  if (const auto offset = first_invalid_utf8(line)) {
    throw Error(fmt::format("bleu: {} {}: byte {} (0x{:02x}) is not valid UTF-8; convert the text to UTF-8",
                            what, number, *offset + 1, static_cast<unsigned char>(line[*offset])));
  }
  return bleu_tokens(options.lowercase ? lowercase(line) : line, options.tokenizer);
}

double value_of(const BleuOptions& options) {
  return options.smoothing_value.value_or(options.smoothing == BleuSmoothing::floor ? 0.1 : 1.0);
}

void check(const BleuOptions& options) {
  if (options.max_order < 1) {
    throw Error(fmt::format("bleu: max_order is {}: n-grams have at least 1 token", options.max_order));
  }
  const double value = value_of(options);
  if (!(value >= 0 && std::isfinite(value))) {
    throw Error(fmt::format("bleu: smoothing_value is {}: it must be a number not below 0", value));
  }
}

using Lines = std::span<const std::string>;

void check(Lines hypotheses, std::span<const Lines> references) {
  if (hypotheses.empty()) throw Error("bleu: there is nothing to score: no hypothesis was given");
  if (references.empty()) throw Error("bleu: no references were given: at least one is needed");
  for (std::size_t r = 0; r < references.size(); ++r) {
    if (references[r].size() == hypotheses.size()) continue;
    throw Error(fmt::format(
        "bleu: {} hypotheses, but {} lines of reference {}: line i of one belongs to line i of the other",
        hypotheses.size(), references[r].size(), r + 1));
  }
}

BleuScore score(Lines hypotheses, std::span<const Lines> references, const BleuOptions& options) {
  check(options);
  check(hypotheses, references);
  const auto orders = static_cast<std::size_t>(options.max_order);
  BleuCounts counts{.matches = std::vector<std::int64_t>(orders),
                    .ngrams = std::vector<std::int64_t>(orders)};
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    Segment segment{prepared(hypotheses[i], "hypothesis", i + 1, options), {}};
    for (const Lines& reference : references) {
      segment.references.push_back(prepared(reference[i], "reference", i + 1, options));
    }
    add_segment(counts, segment);
  }
  return bleu_of(counts, options);
}

double brevity_penalty(const BleuCounts& counts) {
  if (counts.hypothesis_length >= counts.reference_length) return 1;
  if (counts.hypothesis_length == 0) return 0;
  return std::exp(1 - static_cast<double>(counts.reference_length) /
                          static_cast<double>(counts.hypothesis_length));
}

// The geometric mean, 0 if one of the values is.
double mean_of(std::span<const double> precisions) {
  double sum = 0;
  for (const double precision : precisions) {
    if (precision == 0) return 0;
    sum += std::log(precision);
  }
  return std::exp(sum / static_cast<double>(precisions.size()));
}

}  // namespace

std::string_view name_of(BleuSmoothing smoothing) {
  switch (smoothing) {
    case BleuSmoothing::none:
      return "none";
    case BleuSmoothing::floor:
      return "floor";
    case BleuSmoothing::add_k:
      return "add-k";
    case BleuSmoothing::exponential:
      return "exp";
  }
  return "?";
}

BleuSmoothing bleu_smoothing(std::string_view name) {
  for (const BleuSmoothing smoothing :
       {BleuSmoothing::none, BleuSmoothing::floor, BleuSmoothing::add_k, BleuSmoothing::exponential}) {
    if (name == name_of(smoothing)) return smoothing;
  }
  throw Error(
      fmt::format("there is no BLEU smoothing \"{}\"; use \"exp\", \"floor\", \"add-k\" or \"none\"", name));
}

BleuScore bleu_of(const BleuCounts& counts, const BleuOptions& options) {
  check(options);
  const std::size_t orders = counts.ngrams.size();
  if (orders == 0 || counts.matches.size() != orders) {
    throw Error(
        fmt::format("bleu: matches of {} orders and n-grams of {}: both must have the same, at least 1",
                    counts.matches.size(), orders));
  }
  for (std::size_t i = 0; i < orders; ++i) {
    if (counts.matches[i] >= 0 && counts.matches[i] <= counts.ngrams[i]) continue;
    throw Error(fmt::format("bleu: {} matches among {} n-grams of order {}: there can be 0 to {}",
                            counts.matches[i], counts.ngrams[i], i + 1, counts.ngrams[i]));
  }
  BleuScore result{0, std::vector<double>(orders), brevity_penalty(counts), counts};
  if (std::all_of(counts.matches.begin(), counts.matches.end(), [](std::int64_t n) { return n == 0; })) {
    return result;
  }
  std::size_t reached = 0;  // orders that the hypotheses are long enough for
  double divisor = 1;       // of exponential smoothing
  for (; reached < orders; ++reached) {
    const bool adds = options.smoothing == BleuSmoothing::add_k && reached > 0;
    const double added = adds ? value_of(options) : 0;
    const double ngrams = static_cast<double>(counts.ngrams[reached]) + added;
    double matches = static_cast<double>(counts.matches[reached]) + added;
    if (ngrams == 0) break;
    if (matches == 0 && options.smoothing == BleuSmoothing::exponential) matches = 1 / (divisor *= 2);
    if (matches == 0 && options.smoothing == BleuSmoothing::floor) matches = value_of(options);
    result.precisions[reached] = 100 * matches / ngrams;
  }
  const std::size_t averaged = options.effective_order ? reached : orders;
  result.bleu = result.brevity_penalty * mean_of(std::span(result.precisions).first(averaged));
  return result;
}

BleuScore corpus_bleu(std::span<const std::string> hypotheses,
                      std::span<const std::vector<std::string>> references, const BleuOptions& options) {
  const std::vector<Lines> lines(references.begin(), references.end());
  return score(hypotheses, lines, options);
}

BleuScore corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      const BleuOptions& options) {
  return score(hypotheses, std::span(&references, 1), options);
}

std::string bleu_signature(const BleuOptions& options, std::size_t references) {
  const bool has_value =
      options.smoothing == BleuSmoothing::floor || options.smoothing == BleuSmoothing::add_k;
  return fmt::format("nrefs:{}|case:{}|eff:{}|tok:{}|smooth:{}{}|version:heed-" HEED_VERSION, references,
                     options.lowercase ? "lc" : "mixed", options.effective_order ? "yes" : "no",
                     name_of(options.tokenizer), name_of(options.smoothing),
                     has_value ? fmt::format("[{:.2f}]", value_of(options)) : "");
}

}  // namespace heed
