// heed-translate score
#include <iostream>
#include <iterator>

#include "commands.h"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/graph/error.h>
#include <heed/models/text/bleu_by_length.h>
#include <heed/models/text/corpus.h>

namespace heed::translate {

namespace {

std::vector<std::string> hypotheses_from_input() {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  std::vector<std::string> lines = lines_of(text, "standard input");
  if (lines.empty()) throw Error("standard input is empty: give the translations there, one a line");
  return lines;
}

std::vector<std::vector<std::string>> read_references(const ScoreFlags& flags, std::size_t hypotheses) {
  std::vector<std::vector<std::string>> references;
  for (const std::string& path : flags.references) {
    references.push_back(read_lines(path));
    if (references.back().size() == hypotheses) continue;
    throw Error(
        fmt::format("standard input has {} lines but {} has {}: line i of one must translate what line i of "
                    "the other does",
                    hypotheses, path, references.back().size()));
  }
  return references;
}

nlohmann::ordered_json to_json(const std::vector<LengthBin>& bins) {
  auto json = nlohmann::ordered_json::array();
  for (const LengthBin& bin : bins) {
    json.push_back({{"first", bin.first},
                    {"last", bin.last},
                    {"sentences", bin.sentences},
                    {"mean_length", bin.mean_length},
                    {"bleu", bin.score.bleu}});
  }
  return json;
}

void print_json(const BleuScore& score, const std::string& signature, const std::vector<LengthBin>& bins) {
  nlohmann::ordered_json json{{"bleu", score.bleu},
                              {"precisions", score.precisions},
                              {"brevity_penalty", score.brevity_penalty},
                              {"hypothesis_length", score.counts.hypothesis_length},
                              {"reference_length", score.counts.reference_length},
                              {"signature", signature}};
  if (!bins.empty()) json["by_length"] = to_json(bins);
  fmt::print("{}\n", json.dump(2));
}

void print_text(const BleuScore& score, const std::string& signature, const std::vector<LengthBin>& bins) {
  std::string precisions;
  for (const double precision : score.precisions) {
    precisions += fmt::format("{}{:.1f}", precisions.empty() ? "" : "/", precision);
  }
  fmt::print("bleu {:.2f}  ({}, BP {:.3f}, {}/{})\n{}\n", score.bleu, precisions, score.brevity_penalty,
             score.counts.hypothesis_length, score.counts.reference_length, signature);
  if (!bins.empty()) fmt::print("\nsource words  sentences   bleu\n");
  for (const LengthBin& bin : bins)
    fmt::print("{:>5} to {:<4} {:>9}  {:>5.2f}\n", bin.first, bin.last, bin.sentences, bin.score.bleu);
}

}  // namespace

BleuOptions BleuFlags::options() const {
  return {
      .tokenizer = bleu_tokenizer(tokenizer), .smoothing = bleu_smoothing(smoothing), .lowercase = lowercase};
}

int score(const ScoreFlags& flags) {
  const std::vector<std::string> hypotheses = hypotheses_from_input();
  const std::vector<std::vector<std::string>> references = read_references(flags, hypotheses.size());
  const BleuOptions options = flags.bleu.options();
  const BleuScore result = corpus_bleu(hypotheses, references, options);
  const std::string signature = bleu_signature(options, references.size());
  std::vector<LengthBin> bins;
  if (!flags.source.empty())
    bins = bleu_by_length(hypotheses, references, read_lines(flags.source), flags.width, options);
  flags.json ? print_json(result, signature, bins) : print_text(result, signature, bins);
  return 0;
}

}  // namespace heed::translate
