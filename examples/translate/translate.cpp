// heed-translate translate, and heed-translate test on the built-in corpus
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>

#include "commands.h"
#include <fmt/format.h>
#include <unistd.h>

#include <heed/models/decoding/translator.h>
#include <heed/models/text/corpus.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/translation_data.h>

namespace heed::translate {

namespace {

struct Flags {
  std::string checkpoint, backend;
  int threads = 0;
  int show = 0;
  DecodingOptions decoding;
  std::string prefix, prefix_file;
};

std::shared_ptr<Backend> backend_from(const Flags& flags) {
  return open_backend(flags.backend.empty() ? backend_names().front() : flags.backend,
                      {.threads = flags.threads});
}

void add_common(CLI::App* command, const std::shared_ptr<Flags>& flags) {
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  command->add_option("--backend", flags->backend, "What to run on (the fastest there is)");
  command->add_option("--threads", flags->threads, "CPU threads (all)")->check(CLI::PositiveNumber);
  add_decoding_flags(command, flags->decoding);
}

// One line for each translation; of several for a text, each with the text's number (from 1) and its score.
void print(std::size_t number, const std::vector<Translation>& best, const DecodingOptions& options) {
  for (const Translation& translation : best) {
    if (options.best == 1) {
      fmt::print("{}\n", translation.text);
    } else {
      fmt::print("{} ||| {} ||| {:.4f}\n", number, translation.text, translation.score);
    }
  }
}

bool read_line(std::string& line) {
  if (!std::getline(std::cin, line)) return false;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

// At a terminal: each line is translated as soon as it is entered, and a bad one does not end the program.
int converse(Translator& translator, const Flags& flags) {
  std::fputs("Enter a sentence; end with Ctrl-D.\n", stderr);
  std::string line;
  for (std::size_t number = 1;; ++number) {
    std::fputs("> ", stderr);
    if (!read_line(line)) break;
    try {
      const std::vector<std::string> prefixes(flags.prefix.empty() ? 0 : 1, flags.prefix);
      print(number, translator.translate_best({&line, 1}, flags.decoding, prefixes).front(), flags.decoding);
    } catch (const Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    if (std::fflush(stdout) != 0) break;  // nobody would see further translations
  }
  std::fputs("\n", stderr);
  return 0;
}

std::vector<std::string> prefixes_for(const Flags& flags, std::size_t lines) {
  if (flags.prefix_file.empty())
    return std::vector<std::string>(flags.prefix.empty() ? 0 : lines, flags.prefix);
  std::vector<std::string> prefixes = read_lines(flags.prefix_file);
  if (prefixes.size() == lines) return prefixes;
  throw Error(fmt::format("{} has {} lines, standard input {}: each prefix belongs to one line",
                          flags.prefix_file, prefixes.size(), lines));
}

int translate(const Flags& flags) {
  check_options(flags.decoding);
  Translator translator(flags.checkpoint, backend_from(flags));
  if (::isatty(STDIN_FILENO) && flags.prefix_file.empty()) return converse(translator, flags);
  std::vector<std::string> lines;
  for (std::string line; read_line(line);) lines.push_back(line);
  const auto translations =
      translator.translate_best(lines, flags.decoding, prefixes_for(flags, lines.size()));
  for (std::size_t i = 0; i < translations.size(); ++i) print(i + 1, translations[i], flags.decoding);
  return 0;
}

int test(const Flags& flags) {
  const Checkpoint checkpoint = read_checkpoint(find_checkpoint(flags.checkpoint));
  Translator translator(flags.checkpoint, backend_from(flags));
  const std::vector<NumberSentence> sentences = number_test_set(checkpoint.info.seed);
  std::vector<std::string> sources;
  for (const NumberSentence& sentence : sentences) sources.push_back(sentence.pair.source);
  const std::vector<Translation> translations = translator.translate(sources, flags.decoding);

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

void add_decoding_flags(CLI::App* command, DecodingOptions& options) {
  command->add_option("--beam", options.beam, "Hypotheses kept for each sentence; 1 is greedy")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--length-penalty", options.length_penalty, "Alpha of the GNMT length penalty")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void add_translate(CLI::App& app, int& status) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("translate", "Translate standard input, line by line");
  add_common(command, flags);
  command->add_option("--nbest", flags->decoding.best, "Print so many translations of a line, with scores")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI::Option* prefix =
      command->add_option("--prefix", flags->prefix, "What every translation must begin with");
  command->add_option("--prefixes", flags->prefix_file, "What each line's translation must begin with")
      ->excludes(prefix);
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
