// The commands of heed-translate. Each adds its flags; its work runs while they are parsed.
#pragma once

#include <CLI/CLI.hpp>

#include <heed/models/decoding/beam_search.h>
#include <heed/models/text/bleu.h>

namespace heed::translate {

void add_train(CLI::App& app, int& status);
void add_translate(CLI::App& app, int& status);
void add_test(CLI::App& app, int& status);
void add_evaluate(CLI::App& app, int& status);
void add_score(CLI::App& app, int& status);
void add_inspect(CLI::App& app, int& status);
void add_attend(CLI::App& app, int& status);
void add_backends(CLI::App& app, int& status);

// --beam and --length-penalty.
void add_decoding_flags(CLI::App* command, DecodingOptions& options);

// --tokenize, --smooth and --lowercase, as what sacreBLEU calls them.
struct BleuFlags {
  std::string tokenizer = "13a", smoothing = "exp";
  bool lowercase = false;

  BleuOptions options() const;
};
void add_bleu_flags(CLI::App* command, BleuFlags& flags);

// Exit status of a training that was interrupted and saved.
inline constexpr int interrupted_status = 130;

}  // namespace heed::translate
