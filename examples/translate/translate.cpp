// heed-translate translate
#include <cstdio>
#include <iostream>

#include "commands.h"
#include <fmt/format.h>
#include <unistd.h>

#include <heed/models/decoding/translator.h>
#include <heed/models/text/corpus.h>

namespace heed::translate {

namespace {

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
int converse(Translator& translator, const TranslateFlags& flags) {
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

std::vector<std::string> prefixes_for(const TranslateFlags& flags, std::size_t lines) {
  if (flags.prefix_file.empty())
    return std::vector<std::string>(flags.prefix.empty() ? 0 : lines, flags.prefix);
  std::vector<std::string> prefixes = read_lines(flags.prefix_file);
  if (prefixes.size() == lines) return prefixes;
  throw Error(fmt::format("{} has {} lines, standard input {}: each prefix belongs to one line",
                          flags.prefix_file, prefixes.size(), lines));
}

}  // namespace

int translate(const TranslateFlags& flags) {
  check_options(flags.decoding);
  Translator translator(flags.checkpoint, flags.backend.open());
  if (::isatty(STDIN_FILENO) && flags.prefix_file.empty()) return converse(translator, flags);
  std::vector<std::string> lines;
  for (std::string line; read_line(line);) lines.push_back(line);
  const auto translations =
      translator.translate_best(lines, flags.decoding, prefixes_for(flags, lines.size()));
  for (std::size_t i = 0; i < translations.size(); ++i) print(i + 1, translations[i], flags.decoding);
  return 0;
}

}  // namespace heed::translate
