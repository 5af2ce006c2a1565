// heed-translate evaluate
#include <memory>

#include "commands.h"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/backends/backend.h>
#include <heed/models/text/files.h>
#include <heed/models/training/evaluation.h>

namespace heed::translate {

namespace {

struct Flags {
  std::string checkpoint, test, backend, output;
  int threads = 0;
  bool json = false;
  BleuFlags bleu;
  DecodingOptions decoding{.beam = 5};
};

void write_translations(const std::string& path, const std::vector<std::string>& translations) {
  FileWriter writer(path);
  for (const std::string& translation : translations) writer.write(translation + "\n");
  writer.commit();
}

void print_json(const Evaluation& evaluation, const Flags& flags) {
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

void print_text(const Evaluation& evaluation, const Flags& flags) {
  fmt::print("bleu {:.2f}\nperplexity {:.3f}\nsignature {}\n", evaluation.bleu.bleu, evaluation.perplexity,
             evaluation.signature);
  fmt::print("search beam {}, length penalty {}\nsentences {}\npieces {}\n", flags.decoding.beam,
             flags.decoding.length_penalty, evaluation.translations.size(), evaluation.pieces);
  if (evaluation.left_out > 0) fmt::print("too long for perplexity {}\n", evaluation.left_out);
}

int evaluate(const Flags& flags) {
  const EvaluationOptions options{flags.decoding, flags.bleu.options()};
  const auto backend = open_backend(flags.backend.empty() ? backend_names().front() : flags.backend,
                                    {.threads = flags.threads});
  const Evaluation evaluation = heed::evaluate(flags.checkpoint, flags.test, options, backend);
  if (!flags.output.empty()) write_translations(flags.output, evaluation.translations);
  flags.json ? print_json(evaluation, flags) : print_text(evaluation, flags);
  return 0;
}

}  // namespace

void add_evaluate(CLI::App& app, int& status) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("evaluate", "Translate a test set and score it");
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  command->add_option("--test", flags->test, "Test set: PREFIX.SOURCE and PREFIX.TARGET")->required();
  command->add_option("--output", flags->output, "Write the translations to this file, one a line");
  command->add_option("--backend", flags->backend, "What to run on (the fastest there is)");
  command->add_option("--threads", flags->threads, "CPU threads (all)")->check(CLI::PositiveNumber);
  add_decoding_flags(command, flags->decoding);
  add_bleu_flags(command, flags->bleu);
  command->add_flag("--json", flags->json, "Print JSON");
  command->callback([flags, &status] { status = evaluate(*flags); });
}

}  // namespace heed::translate
