// heed-translate evaluate
#include "commands.h"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/models/text/files.h>
#include <heed/models/training/evaluation.h>

namespace heed::translate {

namespace {

void write_translations(const std::string& path, const std::vector<std::string>& translations) {
  FileWriter writer(path);
  for (const std::string& translation : translations) writer.write(translation + "\n");
  writer.commit();
}

void print_json(const Evaluation& evaluation, const EvaluateFlags& flags) {
  const nlohmann::ordered_json json{{"bleu", evaluation.bleu.bleu},
                                    {"perplexity", evaluation.perplexity},
                                    {"signature", evaluation.signature},
                                    {"precisions", evaluation.bleu.precisions},
                                    {"brevity_penalty", evaluation.bleu.brevity_penalty},
                                    {"hypothesis_length", evaluation.bleu.counts.hypothesis_length},
                                    {"reference_length", evaluation.bleu.counts.reference_length},
                                    {"beam", flags.decoding.beam},
                                    {"length_penalty", flags.decoding.length_penalty},
                                    {"sentences", evaluation.translations.size()},
                                    {"pieces", evaluation.pieces}};
  fmt::print("{}\n", json.dump(2));
}

void print_text(const Evaluation& evaluation, const EvaluateFlags& flags) {
  fmt::print("bleu {:.2f}\nperplexity {:.3f}\nsignature {}\n", evaluation.bleu.bleu, evaluation.perplexity,
             evaluation.signature);
  fmt::print("search beam {}, length penalty {}\nsentences {}\npieces {}\n", flags.decoding.beam,
             flags.decoding.length_penalty, evaluation.translations.size(), evaluation.pieces);
  if (evaluation.left_out > 0) fmt::print("too long for perplexity {}\n", evaluation.left_out);
}

}  // namespace

int evaluate(const EvaluateFlags& flags) {
  const EvaluationOptions options{flags.decoding, flags.bleu.options()};
  const Evaluation evaluation = heed::evaluate(flags.checkpoint, flags.test, options, flags.backend.open());
  if (!flags.output.empty()) write_translations(flags.output, evaluation.translations);
  flags.json ? print_json(evaluation, flags) : print_text(evaluation, flags);
  return 0;
}

}  // namespace heed::translate
