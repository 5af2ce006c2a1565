// heed-translate translate, and heed-translate test on the built-in corpus
#include <iostream>
#include <map>
#include <memory>

#include "commands.h"
#include <fmt/format.h>

#include <heed/models/decoding/translator.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/translation_data.h>

namespace heed::translate {

namespace {

struct Flags {
  std::string checkpoint, backend;
  int threads = 0;
  int show = 0;
};

std::shared_ptr<Backend> backend_from(const Flags& flags) {
  return open_backend(flags.backend.empty() ? backend_names().front() : flags.backend,
                      {.threads = flags.threads});
}

void add_common(CLI::App* command, const std::shared_ptr<Flags>& flags) {
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  command->add_option("--backend", flags->backend, "What to run on (the fastest there is)");
  command->add_option("--threads", flags->threads, "CPU threads (all)")->check(CLI::PositiveNumber);
}

int translate(const Flags& flags) {
  Translator translator(flags.checkpoint, backend_from(flags));
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  for (const Translation& translation : translator.translate(lines)) fmt::print("{}\n", translation.text);
  std::fflush(stdout);
  if (std::ferror(stdout)) throw Error("cannot write the translations to standard output");
  return 0;
}

int test(const Flags& flags) {
  const Checkpoint checkpoint = read_checkpoint(find_checkpoint(flags.checkpoint));
  Translator translator(flags.checkpoint, backend_from(flags));
  const std::vector<NumberSentence> sentences = number_test_set(checkpoint.info.seed);
  std::vector<std::string> sources;
  for (const NumberSentence& sentence : sentences) sources.push_back(sentence.pair.source);
  const std::vector<Translation> translations = translator.translate(sources);

  struct Count {
    int right = 0, all = 0;
  };
  std::map<NumberKind, Count> by_kind;
  Count total;
  int shown = 0;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const bool right = translations[i].text == sentences[i].pair.target;
    for (Count* count : {&total, &by_kind[sentences[i].kind]}) {
      count->right += right;
      ++count->all;
    }
    if (shown++ >= flags.show) continue;
    fmt::print("  {}\n  {} {}\n", sentences[i].pair.source, right ? "→" : "✗", translations[i].text);
    fmt::print("  = {}\n\n", sentences[i].pair.target);
  }
  const auto percent = [](const Count& count) { return 100.0 * count.right / count.all; };
  for (const auto& [kind, count] : by_kind) {
    fmt::print("{:<7} {:6.1f} % of {}\n", name_of(kind), percent(count), count.all);
  }
  fmt::print("exact match {:.1f} %\n", percent(total));
  return 0;
}

}  // namespace

void add_translate(CLI::App& app, int& status) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("translate", "Translate standard input, line by line");
  add_common(command, flags);
  command->callback([flags, &status] { status = translate(*flags); });
}

void add_test(CLI::App& app, int& status) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("test", "Translate the built-in corpus's test set and count what is right");
  add_common(command, flags);
  command->add_option("--show", flags->show, "Print so many translations beside their references");
  command->callback([flags, &status] { status = test(*flags); });
}

}  // namespace heed::translate
